/** Which item of one list is which of the other, by what the schema says of the list. */
import { type Pair, pairByContent, pairRest } from "../model/pair.ts";
import { leavesOf } from "../model/pointer.ts";
import { groupOf } from "../model/kinds.ts";
import type { KubeObject, Shape } from "./types.ts";
import { isFields, member, same, textOf, without } from "./value.ts";

/**
 * `map`: items are told apart by keys, and in few lists their order counts as well; `set`: scalars, each once; `bag`: items whose order means nothing;
 * `ordered`: the order means something; `whole`: nothing is known of it, so it differs as one.
 */
export type Discipline = { kind: "map"; keys: readonly string[]; ordered: boolean } | { kind: "set" | "bag" | "ordered" | "whole" };

const RBAC_GROUP = "rbac.authorization.k8s.io";
/** Lists that are sets by their meaning and atomic by their schema: all RBAC rules are added up, and so are subjects. */
const RBAC: Readonly<Record<string, Discipline>> = {
  rules: { kind: "bag" }, subjects: { kind: "bag" }, clusterRoleSelectors: { kind: "bag" },
  verbs: { kind: "set" }, apiGroups: { kind: "set" }, resources: { kind: "set" }, resourceNames: { kind: "set" }, nonResourceURLs: { kind: "set" },
};
/** Lists that have keys and an order nevertheless: containers that run one after the other, webhooks that are called so. */
const inTurn = (name: string, kind: string): boolean => name === "initContainers" || (name === "webhooks" && kind === "MutatingWebhookConfiguration");

const ATOMIC: Discipline = { kind: "ordered" };
const WHOLE: Discipline = { kind: "whole" };
const SET: Discipline = { kind: "set" };
const known = new WeakMap<Shape, Map<string, Discipline>>();

/** How a list in a field of this name is compared, in objects of this kind. */
export function disciplineOf(shape: Shape | undefined, name: string, { apiVersion, kind }: KubeObject): Discipline {
  const meant = groupOf(apiVersion) === RBAC_GROUP && Object.hasOwn(RBAC, name) ? RBAC[name] : undefined;
  if (meant) return meant;
  if (!shape) return WHOLE;
  const keys = shape.schema["x-kubernetes-list-map-keys"];
  if (!keys) return shape.schema["x-kubernetes-list-type"] === "set" ? SET : shape.items || shape.schema.type === "array" ? ATOMIC : WHOLE;
  let byName = known.get(shape);
  if (!byName) known.set(shape, (byName = new Map()));
  let discipline = byName.get(name);
  if (!discipline) byName.set(name, (discipline = { kind: "map", keys, ordered: inTurn(name, kind) }));
  return discipline;
}

/** Above this product of lengths, items without a key are paired by position: a list is no reason to think for minutes. */
const PATIENCE = 4_000_000;

/** Pairs the items of two lists; `before` is git's. Absent is an item of git that is without effect. */
export function pairItems(desired: readonly unknown[], live: readonly unknown[], discipline: Discipline, name: string): Pair[] {
  if (discipline.kind === "map") return pairKeyed(desired, live, discipline.keys, name === "env");
  if (desired.length * live.length > PATIENCE) return byPosition(desired, live);
  return discipline.kind === "ordered" ? pairOrdered(desired, live) : pairEqual(desired, live, discipline.kind === "set");
}

/** By content and in order; by position where that says as much with fewer differences (two equal items, and one of them changed). */
function pairOrdered(desired: readonly unknown[], live: readonly unknown[]): Pair[] {
  const pairs = pairByContent(desired, live, { inOrder: true, loose: true, textOf });
  if (desired.length !== live.length) return pairs;
  const cost = (list: readonly Pair[]): number => list.filter(({ before, after }) => before === undefined || after === undefined || !same(desired[before], live[after])).length;
  const positions = byPosition(desired, live);
  return cost(positions) < cost(pairs) ? positions : pairs;
}

const byPosition = (desired: readonly unknown[], live: readonly unknown[]): Pair[] =>
  Array.from({ length: Math.max(desired.length, live.length) }, (_, i) => ({ ...(i < desired.length && { before: i }), ...(i < live.length && { after: i }) }));

function placesOf(list: readonly unknown[], nameOf: (item: unknown) => string): Map<string, number[]> {
  const places = new Map<string, number[]>();
  for (const [i, item] of list.entries()) {
    const name = nameOf(item);
    const found = places.get(name);
    if (found) found.push(i);
    else places.set(name, [i]);
  }
  return places;
}

/** The same items in another order; undefined when they are not the same. */
export function pairShuffled(desired: readonly unknown[], live: readonly unknown[]): Pair[] | undefined {
  const pairs = pairsBy(textOf, [...desired.keys()], [...live.keys()], desired, live);
  return pairs.length === desired.length ? pairs : undefined;
}

