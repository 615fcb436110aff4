/** Everything in which a live object differs from git, with the places on both sides: what changes are shown from, and patches made. */
import { pointerOf } from "../model/pointer.ts";
import { compareAggregated, isAggregated } from "./aggregate.ts";
import { assignedIn } from "./assigned/index.ts";
import { isReplicas, judgeReplicas } from "./autoscaler.ts";
import { rooted } from "./metadata.ts";
import { type Lint, normalForm } from "./normal.ts";
import { isSecret, mergedSecret, secretNotes } from "./secret.ts";
import { type Difference, Walk } from "./tree.ts";
import type { KubeObject, Surroundings, Types } from "./types.ts";
import { type Fields, valueAt, without } from "./value.ts";

/** The note of a leaf that git leaves to its default. */
export const DEFAULTED = "git does not say it, so its default is wanted";

export interface Differences { differences: Difference[]; notes: string[]; untyped: boolean }

/** Compares a desired object with the live one of the same identity. */
export function differencesOf(desired: KubeObject, live: KubeObject, types: Types, around: Surroundings): Differences {
  const shape = types.node(desired.apiVersion, desired.kind);
  const root = rooted(shape);
  const notes = isSecret(desired) ? secretNotes(desired) : [];
  const computed = isAggregated(desired);
  // Identity is matched before: a namespace that one side leaves to the applier, or gives to what has none, says nothing.
  const isPlaced = desired.metadata.namespace !== undefined && live.metadata.namespace !== undefined;
  const comparable = (form: KubeObject): Fields => {
    const placed = isPlaced ? form : without(form, ["metadata", "namespace"]);
    return computed ? without(placed, ["rules"]) : placed;
  };
  const lint: Lint = (steps, keys) => {
    for (const key of keys) notes.push(`${pointerOf(steps)} has the key ${key.map(String).join(", ")} more than once in git${steps.at(-1) === "env" ? ": the last one holds" : ""}`);
  };
  const walk = new Walk(desired, live, around.tracked === true);
  walk.fields(comparable(normalForm(desired, root, undefined, lint)), comparable(normalForm(live, root)), root, assignedIn(live));
  if (computed && Array.isArray(desired["rules"]) && desired["rules"].length > 0) notes.push("/rules of a ClusterRole with an aggregationRule are computed: those in git mean nothing");
  const [before, after] = [desired, live].map((object) => (isSecret(object) ? mergedSecret(object) : object)) as [KubeObject, KubeObject];
  const differences = [
    ...walk.differences.flatMap((difference) => said(difference, before, after) ?? []).flatMap((difference) => (isReplicas(difference) ? judgeReplicas(difference, live, around.autoscalers ?? []) ?? [] : difference)),
    ...(computed ? compareAggregated(desired, live, around) : []),
  ];
  return { differences, notes: [...notes, ...walk.notes], untyped: shape === undefined || differences.some(({ untyped }) => untyped) };
}

/**
 * A difference as the objects themselves show it; undefined when neither says anything there: then a default differs because another leaf does, and that
 * leaf is a difference of its own. A list that one side has says what is in it, and what is not.
 */
function said(difference: Difference, desired: KubeObject, live: KubeObject): Difference | undefined {
  const [git, now] = [difference.desired && valueAt(desired, difference.desired.steps), difference.live && valueAt(live, difference.live.steps)].map(isSaid);
  if (!git && !now) return difference.kind === "removed" && isOfSaidList(difference, desired, live) ? { ...difference, note: DEFAULTED } : undefined;
  if (difference.kind !== "changed") return difference;
  if (now) return git ? difference : { ...difference, note: DEFAULTED };
  const { live: _, ...rest } = difference;
  return { ...rest, kind: "removed" };
}
const isSaid = (value: unknown): boolean => value !== undefined && value !== null;

/** An item of a list that the live side has, or something in an item of one that git leaves to its default as a whole. */
const isOfSaidList = ({ at, list, desired: place }: Difference, desired: KubeObject, live: KubeObject): boolean =>
  (list !== undefined && isSaid(valueAt(live, list.live))) || (place?.steps ?? []).some((_, i, steps) => Array.isArray(valueAt(live, at.slice(0, i))) && !isSaid(valueAt(desired, steps.slice(0, i))));
