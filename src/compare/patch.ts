/** How a live object is put back: RFC 6902 on the object as it came. */
import type { Change, PatchOperation } from "../model/finding.ts";
import { pointerOf, type Step } from "../model/pointer.ts";
import { changeOf } from "./compare.ts";
import { differencesOf } from "./differences.ts";
import { isSecret } from "./secret.ts";
import type { Difference, ListDifference } from "./tree.ts";
import type { KubeObject, Surroundings, Types } from "./types.ts";
import { type Fields, isFields, member, valueAt } from "./value.ts";

/**
 * Operations that revert these changes of `compareObjects` and nothing else: applied to the live object as it came, a comparison finds them no more.
 * Where an index of a list is used, a `test` before it makes sure that the item is the one that was meant. Undefined for a Secret, whose values belong in no
 * patch. What only the server can change back (a deletion timestamp) has no operation.
 */
export function revertPatch(desired: KubeObject, live: KubeObject, changes: readonly Change[], types: Types, around: Surroundings = {}): PatchOperation[] | undefined {
  if (isSecret(live)) return undefined;
  const asked = new Set(changes.map(keyOf));
  const patch = new Patch(live);
  const found = differencesOf(desired, live, types, around).differences;
  const wanted = found.filter((difference) => asked.has(keyOf(changeOf(difference, desired, live))));
  patch.revert(wanted, desired);
  // An item that comes back can change what the order of the others means.
  if (wanted.length === found.length) patch.revert(differencesOf(desired, patch.object, types, around).differences, desired);
  return patch.operations;
}

const keyOf = ({ kind, pointer }: Change): string => `${kind} ${pointer}`;
/** Only the server can change it back. */
const isFinal = ({ at }: Difference): boolean => pointerOf(at) === "/metadata/deletionTimestamp";

/** Collects operations, and applies them to a copy as it goes, so that each is made for the object that it meets. */
class Patch {
  readonly operations: PatchOperation[] = [];
  readonly object: KubeObject;
  private readonly tested = new Set<string>();
  constructor(live: KubeObject) { this.object = structuredClone(live); }

  /** Single places first, while all indexes still hold; then lists, the deepest first, so that outer indexes hold. */
  revert(differences: readonly Difference[], git: KubeObject): void {
    const lists = new Map<ListDifference, Difference[]>();
    for (const difference of differences) {
      if (difference.list) lists.set(difference.list, [...(lists.get(difference.list) ?? []), difference]);
      else if (!isFinal(difference)) this.place(difference, git);
    }
    for (const [list, own] of [...lists].sort(([a], [b]) => b.live.length - a.live.length)) this.list(list, own, git);
  }

  private place({ kind, desired, at, computed }: Difference, git: KubeObject): void {
    this.testItems(at);
    if (kind === "added") return this.remove(at);
    // A computed rule has no place in git; it comes to the end of what is there.
    if (computed) return this.put([...at, "-"], desired!.value);
    const value = valueAt(git, desired!.steps) ?? desired!.value;
    if (typeof at.at(-1) === "number" && valueAt(this.object, at) !== undefined) return this.replaceItem(at, value);
    // Of a list that is not there in full no single leaf can be set, so git's comes whole.
    const depth = at.findIndex((_, i) => i > 0 && valueAt(this.object, at.slice(0, i)) === undefined);
    const list = depth < 0 ? -1 : at.findIndex((step, i) => i >= depth && typeof step === "number");
    const whole = list < 0 ? undefined : valueAt(git, desired!.steps.slice(0, list));
    if (whole === undefined) this.put(at, value);
    else this.put(at.slice(0, list), whole);
  }

