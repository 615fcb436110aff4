/** Every change of one leaf, list item or object that a person could make to a live object. */
import type { KubeObject } from "../../../src/compare/types.ts";
import type { PatchOperation } from "../../../src/model/finding.ts";
import { pointerOf, type Step } from "../../../src/model/pointer.ts";
import type { Node } from "../../../src/verify/schema/node.ts";
import { newValue, otherValue } from "./values.ts";

export interface Mutation {
  op: "change" | "add" | "remove";
  what: "leaf" | "item" | "object";
  /** In the live object before; for what is added, in the one after. */
  steps: readonly Step[];
  patch: PatchOperation[];
}

type Next = () => number;
const IDENTITY = new Set(["apiVersion", "kind", "status"]);
/** Of metadata, what people write; owners are left alone, because the garbage collector takes objects whose owners do not exist. */
const METADATA = ["labels", "annotations", "finalizers"];
const isFields = (value: unknown): value is Record<string, unknown> => value !== null && typeof value === "object" && !Array.isArray(value);
const whatIs = (value: unknown, isItem: boolean): Mutation["what"] => (isItem ? "item" : value !== null && typeof value === "object" ? "object" : "leaf");

/** All of them, in no order that means something; `skip` are pointers of what the server picked. */
export function mutations(live: KubeObject, root: Node | undefined, skip: ReadonlySet<string>, next: Next): Mutation[] {
  const found: Mutation[] = [];
  const add = (op: Mutation["op"], what: Mutation["what"], steps: readonly Step[], patch: Omit<PatchOperation, "path">, path = pointerOf(steps)): void => { found.push({ op, what, steps, patch: [{ path, ...patch }] }); };

  const visit = (value: unknown, node: Node | undefined, steps: readonly Step[], isItem: boolean): void => {
    if (skip.has(pointerOf(steps))) return;
    if (steps.length > 0) add("remove", whatIs(value, isItem), steps, { op: "remove" });
    if (Array.isArray(value)) visitList(value, node, steps);
    else if (isFields(value)) visitFields(value, node, steps);
    else if (value !== null) add("change", isItem ? "item" : "leaf", steps, { op: "replace", value: otherValue(value, node, next) });
  };
  const visitList = (list: readonly unknown[], node: Node | undefined, steps: readonly Step[]): void => {
    list.forEach((item, i) => { visit(item, node?.items, [...steps, i], true); });
    const item = list.length > 0 ? another(list.at(-1), node, next) : newValue(node?.items, next);
    if (item !== undefined) add("add", "item", [...steps, list.length], { op: "add", value: item }, `${pointerOf(steps)}/-`);
  };
  const visitFields = (fields: Record<string, unknown>, node: Node | undefined, steps: readonly Step[]): void => {
    for (const [name, value] of Object.entries(fields)) if (!isAbsent(value) && isOpen([...steps, name])) visit(value, node?.field(name) ?? node?.values, [...steps, name], false);
    for (const name of Object.keys(node?.schema.properties ?? {})) {
      if (!isAbsent(fields[name]) || !isOpen([...steps, name])) continue;
      const value = newValue(node!.field(name), next);
      if (value !== undefined) add("add", whatIs(value, false), [...steps, name], { op: "add", value });
    }
    if (node?.values) {
      const value = newValue(node.values, next);
      if (value !== undefined) add("add", whatIs(value, false), [...steps, "drift"], { op: "add", value });
    }
  };

  visitFields(live, root, []);
  for (const name of METADATA) {
    const value = live.metadata[name];
    const added = name === "finalizers" ? "drift.example/hold" : "yes";
    if (isAbsent(value)) add("add", "object", ["metadata", name], { op: "add", value: name === "finalizers" ? [added] : { "drift.example/by": added } });
    else if (Array.isArray(value)) add("add", "item", ["metadata", name, value.length], { op: "add", value: added }, `/metadata/${name}/-`);
    else {
      add("add", "leaf", ["metadata", name, "drift.example/by"], { op: "add", value: added });
      for (const [key, text] of Object.entries(value as object)) visit(text, undefined, ["metadata", name, key], false);
    }
  }
  return found;
}

const isAbsent = (value: unknown): value is undefined | null => value === undefined || value === null;
const isOpen = ([first]: readonly Step[]): boolean => first !== "metadata" && !IDENTITY.has(first as string);

/** A second item like the last one, with other texts where it has keys; of another value where it is a scalar. */
function another(item: unknown, list: Node | undefined, next: Next): unknown {
  if (!isFields(item)) return Array.isArray(item) ? undefined : otherValue(item, list?.items, next);
  const keys = list?.schema["x-kubernetes-list-map-keys"] ?? ["name"];
  const copy = structuredClone(item);
  for (const key of keys) if (typeof copy[key] === "string" || typeof copy[key] === "number") copy[key] = otherValue(copy[key], list?.items?.field(key), next);
  return copy;
}
