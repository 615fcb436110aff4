/** Workloads. Source: pkg/apis/apps/v1/defaults.go; SetDefaults_ReplicationController. */
import { templated } from "./pod.ts";
import { each, type Fields, field, fill, fillZero, isFields, isZero, made, type Rule, rules, set, when } from "./rule.ts";
import { claimSpec } from "./volume.ts";

const rolls = (strategy: Fields): boolean => strategy["type"] === "RollingUpdate";

export const deployment: Rule = field("spec", rules(
  fill({ replicas: 1, revisionHistoryLimit: 10, progressDeadlineSeconds: 600 }),
  field("strategy", rules(fillZero({ type: "RollingUpdate" }), when(rolls, made("rollingUpdate", fill({ maxUnavailable: "25%", maxSurge: "25%" }))))),
  templated,
));

export const daemonSet: Rule = field("spec", rules(
  fill({ revisionHistoryLimit: 10 }),
  field("updateStrategy", rules(fillZero({ type: "RollingUpdate" }), when(rolls, made("rollingUpdate", fill({ maxUnavailable: 1, maxSurge: 0 }))))),
  templated,
));

/** `rollingUpdate` is made only together with the type: a StatefulSet that names the type and no more keeps none. */
const statefulStrategy: Rule = (strategy) => {
  const typed = isZero(strategy["type"]) ? made("rollingUpdate")(set(strategy, "type", "RollingUpdate")) : strategy;
  return rolls(typed) ? field("rollingUpdate", fill({ partition: 0 }))(typed) : typed;
};

export const statefulSet: Rule = field("spec", rules(
  fillZero({ podManagementPolicy: "OrderedReady" }),
  field("updateStrategy", statefulStrategy),
  made("persistentVolumeClaimRetentionPolicy", fillZero({ whenDeleted: "Retain", whenScaled: "Retain" })),
  fill({ replicas: 1, revisionHistoryLimit: 10 }),
  // A template of claims is a whole object: the server shows its kind and its status.
  each("volumeClaimTemplates", rules(
    fillZero({ apiVersion: "v1", kind: "PersistentVolumeClaim" }), field("spec", claimSpec), made("status", fillZero({ phase: "Pending" })),
  )),
  templated,
));

export const replicaSet: Rule = field("spec", rules(fill({ replicas: 1 }), templated));

/** Labels of the template that stand for those of the object, where it has none. */
export const labelsFromTemplate: Rule = (object) => {
  const labels = templateLabels(object);
  return labels ? field("metadata", (metadata) => (isFields(metadata["labels"]) && Object.keys(metadata["labels"]).length > 0 ? metadata : set(metadata, "labels", labels)))(object) : object;
};

function templateLabels(object: Fields): Fields | undefined {
  let at: unknown = object;
  for (const name of ["spec", "template", "metadata", "labels"]) at = isFields(at) ? at[name] : undefined;
  return isFields(at) && Object.keys(at).length > 0 ? at : undefined;
}

const selectorFromTemplate: Rule = (object) => {
  const labels = templateLabels(object);
  return labels ? field("spec", (spec) => (isFields(spec["selector"]) && Object.keys(spec["selector"]).length > 0 ? spec : set(spec, "selector", labels)))(object) : object;
};

export const replicationController: Rule = rules(
  labelsFromTemplate, selectorFromTemplate,
  field("spec", rules(fill({ replicas: 1 }), templated)),
);
