import type { z } from "zod";
import { didYouMean } from "../model/suggest.ts";
import { type Problem, unloadable } from "../model/problem.ts";
import { type DefinitionKind, type Parsed, SCHEMAS } from "./schema.ts";

type Issue = z.core.$ZodIssue;

/** Checks one definition. Every issue becomes one problem of its own, at the property that caused it. */
export function parseDefinition<K extends DefinitionKind>(kind: K, raw: unknown, file: string, prefix: PropertyKey[] = []): { value?: Parsed<K>; problems: Problem[] } {
  // zod would compile its schemas from text, which the process that runs definitions refuses.
  const result = SCHEMAS[kind].safeParse(raw, { jitless: true });
  if (result.success) return { value: result.data as Parsed<K>, problems: [] };
  return { problems: result.error.issues.flatMap((issue) => toProblems(issue, kind, raw, file, prefix)) };
}

function toProblems(issue: Issue, kind: DefinitionKind, raw: unknown, file: string, prefix: PropertyKey[]): Problem[] {
  const at = (path: PropertyKey[]): { file: string; path: string } => ({ file, path: pathText([...prefix, ...path]) });
  if (issue.code === "unrecognized_keys") {
    const known = shapeAt(SCHEMAS[kind], issue.path);
    return issue.keys.map((key) => unloadable("BH1001", `unknown property "${key}"`, at([...issue.path, key]), didYouMean(key, known)));
  }
  if (issue.code === "invalid_union") {
    // The branch that fits the value's own type is the one its author meant.
    const value = valueAt(raw, issue.path);
    const meant = issue.errors.find((branch) => !branch.some((inner) => inner.code === "invalid_type" && inner.path.length === 0)) ?? [];
    if (typeof value === "object" && meant.length > 0) {
      return meant.flatMap((inner) => toProblems({ ...inner, path: [...issue.path, ...inner.path] } as Issue, kind, raw, file, prefix));
    }
  }
  if (issue.code === "invalid_key") {
    const why = issue.issues[0]?.message ?? issue.message;
    return [unloadable("BH1003", `bad identifier "${String(issue.path.at(-1))}": ${why}`, at(issue.path), "rename it: the name becomes an SQL identifier, a topic segment or a DNS label")];
  }
  const value = valueAt(raw, issue.path);
  if (value === undefined && issue.code !== "custom") {
    return [unloadable("BH1004", `"${String(issue.path.at(-1) ?? kind)}" is missing${expected(issue)}`, at(issue.path), "add the property")];
  }
  const options = issue.code === "invalid_value" ? issue.values.map(String) : [];
  const hint = typeof value === "string" && options.length > 0 ? didYouMean(value, options) : "correct the value; the types of define* show in the editor what fits";
  return [unloadable("BH1002", `${pathText(issue.path) || kind}: ${complaint(issue)}, found ${show(value)}`, at(issue.path), hint)];
}

/** zod's sentence without what the place and the value say already; a schema's own sentence as it is. */
function complaint(issue: Issue): string {
  if (issue.code === "invalid_value" && issue.message.startsWith("Invalid option")) return `expected one of ${issue.values.map(String).join(", ")}`;
  return lowerFirst(issue.message.replace(/^Invalid input: /, "").replace(/, received .*$/, ""))
    .replace(/^too (?:big|small): expected \w+ to (be|have) ([<>]=?)(.*)$/, (_, verb: string, sign: string, limit: string) => `expected it to ${verb} ${{ "<": "below ", "<=": "at most ", ">": "above ", ">=": "at least " }[sign]}${limit}`);
}
const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);
const expected = (issue: Issue): string => (issue.code === "invalid_type" ? `: ${issue.expected} expected` : "");

/** Writes a property path as people read it: `tables.orders.key[0]`. */
export function pathText(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, part) => (typeof part === "number" ? `${text}[${part}]` : text === "" ? String(part) : `${text}.${String(part)}`), "");
}

function show(value: unknown): string {
  if (typeof value === "function") return "a function";
  const text = textOf(value);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

/** JSON where the value has any: not a bigint, not a symbol, not what contains itself. */
function textOf(value: unknown): string {
  try { return JSON.stringify(value) ?? String(value); } catch { return typeof value === "bigint" ? `${value}n` : `a ${typeof value} that JSON cannot hold`; }
}

function valueAt(raw: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((value, part) => (typeof value === "object" && value !== null ? (value as Record<PropertyKey, unknown>)[part] : undefined), raw);
}

/** Property names the schema knows at a path, for did-you-mean. */
function shapeAt(schema: unknown, path: readonly PropertyKey[]): string[] {
  let nodes: any[] = [schema];
  const unwrap = (node: any): any[] => {
    const def = node?.def ?? node?._zod?.def;
    if (!def) return [];
    if (["optional", "default", "nullable", "prefault", "readonly"].includes(def.type)) return unwrap(def.innerType);
    if (def.type === "union") return def.options.flatMap(unwrap);
    return [node];
  };
  for (const part of path) {
    nodes = nodes.flatMap(unwrap).flatMap((node) => {
      const def = node.def ?? node._zod.def;
      if (def.type === "object") return def.shape[part] ? [def.shape[part]] : [];
      if (def.type === "record") return [def.valueType];
      if (def.type === "array") return [def.element];
      return [];
    });
  }
  return nodes.flatMap(unwrap).flatMap((node) => Object.keys((node.def ?? node._zod.def).shape ?? {}));
}
