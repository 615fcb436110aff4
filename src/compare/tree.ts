/** Walks two normal forms along their schema and collects where they differ: once a leaf, list item or subtree. */
import type { Change } from "../model/finding.ts";
import type { Pair } from "../model/pair.ts";
import { pointerOf, type Step } from "../model/pointer.ts";
import { type Assigned, assignedAt, isAssigned } from "./assigned/index.ts";
import { changesReferences, type Discipline, disciplineOf, isReordered, pairItems, pairShuffled } from "./list.ts";
import type { KubeObject, Shape } from "./types.ts";
import { type Fields, isFields, member, same } from "./value.ts";

/** A place on one side, and the normal form that stands there. */
export interface Place { steps: readonly Step[]; value: unknown }

/** A list that has other items, or another order, than git's. */
export interface ListDifference { desired: readonly Step[]; live: readonly Step[]; discipline: Discipline; pairs: readonly Pair[] }

export interface Difference {
  kind: Change["kind"];
  desired?: Place;
  live?: Place;
  /** Where it is in the live object, or would be: for an item that is missing, its list. */
  at: readonly Step[];
  /** Set for items that are on one side only, and for another order. */
  list?: ListDifference;
  /** No schema describes the place. */
  untyped?: true;
  /** The value stands in neither object: the cluster computes it. */
  computed?: true;
  note?: string;
}

/** Labels and annotations are things of their own, also where one side has none at all. */
const isNamed = (trail: readonly Step[], name: string): boolean => (name === "labels" || name === "annotations") && trail.at(-1) === "metadata";

const NOBODYS: ReadonlySet<number> = new Set();

export class Walk {
  readonly differences: Difference[] = [];
  readonly notes: string[] = [];
  /** How many live values were found to be assigned. */
  private accepted = 0;
  private readonly git: Step[] = [];
  private readonly now: Step[] = [];
  private readonly desired: KubeObject;
  private readonly live: KubeObject;

  private readonly tracked: boolean;

  /** Both sides as they came, and whether objects say who wrote what, for those who judge what is assigned. */
  constructor(desired: KubeObject, live: KubeObject, tracked: boolean) {
    this.desired = desired;
    this.live = live;
    this.tracked = tracked;
  }

  private isAssigned(assigned: Assigned, value: unknown, steps: readonly Step[]): boolean { return isAssigned(assigned, value, { desired: this.desired, live: this.live, steps, tracked: this.tracked }); }

  private add(kind: Change["kind"], shape: Shape | undefined, sides: { desired?: unknown; live?: unknown }, list?: ListDifference): void {
    this.differences.push({
      kind, at: [...this.now],
      ...("desired" in sides && { desired: { steps: [...this.git], value: sides.desired } }), ...("live" in sides && { live: { steps: [...this.now], value: sides.live } }),
      ...(list && { list }), ...(!shape && { untyped: true as const }),
    });
  }

  fields(desired: Fields, live: Fields, shape: Shape | undefined, assigned: Assigned | undefined): void {
    for (const name in desired) {
      const before = desired[name];
      const isLive = Object.hasOwn(live, name);
      const after = isLive ? live[name] : undefined;
      if (before === after) continue;
      const child = shape && (shape.field(name) ?? shape.values);
      const named = !isLive && isFields(before) && isNamed(this.now, name);
      this.git.push(name);
      this.now.push(name);
      if (isLive) this.value(before, after, child, name, assignedAt(assigned, name));
      else if (named) this.fields(before, {}, child, undefined);
      else this.add("removed", child, { desired: before });
      this.git.pop();
      this.now.pop();
    }
    for (const name in live) {
      if (Object.hasOwn(desired, name)) continue;
      const child = shape && (shape.field(name) ?? shape.values);
      const named = isFields(live[name]) && isNamed(this.now, name);
      this.git.push(name);
      this.now.push(name);
      this.added(live[name], child, name, assignedAt(assigned, name), named);
      this.git.pop();
      this.now.pop();
    }
  }

