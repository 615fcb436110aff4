/** Single changes to a live object: a leaf with another value, a member or item that goes, one that comes. */
import fc from "fast-check";
import { pointerOf, type Step } from "../../src/model/pointer.ts";
import type { KubeObject, Shape } from "../../src/compare/types.ts";
import { types } from "./arbitrary.ts";

type Json = unknown;
const isMap = (value: Json): value is Record<string, Json> => typeof value === "object" && value !== null && !Array.isArray(value);

export interface Place { steps: Step[]; value: Json; shape: Shape | undefined; /** A list that no schema describes is one thing. */ whole?: Step[] }
export interface Mutation { kind: "added" | "removed" | "changed"; live: KubeObject; pointer: string }

/** Every place of a live object that is not the server's alone. */
export function placesOf(object: KubeObject): Place[] {
  const found: Place[] = [];
  const walk = (value: Json, steps: Step[], shape: Shape | undefined, whole: Step[] | undefined): void => {
    found.push({ steps, value, shape, ...(whole && { whole }) });
    const within = whole ?? (Array.isArray(value) && !shape ? steps : undefined);
    if (Array.isArray(value)) value.forEach((item, i) => { walk(item, [...steps, i], shape?.items, within); });
    else if (isMap(value)) for (const [key, inner] of Object.entries(value)) walk(inner, [...steps, key], shape?.field(key) ?? shape?.values, within);
  };
  const shape = types.node(object.apiVersion, object.kind);
  for (const [key, value] of Object.entries(object)) if (!["apiVersion", "kind", "metadata", "status"].includes(key)) walk(value, [key], shape?.field(key), undefined);
  for (const key of ["labels", "annotations"]) if (isMap(object.metadata[key])) walk(object.metadata[key], ["metadata", key], undefined, undefined);
  return found;
}

const parentOf = (object: KubeObject, steps: readonly Step[]): Json => steps.slice(0, -1).reduce<Json>((value, step) => (value as Record<Step, Json>)[step], object);

/** The object with one scalar that has another value. */
export function changed(object: KubeObject, { steps, value, whole }: Place): Mutation {
  const live = structuredClone(object);
  const other = typeof value === "number" ? value + 1000 : typeof value === "boolean" ? !value : `${String(value)}z`;
  (parentOf(live, steps) as Record<Step, Json>)[steps.at(-1)!] = other;
  return { kind: "changed", live, pointer: pointerOf(whole ?? steps) };
}

/** The object without one place. */
export function removed(object: KubeObject, { steps, whole }: Place): Mutation {
  const live = structuredClone(object);
  const parent = parentOf(live, steps);
  if (Array.isArray(parent)) parent.splice(steps.at(-1) as number, 1);
  else delete (parent as Record<Step, Json>)[steps.at(-1)!];
  return { kind: whole ? "changed" : "removed", live, pointer: pointerOf(whole ?? steps) };
}

/** The object with one more member in a map, or one more item in a list. */
export function added(object: KubeObject, { steps, value, whole, shape }: Place, item: Json): Mutation {
  const live = structuredClone(object);
  const target = steps.reduce<Json>((at, step) => (at as Record<Step, Json>)[step], live);
  const last: Step = Array.isArray(value) ? value.length : "rogue";
  if (Array.isArray(target)) target.push(item);
  else (target as Record<string, Json>)["rogue"] = item;
  const one = whole ?? (Array.isArray(value) && !shape ? steps : undefined);
  return { kind: one ? "changed" : "added", live, pointer: pointerOf(one ?? [...steps, last]) };
}

export const pick = <T>(items: readonly T[]): fc.Arbitrary<T> => fc.constantFrom(...items);
