/** Follows a property of a definition to where it is written, through constants, imports, spreads and functions. Runs nothing. Parent only (native addon). */
import { posix } from "node:path";
import { type Expression, type Function as FunctionNode, type ArrowFunctionExpression, type BindingPattern, type FunctionBody, type ObjectProperty, type Program, parseSync } from "oxc-parser";
import { placer } from "./syntax.ts";

/** A place, and the function whose result it is part of. */
export interface Hop { file: string; line: number; column: number; /** Name of the function that the place is in. */ within?: string }
export interface Origin {
  /** From the definition's own file inwards; the last one is where the property is written. */
  hops: Hop[];
  complete: boolean;
  /** Why it is not complete: the property is not written, so that its default holds; else an expression that cannot be followed. */
  unwritten?: boolean;
}

type Callable = FunctionNode | ArrowFunctionExpression;
interface Scope { module: Module; names: Map<string, Bound>; parent?: Scope; within?: string }
interface Bound { node: Expression | Callable; scope: Scope }
interface Value { node: Expression; scope: Scope }
/** A member: its value, where its name stands, and the spreads that brought it, outermost first. */
interface Found { value: Value; at: number; through: { offset: number; scope: Scope }[] }
interface Module { file: string; scope: Scope; imports: Map<string, { file: string; name: string }>; defaults?: Expression; place(offset: number): { line: number; column: number } }
const DEEPEST = 60;

/** Origins in one project. `read` gives a file's text by its path from the project's root, undefined where there is none. */
export class Origins {
  readonly #read: (file: string) => string | undefined;
  readonly #modules = new Map<string, Module | undefined>();

