/** Finds values at a module's top level that its functions change. */
import type { Program } from "oxc-parser";

/** `how` ends the sentence "x is …". */
export interface StateSite { name: string; how: string; line: number; column: number }
type Found = { name: string; how: string; start: number };
type Node = { type: string; start: number } & Record<string, unknown>;

const MUTATORS = new Set(["add", "clear", "copyWithin", "delete", "exec", "fill", "next", "pop", "push", "reverse", "set", "shift", "sort", "splice", "test", "unshift"]);

/** Looks for assignments to top-level bindings, and for changes of what they hold, inside functions and classes. */
export function moduleState(program: Program): Found[] {
  const names = new Set<string>();
  const variables = new Set<string>();
  const values = new Map<string, Node>();
  for (const statement of program.body as unknown as Node[]) {
    const declaration = (statement.type === "ExportNamedDeclaration" ? statement.declaration : statement) as Node | null;
    if (declaration?.type !== "VariableDeclaration") continue;
    for (const { id, init } of declaration.declarations as { id: Node; init: Node | null }[]) {
      for (const name of boundNames(id)) { names.add(name); if (declaration.kind !== "const") variables.add(name); if (init) values.set(name, init); }
    }
  }
  const found: Found[] = [];
  const note = (target: Node, how: string, hidden: ReadonlySet<string>): void => {
    const name = rootName(target);
    if (name !== undefined && names.has(name) && !hidden.has(name)) found.push({ name, how, start: target.start });
  };
  walk(program as unknown as Node, false, new Set(), (node, hidden) => {
    const target = (node.type === "AssignmentExpression" ? node.left : node.type === "UpdateExpression" ? node.argument : node.type === "UnaryExpression" && node.operator === "delete" ? node.argument : undefined) as Node | undefined;
    if (target) note(target, target.type === "Identifier" ? "assigned inside a function" : "changed inside a function", hidden);
    const callee = node.type === "CallExpression" ? (node.callee as Node) : undefined;
    if (callee?.type !== "MemberExpression") return;
    const property = callee.property as Node & { name?: string };
    const method = callee.computed ? undefined : property.name;
    if (method !== undefined && MUTATORS.has(method) && !isHarmless(method, values.get(rootName(callee.object as Node) ?? ""))) note(callee.object as Node, `changed inside a function (.${method})`, hidden);
    if (/^(Object|Reflect)$/.test(String((callee.object as Node).name)) && /^(assign|defineProperty|defineProperties|set|setPrototypeOf|deleteProperty)$/.test(method ?? "")) {
      const [first] = node.arguments as Node[];
      if (first) note(first, `changed inside a function (${method})`, hidden);
    }
  });
  return found;
}

/** A regular expression without g or y keeps nothing between calls. */
function isHarmless(method: string, value: Node | undefined): boolean {
  const regex = value?.regex as { flags: string } | undefined;
  return (method === "test" || method === "exec") && (regex === undefined || !/[gy]/.test(regex.flags));
}

function walk(node: unknown, inside: boolean, hidden: ReadonlySet<string>, visit: (node: Node, hidden: ReadonlySet<string>) => void): void {
  if (Array.isArray(node)) { for (const child of node as unknown[]) walk(child, inside, hidden, visit); return; }
  if (typeof node !== "object" || node === null || typeof (node as Node).type !== "string") return;
  const typed = node as Node;
  const isFunction = /^(FunctionDeclaration|FunctionExpression|ArrowFunctionExpression)$/.test(typed.type);
  if (isFunction) hidden = new Set([...hidden, ...(typed.params as Node[]).flatMap(boundNames), ...declared(typed.body)]);
  const within = inside || isFunction || typed.type === "PropertyDefinition";
  if (within) visit(typed, hidden);
  for (const [key, child] of Object.entries(typed)) if (key !== "type" && typeof child === "object") walk(child, within, hidden, visit);
}

/** Names that a function's own body declares, nested functions left out. */
function declared(body: unknown): string[] {
  if (Array.isArray(body)) return (body as unknown[]).flatMap(declared);
  if (typeof body !== "object" || body === null) return [];
  const node = body as Node;
  if (node.type === "VariableDeclarator") return [...boundNames(node.id as Node), ...declared(node.init)];
  if (/^(FunctionDeclaration|FunctionExpression|ArrowFunctionExpression|ClassDeclaration)$/.test(node.type)) return node.id && /Declaration$/.test(node.type) ? boundNames(node.id as Node) : [];
  return Object.values(node).flatMap((child) => (typeof child === "object" ? declared(child) : []));
}

function boundNames(pattern: Node | null | undefined): string[] {
  if (!pattern) return [];
  switch (pattern.type) {
    case "Identifier": return [pattern.name as string];
    case "ObjectPattern": return (pattern.properties as Node[]).flatMap((p) => boundNames((p.type === "RestElement" ? p.argument : p.value) as Node));
    case "ArrayPattern": return (pattern.elements as (Node | null)[]).flatMap(boundNames);
    case "AssignmentPattern": return boundNames(pattern.left as Node);
    case "RestElement": return boundNames(pattern.argument as Node);
    default: return [];
  }
}

function rootName(node: Node): string | undefined {
  let at = node;
  while (/^(MemberExpression|TSNonNullExpression|TSAsExpression|ParenthesizedExpression)$/.test(at.type)) at = (at.object ?? at.expression) as Node;
  return at.type === "Identifier" ? (at.name as string) : undefined;
}
