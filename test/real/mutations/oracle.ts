/** What a finding must say, from reading the live object before and after; knows nothing of defaults and normal forms. */
import type { Change } from "../../../src/model/finding.ts";
import type { KubeObject } from "../../../src/compare/types.ts";
import { pointerOf, type Step, stepsOf } from "../../../src/model/pointer.ts";
import { BOOKKEEPING } from "../defaults/assigned.ts";
import type { Mutation } from "./sites.ts";

export interface Expected {
  kind: Change["kind"];
  pointer: string;
  /** The server's own consequence elsewhere, of which git says nothing: it may be found, and need not be. */
  consequence: boolean;
}

/** How an object is stored: lists that became empty are none in Go types; without a schema a list is one value. */
export interface Manner { goTypes: boolean; typed: boolean }

const isFields = (value: unknown): value is Record<string, unknown> => value !== null && typeof value === "object" && !Array.isArray(value);
const at = (value: unknown, steps: readonly (Step | string)[]): unknown => steps.reduce<unknown>((inner, step) => (inner !== null && typeof inner === "object" ? (inner as Record<Step, unknown>)[step] : undefined), value);
const isAbsent = (value: unknown): boolean => value === undefined || value === null;
const textOf = (value: unknown): string => JSON.stringify(value) ?? "";
const isSame = (a: unknown, b: unknown): boolean => textOf(a) === textOf(b);

/**
 * Places in which `after` differs from `before`, which equals git. What went and git does not say is a default that follows from another leaf, but where git
 * leaves a whole list to its default. `picked` are pointers of what the server chose.
 */
export function expected({ git, before, after, mutation, picked, manner }: { git: KubeObject; before: KubeObject; after: KubeObject; mutation: Mutation; picked: ReadonlySet<string>; manner: Manner }): Expected[] {
  const found: Expected[] = [];
  const site = pointerOf(mutation.steps);
  const isNothing = (value: unknown): boolean => isAbsent(value) || (manner.goTypes && Array.isArray(value) && value.length === 0);
  const isLabels = (steps: readonly Step[]): boolean => /^(labels|annotations)$/.test(String(steps.at(-1))) && steps.at(-2) === "metadata";
  const isOfDefaultList = (steps: readonly Step[]): boolean => steps.some((_, i) => Array.isArray(at(after, steps.slice(0, i))) && isAbsent(at(git, steps.slice(0, i))));
  const add = (kind: Change["kind"], steps: readonly Step[]): void => {
    const pointer = pointerOf(steps);
    const inGit = !isNothing(at(git, steps));
    const isElsewhere = pointer !== site && !pointer.startsWith(`${site}/`) && !site.startsWith(`${pointer}/`);
    if (kind !== "removed" || inGit || isOfDefaultList(steps)) found.push({ kind, pointer, consequence: (isElsewhere && !inGit) || (pointer !== site && picked.has(pointer)) });
  };

  const walk = (old: unknown, now: unknown, steps: readonly Step[], oldSteps: readonly Step[]): void => {
    if (isNothing(old) && isNothing(now)) return;
    if (isNothing(old) || isNothing(now)) {
      const [kind, there, where] = isNothing(old) ? (["added", now, steps] as const) : (["removed", old, oldSteps] as const);
      // Each label and annotation is a thing of its own.
      if (isLabels(steps) && isFields(there)) for (const name of Object.keys(there)) add(kind, [...where, name]);
      else add(kind, where);
    } else if (Array.isArray(old) && Array.isArray(now)) {
      if (manner.typed) walkList(old, now, steps, oldSteps);
      else if (!isSame(old, now)) add("changed", steps);
    } else if (isFields(old) && isFields(now)) for (const name of new Set([...Object.keys(old), ...Object.keys(now)])) walk(old[name], now[name], [...steps, name], [...oldSteps, name]);
    else if (old !== now) add("changed", steps);
  };
  /** Where a value changed, items are what they were, each in its place; else equal ones are the same, and between them they are paired in turn. */
  const walkList = (old: readonly unknown[], now: readonly unknown[], steps: readonly Step[], oldSteps: readonly Step[]): void => {
    if (isSame(old.map(textOf).sort(), now.map(textOf).sort())) {
      // What admission took out and put to the end again.
      if (!isSame(old, now)) found.push({ kind: "order", pointer: pointerOf(steps), consequence: true });
      return;
    }
    let [i, j] = [0, 0];
    const anchors = mutation.op === "change" && old.length === now.length ? [] : commonItems(old, now);
    for (const [nextOld, nextNow] of [...anchors, [old.length, now.length] as const]) {
      for (; i < nextOld && j < nextNow; i++, j++) walk(old[i], now[j], [...steps, j], [...oldSteps, i]);
      for (; i < nextOld; i++) walk(old[i], undefined, [...steps, j], [...oldSteps, i]);
      for (; j < nextNow; j++) walk(undefined, now[j], [...steps, j], [...oldSteps, i]);
      [i, j] = [nextOld + 1, nextNow + 1];
    }
  };
  walk(bare(before), bare(after), [], []);
  return found;
}

const bare = ({ status: _, metadata, ...rest }: KubeObject & { status?: unknown }): object => ({ ...rest, metadata: Object.fromEntries(Object.entries(metadata).filter(([name]) => !BOOKKEEPING.includes(name))) });