  constructor(read: (file: string) => string | undefined) { this.#read = read; }

  /** Follows a property path such as `tables.orders.columns.card` from a file's default export, or from its named export. */
  find(file: string, path: string): Origin {
    const module = this.#module(file);
    if (!module) return { hops: [], complete: false };
    const parts = [...path.matchAll(/[^.[\]]+/g)].map(([part]) => part);
    const named = parts[0] === undefined ? undefined : module.scope.names.get(parts[0]);
    const root = module.defaults ? this.#resolve({ node: module.defaults, scope: module.scope }) : undefined;
    if (root && (!named || this.#member(root, parts[0]!))) return this.#walk(root, parts, this.#hop(module.defaults!.start, module.scope));
    const bound = named && isExpression(named.node) ? this.#resolve({ node: named.node, scope: named.scope }) : undefined;
    return bound ? this.#walk(bound, parts.slice(1), this.#hop(named!.node.start, named!.scope)) : { hops: [], complete: false };
  }

  /** Follows a path inside the last object that the expression at a place gets as argument: the manifest of `new ApiObject(chart, id, {…})`. */
  findInCall(place: { file: string; line: number; column: number }, steps: readonly string[]): Hop | undefined {
    const module = this.#module(place.file);
    const text = this.#read(place.file);
    if (!module || text === undefined) return undefined;
    const call = callAt(parse(place.file, text), (offset) => { const at = module.place(offset); return at.line === place.line && at.column === place.column; });
    const argument = call?.arguments.findLast((a) => a.type !== "SpreadElement");
    const value = argument && this.#resolve({ node: argument, scope: module.scope });
    const origin = value && this.#walk(value, steps, this.#hop(call!.start, module.scope));
    return origin?.complete ? origin.hops.at(-1) : undefined;
  }

  #walk(root: Value, parts: readonly string[], first: Hop): Origin {
    const hops = [first];
    let value: Value | undefined = root;
    for (const part of parts) {
      const found: Found | undefined = value && this.#member(value, part);
      if (!found) return { hops, complete: false, unwritten: value !== undefined && this.#closed(value) };
      for (const { offset, scope } of [...found.through, { offset: found.at, scope: found.value.scope }]) {
        // Inside one body a deeper property is a better place; another file or function is one more hop.
        const hop = this.#hop(offset, scope);
        const last = hops.at(-1)!;
        if (last.file === hop.file && last.within === hop.within) hops[hops.length - 1] = hop; else hops.push(hop);
      }
      value = this.#resolve(found.value);
    }
    return { hops, complete: true };
  }

  /** An object or list of which every member is written out. */
  #closed({ node, scope }: Value): boolean {
    if (node.type === "ArrayExpression") return node.elements.every((e) => e?.type !== "SpreadElement");
    return node.type === "ObjectExpression" && node.properties.every((p) => (p.type === "SpreadElement" ? this.#resolve({ node: p.argument, scope })?.node.type === "ObjectExpression" : !p.computed));
  }

  #hop(offset: number, scope: Scope): Hop { return { file: scope.module.file, ...scope.module.place(offset), ...(scope.within !== undefined && { within: scope.within }) }; }

  /** A member of an object or list that is written out; later properties win, as they do at run time. */
  #member(object: Value, part: string, depth = 0): Found | undefined {
    const { node, scope } = object;
    if (depth > DEEPEST) return undefined;
    if (node.type === "ConditionalExpression") return this.#member({ node: node.consequent, scope }, part, depth + 1) ?? this.#member({ node: node.alternate, scope }, part, depth + 1);
    if (node.type === "LogicalExpression") return this.#member({ node: node.right, scope }, part, depth + 1);
    if (node.type === "ArrayExpression") {
      let index = Number(part);
      for (const element of node.elements) {
        if (element?.type === "SpreadElement") {
          const inner = this.#resolve({ node: element.argument, scope });
          if (inner?.node.type !== "ArrayExpression") return undefined;
          if (index < inner.node.elements.length) return this.#member(inner, String(index), depth + 1);
          index -= inner.node.elements.length;
        } else if (index-- === 0) return element ? { value: { node: element, scope }, at: element.start, through: [] } : undefined;
      }
      return undefined;
    }
    if (node.type !== "ObjectExpression") return undefined;
    for (const property of [...node.properties].reverse()) {
      if (property.type === "SpreadElement") {
        const inner = this.#resolve({ node: property.argument, scope });
        const found = inner && this.#member(inner, part, depth + 1);
        if (found) return { ...found, through: [{ offset: property.start, scope }, ...found.through] };
      } else if (keyOf(property) === part) return { value: { node: property.value as Expression, scope }, at: property.key.start, through: [] };
    }
    return undefined;
  }

  /** What an expression comes to, as far as it is written out: the object, list or scalar. */
  #resolve(value: Value, depth = 0): Value | undefined {
    const { node, scope } = value;
    if (depth > DEEPEST) return undefined;
    switch (node.type) {
      case "TSAsExpression": case "TSSatisfiesExpression": case "TSNonNullExpression": case "ParenthesizedExpression": return this.#resolve({ node: node.expression, scope }, depth + 1);
      case "Identifier": {
        const bound = this.#lookup(node.name, scope);
        return bound && isExpression(bound.node) ? this.#resolve({ node: bound.node, scope: bound.scope }, depth + 1) : undefined;
      }
      case "MemberExpression": {
        if (node.computed || node.property.type !== "Identifier") return undefined;
        const object = this.#resolve({ node: node.object, scope }, depth + 1);
        const found = object && this.#member(object, node.property.name);
        return found && this.#resolve(found.value, depth + 1);
      }
      case "CallExpression": return this.#call(node, scope, depth);
      default: return value;
    }
  }

  #call(node: Expression & { type: "CallExpression" }, scope: Scope, depth: number): Value | undefined {
    const [first] = node.arguments;
    const callee = node.callee.type === "Identifier" ? this.#lookup(node.callee.name, scope) : undefined;
    if (callee && !isExpression(callee.node)) return this.#enter(callee.node, callee.scope, node.arguments.map((a) => (a.type === "SpreadElement" ? undefined : { node: a, scope })), node.callee.type === "Identifier" ? node.callee.name : "", depth);
    // `define*` of the package itself, Object.freeze and the like give back what they get.
    return first && first.type !== "SpreadElement" ? this.#resolve({ node: first, scope }, depth + 1) : undefined;
  }

  #enter(callable: Callable, outer: Scope, args: (Value | undefined)[], name: string, depth: number): Value | undefined {
    const inner: Scope = { module: outer.module, names: new Map(), parent: outer, within: name };
    callable.params.forEach((param, i) => { if (param.type !== "TSParameterProperty" && param.type !== "RestElement") this.#bind(param, args[i], inner); });
    if (callable.type === "ArrowFunctionExpression" && callable.expression) return this.#resolve({ node: callable.body as unknown as Expression, scope: inner }, depth + 1);
    const statements = (callable.body as FunctionBody | null)?.body ?? [];
    for (const statement of statements) declare(statement, inner);
    const returned = statements.findLast((s) => s.type === "ReturnStatement");
    return returned?.type === "ReturnStatement" && returned.argument ? this.#resolve({ node: returned.argument, scope: inner }, depth + 1) : undefined;
  }

  #bind(pattern: BindingPattern, value: Value | undefined, scope: Scope): void {
    if (pattern.type === "AssignmentPattern") this.#bind(pattern.left, value ?? { node: pattern.right, scope }, scope);
    else if (pattern.type === "Identifier" && value) scope.names.set(pattern.name, value);
    else if (pattern.type === "ObjectPattern") {
      const object = value && this.#resolve(value);
      for (const property of pattern.properties) {
        if (property.type !== "Property" || property.key.type !== "Identifier") continue;
        this.#bind(property.value, object && this.#member(object, property.key.name)?.value, scope);
      }
    }
  }

  #lookup(name: string, scope: Scope): Bound | undefined {
    for (let at: Scope | undefined = scope; at; at = at.parent) { const bound = at.names.get(name); if (bound) return bound; }
    const imported = scope.module.imports.get(name);
    const module = imported && this.#module(imported.file);
    if (!module) return undefined;
    if (imported!.name === "default") return module.defaults && { node: module.defaults, scope: module.scope };
    return module.scope.names.get(imported!.name);
  }