/** Equal items wherever they stand, each once; the rest by resemblance. */
function pairEqual(desired: readonly unknown[], live: readonly unknown[], loose: boolean): Pair[] {
  const pairs = pairsBy(textOf, [...desired.keys()], [...live.keys()], desired, live);
  const [git, now] = [new Set(pairs.map(({ before }) => before)), new Set(pairs.map(({ after }) => after))];
  const [gone, come] = [[...desired.keys()].filter((i) => !git.has(i)), [...live.keys()].filter((i) => !now.has(i))];
  return [...pairs, ...pairRest(gone, come, desired, live, { loose: loose || (isSingle(gone, desired) && isSingle(come, live)) })];
}
/** One item with one leaf: when that changes, nothing is left that it could resemble. */
const isSingle = (places: readonly number[], list: readonly unknown[]): boolean => places.length === 1 && leavesOf(list[places[0]!]).length === 1;

const keyOf = (keys: readonly string[]) => (item: unknown): string => textOf(keys.map((key) => member(item, key) ?? null));

/**
 * Items of a list map. A key that stands twice breaks the map (the API server lets it through in a plain create): then items are paired like a bag.
 * Only of environment variables it is known what a repeated name does: the last one holds.
 */
function pairKeyed(desired: readonly unknown[], live: readonly unknown[], keys: readonly string[], lastHolds: boolean): Pair[] {
  const [git, now] = [placesOf(desired, keyOf(keys)), placesOf(live, keyOf(keys))];
  const few = desired.length * live.length <= PATIENCE;
  if (git.size + now.size < desired.length + live.length && !lastHolds) return few ? pairEqual(desired, live, true) : byPosition(desired, live);
  const pairs: Pair[] = [];
  const gone: number[] = [];
  for (const [key, places] of git) {
    const others = now.get(key);
    if (!others) gone.push(...places);
    // From the last one backwards; what only git has before it is without effect.
    else for (let i = 1; i <= others.length; i++) pairs.push(i <= places.length ? { before: places.at(-i)!, after: others.at(-i)! } : { after: others.at(-i)! });
  }
  const come = [...now].flatMap(([key, places]) => (git.has(key) ? [] : places));
  if (!few) return [...pairs, ...gone.map((before) => ({ before })), ...come.map((after) => ({ after }))];
  // One item under another key is one item that changed, if the rest of it says so.
  const rest = (item: unknown): string => textOf(keys.reduce((left, key) => (isFields(left) ? without(left, [key]) : left), item));
  const renamed = pairsBy(rest, gone, come, desired, live);
  const [left, others] = [gone.filter((i) => !renamed.some(({ before }) => before === i)), come.filter((i) => !renamed.some(({ after }) => after === i))];
  return [...pairs, ...renamed, ...pairRest(left, others, desired, live)];
}

/** Pairs items of the same name, in order. */
function pairsBy(nameOf: (item: unknown) => string, before: readonly number[], after: readonly number[], desired: readonly unknown[], live: readonly unknown[]): { before: number; after: number }[] {
  const places = placesOf(after.map((i) => live[i]), nameOf);
  return before.flatMap((i) => {
    const place = places.get(nameOf(desired[i]))?.shift();
    return place === undefined ? [] : [{ before: i, after: after[place]! }];
  });
}

/** Keys that stand more than once, as lists of their values. */
export function repeatedKeys(list: readonly unknown[], keys: readonly string[]): unknown[][] {
  if (list.length < 2) return [];
  const places = placesOf(list, keyOf(keys));
  return places.size === list.length ? [] : [...places.values()].filter((found) => found.length > 1).map(([first]) => keys.map((key) => member(list[first!], key)));
}

/** Whether the order of pairs differs between the sides. */
export function isReordered(pairs: readonly Pair[]): boolean {
  let last = -1;
  for (const { after } of pairs.filter(({ before, after: a }) => before !== undefined && a !== undefined).sort((a, b) => a.before! - b.before!)) {
    if (after! < last) return true;
    last = after!;
  }
  return false;
}

/** Environment variables may name those before them, `$(NAME)`: whether such a name comes before its use on one side only. */
export function changesReferences(desired: readonly unknown[], live: readonly unknown[], pairs: readonly Pair[]): boolean {
  const both = pairs.filter((pair): pair is { before: number; after: number } => pair.before !== undefined && pair.after !== undefined);
  const place = new Map(both.map((pair) => [member(desired[pair.before], "name"), pair]));
  return both.some(({ before, after }) => {
    const value = member(live[after], "value");
    const used = typeof value === "string" ? [...value.matchAll(/\$\(([^)]+)\)/g)].flatMap(([, other]) => place.get(other) ?? []) : [];
    return used.some((other) => other.before < before !== other.after < after);
  });
}
