/** What administrators set for a whole cluster. Source: defaults.go of storage/v1, scheduling/v1, flowcontrol/v1 and resource/v1. */
import { each, field, fill, fillZero, type Rule, rules, when } from "./rule.ts";
import { persistentVolumeSpec } from "./volume.ts";

export const storageClass: Rule = fill({ reclaimPolicy: "Delete", volumeBindingMode: "Immediate" });

export const csiDriver: Rule = field("spec", rules(
  fill({ attachRequired: true, podInfoOnMount: false, storageCapacity: false, fsGroupPolicy: "ReadWriteOnceWithFSType", requiresRepublish: false, seLinuxMount: false }),
  fillZero({ volumeLifecycleModes: ["Persistent"] }),
));

export const volumeAttachment: Rule = field("spec", field("source", field("inlineVolumeSpec", persistentVolumeSpec)));

export const priorityClass: Rule = fill({ preemptionPolicy: "PreemptLowerPriority" });

export const flowSchema: Rule = field("spec", fillZero({ matchingPrecedence: 1000 }));

export const priorityLevel: Rule = field("spec", rules(
  field("exempt", fill({ nominalConcurrencyShares: 0, lendablePercent: 0 })),
  field("limited", rules(
    fill({ nominalConcurrencyShares: 30, lendablePercent: 0 }),
    field("limitResponse", field("queuing", fillZero({ queues: 64, handSize: 8, queueLengthLimit: 50 }))),
  )),
));

const deviceRequest: Rule = rules(
  fillZero({ allocationMode: "ExactCount" }),
  when((request) => request["allocationMode"] === "ExactCount", fillZero({ count: 1 })),
  each("tolerations", fillZero({ operator: "Equal" })),
);
const claimSpec: Rule = field("devices", each("requests", rules(field("exactly", deviceRequest), each("firstAvailable", deviceRequest))));
export const resourceClaim: Rule = field("spec", claimSpec);
export const resourceClaimTemplate: Rule = field("spec", field("spec", claimSpec));