  private list({ live, pairs }: ListDifference, own: readonly Difference[], git: KubeObject): void {
    this.testItems(live);
    const gone = own.filter(({ kind }) => kind === "added").map(({ at }) => at.at(-1) as number).sort((a, b) => b - a);
    // Where each item that stays stands in git; undefined for what git does not have and nobody asked to take away.
    const places = (valueAt(this.object, live) as unknown[] | undefined ?? []).map((_, i) => pairs.find(({ after }) => after === i)?.before);
    for (const i of gone) {
      this.testItem(live, i);
      this.remove([...live, i]);
      places.splice(i, 1);
    }
    for (const { kind, desired } of own) {
      if (kind !== "removed") continue;
      const place = desired!.steps.at(-1) as number;
      const behind = places.findIndex((other) => other !== undefined && other > place);
      const index = behind < 0 ? places.length : behind;
      this.put([...live, index === places.length ? "-" : index], valueAt(git, desired!.steps) ?? desired!.value);
      places.splice(index, 0, place);
    }
    if (own.some(({ kind }) => kind === "order")) this.sort(live, places);
  }

  /** Moves items until those that git has are in its order; each is tested right before, because all the others move. */
  private sort(list: readonly Step[], places: (number | undefined)[]): void {
    const wanted = places.filter((place) => place !== undefined).sort((a, b) => a - b);
    const slots = places.flatMap((place, i) => (place === undefined ? [] : [i]));
    for (const [n, slot] of slots.entries()) {
      const from = places.indexOf(wanted[n]);
      if (from === slot) continue;
      this.testItem(list, from);
      const items = valueAt(this.object, list) as unknown[];
      items.splice(slot, 0, ...items.splice(from, 1));
      places.splice(slot, 0, ...places.splice(from, 1));
      this.operations.push({ op: "move", from: pointerOf([...list, from]), path: pointerOf([...list, slot]) });
      this.tested.clear();
    }
  }

  private remove(steps: readonly Step[]): void {
    const parent = valueAt(this.object, steps.slice(0, -1));
    const last = steps.at(-1)!;
    if (Array.isArray(parent)) {
      parent.splice(Number(last), 1);
      this.tested.clear();
    } else delete (parent as Fields)[last];
    this.operations.push({ op: "remove", path: pointerOf(steps) });
  }

  private replaceItem(steps: readonly Step[], value: unknown): void {
    (valueAt(this.object, steps.slice(0, -1)) as unknown[])[steps.at(-1) as number] = structuredClone(value);
    this.operations.push({ op: "replace", path: pointerOf(steps), value: structuredClone(value) });
  }

  /** Sets a field or inserts an item; a parent that is not there, or is null, comes with it. */
  private put(steps: readonly Step[], value: unknown): void {
    let depth = 1;
    while (depth < steps.length && typeof (valueAt(this.object, steps.slice(0, depth)) ?? "") === "object") depth++;
    const at = steps.slice(0, depth);
    const whole = steps.slice(depth).reduceRight<unknown>((inner, step) => (typeof step === "number" || step === "-" ? [inner] : { [step]: inner }), structuredClone(value));
    const parent = valueAt(this.object, at.slice(0, -1)) as Fields | unknown[];
    const last = at.at(-1)!;
    const isThere = !Array.isArray(parent) && Object.hasOwn(parent, last);
    if (Array.isArray(parent)) {
      parent.splice(last === "-" ? parent.length : Number(last), 0, whole);
      this.tested.clear();
    } else parent[last] = whole;
    this.operations.push({ op: isThere ? "replace" : "add", path: pointerOf(at), value: structuredClone(whole) });
  }

  private testItems(steps: readonly Step[]): void {
    for (const [i, step] of steps.entries()) if (typeof step === "number" && valueAt(this.object, steps.slice(0, i + 1)) !== undefined) this.testItem(steps.slice(0, i), step);
  }

  /** One test an item: a leaf that tells it from others, and holds no value that is anybody's secret. */
  private testItem(list: readonly Step[], index: number): void {
    const item = valueAt(this.object, [...list, index]);
    const key = isFields(item) ? TELLING.find((name) => ["string", "number"].includes(typeof member(item, name))) : undefined;
    const steps = key === undefined ? [...list, index] : [...list, index, key];
    const path = pointerOf(steps);
    if (this.tested.has(path)) return;
    this.tested.add(path);
    this.operations.push({ op: "test", path, value: structuredClone(valueAt(this.object, steps)) });
  }
}
/** Fields that tell items apart, the best first. */
const TELLING = ["name", "key", "containerPort", "port", "devicePath", "mountPath", "topologyKey", "uid", "ip", "kind", "type", "alert", "record"];