  #module(file: string): Module | undefined {
    if (this.#modules.has(file)) return this.#modules.get(file);
    this.#modules.set(file, undefined);
    const text = this.#read(file);
    if (text === undefined) return undefined;
    const module: Module = { file, scope: undefined as unknown as Scope, imports: new Map(), place: placer(text) };
    module.scope = { module, names: new Map() };
    for (const statement of parse(file, text).body) {
      declare(statement, module.scope);
      if (statement.type === "ExportDefaultDeclaration") module.defaults = statement.declaration as Expression;
      if (statement.type !== "ImportDeclaration" || !/^\.{1,2}\//.test(statement.source.value)) continue;
      const from = posix.normalize(posix.join(posix.dirname(file), statement.source.value));
      for (const s of statement.specifiers) if (s.type !== "ImportNamespaceSpecifier") module.imports.set(s.local.name, { file: from, name: s.type === "ImportDefaultSpecifier" ? "default" : s.imported.type === "Identifier" ? s.imported.name : s.imported.value });
    }
    this.#modules.set(file, module);
    return module;
  }
}

const parse = (file: string, text: string): Program => parseSync(file, text, { sourceType: "module", lang: "ts" }).program;
const isExpression = (node: Expression | Callable): node is Expression => !["ArrowFunctionExpression", "FunctionExpression", "FunctionDeclaration"].includes(node.type);
const keyOf = (property: ObjectProperty): string | undefined => (property.computed ? undefined : property.key.type === "Identifier" ? property.key.name : property.key.type === "Literal" ? String(property.key.value) : undefined);

/** Adds what a statement declares to a scope. */
function declare(statement: Program["body"][number], scope: Scope): void {
  const declaration = statement.type === "ExportNamedDeclaration" ? statement.declaration : statement;
  if (declaration?.type === "FunctionDeclaration" && declaration.id) scope.names.set(declaration.id.name, { node: declaration, scope });
  if (declaration?.type !== "VariableDeclaration") return;
  for (const { id, init } of declaration.declarations) if (id.type === "Identifier" && init) scope.names.set(id.name, { node: init, scope });
}

/** The call or construction that starts where `matches` says. */
function callAt(root: unknown, matches: (offset: number) => boolean): (Expression & { type: "NewExpression" | "CallExpression" }) | undefined {
  if (typeof root !== "object" || root === null) return undefined;
  const node = root as { type?: string; start?: number };
  if ((node.type === "NewExpression" || node.type === "CallExpression") && typeof node.start === "number" && matches(node.start)) return root as Expression & { type: "NewExpression" };
  for (const inner of Object.values(root)) { const found = callAt(inner, matches); if (found) return found; }
  return undefined;
}