/** The longest run of equal items in order, as pairs of indexes. */
function commonItems(old: readonly unknown[], now: readonly unknown[]): [number, number][] {
  const lengths = Array.from({ length: old.length + 1 }, () => new Array<number>(now.length + 1).fill(0));
  for (let i = old.length - 1; i >= 0; i--) for (let j = now.length - 1; j >= 0; j--) lengths[i]![j] = isSame(old[i], now[j]) ? lengths[i + 1]![j + 1]! + 1 : Math.max(lengths[i + 1]![j]!, lengths[i]![j + 1]!);
  const pairs: [number, number][] = [];
  for (let i = 0, j = 0; i < old.length && j < now.length; ) {
    if (isSame(old[i], now[j])) pairs.push([i++, j++]);
    else if (lengths[i + 1]![j]! >= lengths[i]![j + 1]!) i++;
    else j++;
  }
  return pairs;
}

export interface Judgement { missed: Expected[]; surplus: Change[]; /** Another wording that covers the very same leaves. */ reworded: boolean }

/**
 * Compares what was found with what must be: the same places, or the same leaves in other words (a parent whose only members came or went; each item of
 * a list that came or went; an item that came and one that went in place of a change of what tells items apart).
 */
export function judge(wanted: readonly Expected[], found: readonly Change[], { before, after, isKey }: { before: KubeObject; after: KubeObject; isKey: (steps: readonly string[]) => boolean }): Judgement {
  const id = ({ kind, pointer }: { kind: string; pointer: string }): string => `${kind} ${kind === "removed" ? pointer : firstLike(after, pointer)}`;
  const [wantedIds, foundIds] = [new Set(wanted.map(id)), new Set(found.map(id))];
  const missed = wanted.filter((one) => !one.consequence && !foundIds.has(id(one)));
  const surplus = found.filter((one) => !wantedIds.has(id(one)));
  if (missed.length + surplus.length === 0) return { missed, surplus, reworded: false };

  const leaves = (kind: string, pointer: string): string[] => (kind === "changed" ? [`now ${pointer}`] : kind === "removed" ? leavesOf("was", at(before, stepsOf(pointer)!), pointer) : leavesOf("now", at(after, stepsOf(pointer)!), pointer));
  const allowed = new Set(wanted.flatMap(({ kind, pointer }) => [...leaves(kind, pointer), ...(isKey(stepsOf(pointer)!) ? leavesOf("now", at(after, parentOf(pointer)), pointerOf(parentOf(pointer))) : [])]));
  const covered = new Set(inPairs(found).flatMap(([one, other]) => (other ? pairLeaves(one.pointer, other.pointer) : leaves(one.kind, one.pointer))));
  // One that went and one that came may be called one that changed.
  const renamed = new Set(inPairs(wanted).flatMap(([one, other]) => (other && foundIds.has(`changed ${other.pointer}`) ? [id(one), id(other)] : [])));
  const uncovered = missed.filter((one) => !renamed.has(id(one))).filter(({ kind, pointer }) => !leaves(kind, pointer).every((leaf) => covered.has(leaf)));
  const excessive = inPairs(surplus).filter(([one, other]) => !(other ? pairLeaves(one.pointer, other.pointer) : leaves(one.kind, one.pointer)).every((leaf) => allowed.has(leaf))).flatMap(([one, other]) => (other ? [one, other] : [one]));
  return { missed: uncovered, surplus: excessive, reworded: true };

  /** What differs between an item that went and the one that came in its place. */
  function pairLeaves(gone: string, come: string): string[] {
    const [was, now] = [leavesOf("", at(before, stepsOf(gone)!), ""), leavesOf("", at(after, stepsOf(come)!), "")];
    const valueOf = (object: KubeObject, pointer: string): unknown => at(object, stepsOf(pointer)!);
    return [
      ...was.filter((leaf) => !now.includes(leaf)).map((leaf) => `was ${gone}${leaf.slice(1)}`),
      ...now.filter((leaf) => !isSame(valueOf(before, gone + leaf.slice(1)), valueOf(after, come + leaf.slice(1)))).map((leaf) => `now ${come}${leaf.slice(1)}`),
    ];
  }
}

/** Of equal scalars in a list, any is the one that changed. */
function firstLike(object: KubeObject, pointer: string): string {
  const list = at(object, parentOf(pointer));
  const value = at(object, stepsOf(pointer)!);
  return Array.isArray(list) && (value === null || typeof value !== "object") ? pointerOf([...parentOf(pointer), list.indexOf(value)]) : pointer;
}

const parentOf = (pointer: string): string[] => stepsOf(pointer)!.slice(0, -1);

/** Leaves below a place; the place itself when there is nothing in it. */
function leavesOf(side: string, value: unknown, pointer: string): string[] {
  const inner = value !== null && typeof value === "object" ? Object.entries(value).filter(([, one]) => !isAbsent(one)).flatMap(([name, one]) => leavesOf(side, one, pointer + pointerOf([name]))) : [];
  return inner.length > 0 ? inner : [`${side} ${pointer}`];
}

/** Changes, an item that went together with one of the same list that came. */
function inPairs<T extends { kind: Change["kind"]; pointer: string }>(changes: readonly T[]): [T, T?][] {
  const left = [...changes];
  const pairs: [T, T?][] = [];
  for (let one = left.shift(); one; one = left.shift()) {
    const list = one.pointer.replace(/\/\d+$/, "");
    const other = one.kind === "removed" && list !== one.pointer ? left.findIndex(({ kind, pointer }) => kind === "added" && pointer.replace(/\/\d+$/, "") === list && pointer !== list) : -1;
    if (other >= 0) pairs.push([one, left.splice(other, 1)[0]!]);
    else pairs.push([one]);
  }
  return pairs;
}
