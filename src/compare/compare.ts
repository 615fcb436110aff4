/** What differs between a desired and a live object, as people and other rooms read it. */
import type { Change } from "../model/finding.ts";
import { pointerOf, type Step } from "../model/pointer.ts";
import { differencesOf } from "./differences.ts";
import { isSecret, maskSecret, mergedSecret } from "./secret.ts";
import type { Difference, Place } from "./tree.ts";
import type { Comparison, KubeObject, Surroundings, Types } from "./types.ts";
import { member, valueAt } from "./value.ts";

/**
 * Compares git's object with the live one of the same kind and name: closed-world, so that every live leaf is in git, a default, assigned (D24), or a change.
 * `live` is best read in git's apiVersion. Values of Secrets are masked; nothing else is.
 */
export function compareObjects(desired: KubeObject, live: KubeObject, types: Types, around: Surroundings = {}): Comparison {
  const { differences, notes, untyped } = differencesOf(desired, live, types, around);
  return { changes: differences.map((difference) => changeOf(difference, desired, live)), confidence: untyped ? "untyped" : "typed", notes };
}

/** A difference with the values as they came, where they came; a default that git does not say as it is filled in. */
export function changeOf(difference: Difference, desired: KubeObject, live: KubeObject): Change {
  const { kind, note } = difference;
  // Another order is shown by the keys alone, and a computed value stands nowhere.
  const asCame = kind !== "order" && !difference.computed;
  const [git, now] = [shown(difference.desired, desired, asCame), shown(difference.live, live, asCame)];
  return {
    pointer: difference.live ? pointerOf(difference.live.steps) : desiredPointer(difference.desired!.steps, desired), kind,
    ...(git !== undefined && { desired: git }), ...(now !== undefined && { live: now }), ...(note && { note }),
  };
}

function shown(place: Place | undefined, object: KubeObject, asCame: boolean): unknown {
  if (!place) return undefined;
  const { steps, value } = place;
  if (isSecret(object)) return maskSecret(steps, valueAt(mergedSecret(object), steps) ?? value);
  return asCame ? valueAt(object, steps) ?? value : value;
}

/** Bytes that git writes as text are where git has them. */
function desiredPointer(steps: readonly Step[], desired: KubeObject): string {
  const isText = isSecret(desired) && steps[0] === "data" && steps[1] !== undefined && member(desired["stringData"], steps[1]) !== undefined;
  return pointerOf(isText ? ["stringData", ...steps.slice(1)] : steps);
}