  /**
   * What only the live side has. Where something below is assigned it is looked at part by part, and what is left stays in parts; an item of a list, and
   * what has nothing assigned in it, is one.
   */
  private added(value: unknown, shape: Shape | undefined, name: string, assigned: Assigned | undefined, named = false, list?: ListDifference): void {
    if (assigned && this.isAssigned(assigned, value, this.now)) {
      this.accepted++;
      return;
    }
    const inner = assigned !== undefined && assigned.below.size > 0;
    if (!(inner || named) || typeof value !== "object" || value === null) return this.add("added", shape, { live: value }, list);
    const [before, accepted] = [this.differences.length, this.accepted];
    if (Array.isArray(value)) this.list([], value, shape, name, assigned);
    else this.fields({}, value as Fields, shape, assigned);
    const isWhole = this.accepted === accepted || list !== undefined;
    if (named || !isWhole || this.differences.length === before) return;
    this.differences.length = before;
    this.add("added", shape, { live: value }, list);
  }

  value(desired: unknown, live: unknown, shape: Shape | undefined, name: string, assigned: Assigned | undefined): void {
    if (Array.isArray(desired) && Array.isArray(live)) this.list(desired, live, shape, name, assigned);
    else if (isFields(desired) && isFields(live)) this.fields(desired, live, shape, assigned);
    else if (desired !== live) this.add("changed", shape, { desired, live });
  }

  private list(desired: unknown[], live: unknown[], shape: Shape | undefined, name: string, assigned: Assigned | undefined): void {
    const discipline = disciplineOf(shape, name, this.live);
    if (same(desired, live)) return;
    if (discipline.kind === "whole") return this.add("changed", shape, { desired, live });
    const theirs = this.assignedItems(desired, live, discipline, assigned);
    const own = theirs.size === 0 ? undefined : [...live.keys()].filter((i) => !theirs.has(i));
    const items = own ? own.map((i) => live[i]) : live;
    const shuffled = discipline.kind === "ordered" && desired.length === items.length && !same(desired, items) ? pairShuffled(desired, items) : undefined;
    const found: readonly Pair[] = shuffled ?? pairItems(desired, items, discipline, name);
    const pairs = own ? [...found.map((pair) => (pair.after === undefined ? pair : { ...pair, after: own[pair.after]! })), ...[...theirs].map((after) => ({ after }))] : found;
    const list: ListDifference = { desired: [...this.git], live: [...this.now], discipline, pairs };
    if (!shuffled) for (const pair of pairs) this.item(desired, live, shape?.items, pair, assigned, list);
    if (shuffled) this.add("order", shape, { desired, live }, list);
    else if (isReordered(pairs)) this.reordered(desired, live, shape, name, list);
  }

  /** Items that somebody else may add and git does not have: what git has was not changed into one of them, it went. */
  private assignedItems(desired: readonly unknown[], live: readonly unknown[], discipline: Discipline, assigned: Assigned | undefined): ReadonlySet<number> {
    if (!assigned || assigned.below.size === 0) return NOBODYS;
    const isOf = (item: unknown) => (one: unknown): boolean => same(one, item) || (discipline.kind === "map" && discipline.keys.every((key) => same(member(one, key), member(item, key))));
    return new Set([...live.keys()].filter((i) => {
      const leaf = assignedAt(assigned, i);
      return leaf && this.isAssigned(leaf, live[i], [...this.now, i]) && !desired.some(isOf(live[i]));
    }));
  }

  /** Another order of items that have keys means something in few lists, and nothing where they are added up. */
  private reordered(desired: readonly unknown[], live: readonly unknown[], shape: Shape | undefined, name: string, list: ListDifference): void {
    const { discipline, pairs } = list;
    if (discipline.kind === "map") {
      const keysOf = (items: readonly unknown[]): unknown[] => items.map((item) => discipline.keys.length === 1 ? member(item, discipline.keys[0]!) : Object.fromEntries(discipline.keys.map((key) => [key, member(item, key)])));
      if (discipline.ordered || (name === "env" && changesReferences(desired, live, pairs))) this.add("order", shape, { desired: keysOf(desired), live: keysOf(live) }, list);
    } else if (discipline.kind === "bag") this.notes.push(`${pointerOf(this.now)} stands in another order than in git, which means nothing`);
  }

  private item(desired: readonly unknown[], live: readonly unknown[], items: Shape | undefined, { before, after }: Pair, assigned: Assigned | undefined, list: ListDifference): void {
    if (after === undefined) {
      this.git.push(before!);
      this.add("removed", items, { desired: desired[before!] }, list);
      this.git.pop();
      return;
    }
    this.now.push(after);
    this.git.push(before ?? after);
    if (before === undefined) this.added(live[after], items, "", assignedAt(assigned, after), false, list);
    else this.value(desired[before], live[after], items, "", assignedAt(assigned, after));
    this.git.pop();
    this.now.pop();
  }
}
