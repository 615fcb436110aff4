/** Replicas that an autoscaler chose, told from those that somebody else did. */
import { claims } from "./attribute.ts";
import { groupOf } from "../model/kinds.ts";
import type { Difference } from "./tree.ts";
import type { KubeObject } from "./types.ts";
import { member, valueAt } from "./value.ts";

/** Where the autoscaling controller runs, as managedFields call it; KEDA scales through the HorizontalPodAutoscaler it makes, and so through it. */
const CONTROLLER = "kube-controller-manager";
const REPLICAS = "/spec/replicas";

function targets(autoscaler: KubeObject, object: KubeObject): boolean {
  const target = valueAt(autoscaler, ["spec", "scaleTargetRef"]);
  return member(target, "kind") === object.kind && member(target, "name") === object.metadata.name && groupOf(String(member(target, "apiVersion") ?? "")) === groupOf(object.apiVersion)
    && (autoscaler.metadata.namespace ?? "") === (object.metadata.namespace ?? "");
}

const isWithin = (autoscaler: KubeObject, replicas: unknown): boolean => {
  const [min = 1, max] = ["minReplicas", "maxReplicas"].map((field) => valueAt(autoscaler, ["spec", field])) as [number | undefined, number | undefined];
  return typeof replicas === "number" && typeof max === "number" && replicas >= min && replicas <= max;
};

/**
 * A difference in replicas: undefined where a live autoscaler of this object chose them, and with a note where one is there and somebody else did.
 * The autoscaling controller writes through the subresource `scale`; a person's scale does too, under another name. Where the applier never owned the
 * number (git leaves it out), the API server records neither: then it is the autoscaler's if it is what the autoscaler says it wants.
 */
export function judgeReplicas(difference: Difference, live: KubeObject, autoscalers: readonly KubeObject[]): Difference | undefined {
  const own = autoscalers.filter((one) => targets(one, live));
  if (own.length === 0) return difference;
  const replicas = difference.live?.value;
  const owners = claims(live, REPLICAS);
  if (owners.some(({ manager, subresource }) => manager !== CONTROLLER || subresource !== "scale")) return { ...difference, note: "an autoscaler scales this object, but this number is not its own" };
  const chosen = owners.length > 0 ? own : own.filter((one) => valueAt(one, ["status", "desiredReplicas"]) === replicas);
  if (chosen.some((one) => isWithin(one, replicas))) return undefined;
  return { ...difference, note: owners.length > 0 ? "the autoscaling controller wrote this number, which its autoscaler does not allow now" : "an autoscaler scales this object, nobody claims this number, and it is not the one that the autoscaler wants" };
}

/** Whether a difference is about the number of replicas. */
export const isReplicas = ({ at }: Difference): boolean => at.length === 2 && at[0] === "spec" && at[1] === "replicas";
