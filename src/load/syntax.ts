/** Reads definition files without running them: imports, syntax errors, positions of properties. Runs in the parent only (native addon). */
import { type Expression, type ObjectProperty, type Program, parseSync } from "oxc-parser";
import { moduleState, type StateSite } from "./mutable.ts";
import { type Problem, unloadable } from "../model/problem.ts";

export interface ImportSite { specifier: string; line: number; column: number; /** Type-only imports vanish before anything runs. */ type: boolean }
export interface Place { line: number; column: number; /** The source text found there, for quoting. */ text: string }

/** Something in a file that decides output beside the checkout, seen without running it. */
export interface Site { what: "import()" | "import.meta" | "export then"; line: number; column: number }

/** One parsed definition file. */
export interface Syntax {
  imports: ImportSite[]; outside: Site[];
  /** Values at the module's top level that functions change. */
  state(): StateSite[];
  problems: Problem[]; locate(path: string): Place | undefined;
}

/** Parses one file; a file with syntax errors still answers, with its problems. */
export function parseSyntax(file: string, text: string): Syntax {
  const { program, module, errors } = parseSync(file, text, { sourceType: "module", lang: "ts" });
  const place = placer(text);
  const problems = errors.slice(0, 1).map((error) => {
    const { line, column } = place(error.labels[0]?.start ?? 0);
    return unloadable("BH2001", `syntax error: ${error.message}`, { file, path: "", line, column }, error.helpMessage ?? "the mistake is at the mark or just before it");
  });
  const imports = module.staticImports.map((site) => ({
    specifier: site.moduleRequest.value, ...place(site.moduleRequest.start),
    // With `import { type A }` Node still runs the module.
    type: /^import\s+type\b(?!\s*(,|from\s*["']))/.test(text.slice(site.start, site.end)),
  }));
  for (const site of module.staticExports.flatMap((s) => s.entries)) {
    if (site.moduleRequest) imports.push({ specifier: site.moduleRequest.value, ...place(site.moduleRequest.start), type: site.isType });
  }
  const outside: Site[] = [
    ...module.dynamicImports.map((site): Site => ({ what: "import()", ...place(site.start) })),
    ...module.importMetas.map((site): Site => ({ what: "import.meta", ...place(site.start) })),
    ...module.staticExports.flatMap((s) => s.entries).filter((site) => site.exportName.name === "then").map((site): Site => ({ what: "export then", ...place(site.start) })),
  ];
  return { imports, outside, problems, state: () => moduleState(program).map(({ start, ...rest }) => ({ ...rest, ...place(start) })), locate: (path) => locate(program, path, text, place) };
}

/** Line and column, from 1, of an offset into a text. */
export function placer(text: string): (offset: number) => { line: number; column: number } {
  const starts = [0];
  for (let i = text.indexOf("\n"); i >= 0; i = text.indexOf("\n", i + 1)) starts.push(i + 1);
  return (offset) => {
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (starts[middle]! <= offset) low = middle; else high = middle - 1;
    }
    return { line: low + 1, column: offset - starts[low]! + 1 };
  };
}

type Step = { node: Expression; start: number; end: number };

/** Follows a property path from the default export (or a named export) as far as it is written out, and says where it got to. */
function locate(program: Program, path: string, text: string, place: (offset: number) => { line: number; column: number }): Place | undefined {
  const parts = [...path.matchAll(/[^.[\]]+/g)].map(([part]) => part);
  const bindings = topLevel(program);
  const named = parts[0] !== undefined ? bindings.get(parts[0]) : undefined;
  const exported = program.body.find((s) => s.type === "ExportDefaultDeclaration");
  let step: Step | undefined;
  let rest = parts;
  if (exported?.type === "ExportDefaultDeclaration") step = toStep(exported.declaration as Expression);
  const root = step && argument(step.node, bindings);
  if ((!root || !member(root, parts[0] ?? "")) && named) { step = { node: named.init, start: named.start, end: named.end }; rest = parts.slice(1); }
  if (!step) return undefined;
  let object: Expression | undefined = argument(step.node, bindings);
  for (const part of rest) {
    const next: Step | undefined = object && member(object, part);
    if (!next) break;
    step = next;
    object = unwrap(next.node, bindings);
  }
  const value = "start" in step.node ? text.slice(step.node.start, step.node.end) : "";
  return { ...place(step.start), text: value.length > 80 ? `${value.slice(0, 77)}…` : value };
}

const toStep = (node: Expression): Step => ({ node, start: node.start, end: node.end });

function topLevel(program: Program): Map<string, { init: Expression; start: number; end: number }> {
  const found = new Map<string, { init: Expression; start: number; end: number }>();
  for (const statement of program.body) {
    const declaration = statement.type === "ExportNamedDeclaration" ? statement.declaration : statement;
    if (declaration?.type !== "VariableDeclaration") continue;
    for (const { id, init } of declaration.declarations) if (id.type === "Identifier" && init) found.set(id.name, { init, start: id.start, end: id.end });
  }
  return found;
}

function unwrap(node: Expression, bindings: ReturnType<typeof topLevel>, depth = 0): Expression {
  if (depth > 20) return node;
  if (node.type === "TSAsExpression" || node.type === "TSSatisfiesExpression" || node.type === "ParenthesizedExpression") return unwrap(node.expression, bindings, depth + 1);
  if (node.type === "Identifier") { const bound = bindings.get(node.name); return bound ? unwrap(bound.init, bindings, depth + 1) : node; }
  return node;
}

/** The object a `define*` call gets, or the object itself. */
function argument(node: Expression, bindings: ReturnType<typeof topLevel>): Expression | undefined {
  const inner = unwrap(node, bindings);
  if (inner.type !== "CallExpression") return inner;
  const [first] = inner.arguments;
  return first && first.type !== "SpreadElement" ? unwrap(first, bindings) : undefined;
}

function member(object: Expression, part: string): Step | undefined {
  if (object.type === "ArrayExpression") {
    const element = object.elements[Number(part)];
    return element && element.type !== "SpreadElement" ? toStep(element) : undefined;
  }
  if (object.type === "CallExpression") { const [first] = object.arguments; return first && first.type !== "SpreadElement" ? member(first, part) : undefined; }
  if (object.type !== "ObjectExpression") return undefined;
  // Of two properties of one name the later is the value.
  const property = object.properties.findLast((p): p is ObjectProperty => p.type === "Property" && !p.computed && (p.key.type === "Identifier" ? p.key.name : p.key.type === "Literal" ? String(p.key.value) : undefined) === part);
  return property && { node: property.value as Expression, start: property.key.start, end: property.key.end };
}
