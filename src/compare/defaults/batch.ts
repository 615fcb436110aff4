/** Jobs. Source: pkg/apis/batch/v1/defaults.go. The selector and the labels that name the Job's uid are assigned, not defaults. */
import { labelsFromTemplate } from "./apps.ts";
import { templated } from "./pod.ts";
import { each, field, fill, fillZero, isAbsent, isFields, type Rule, rules } from "./rule.ts";

const MAX_INT32 = 2_147_483_647;

const conditional: Rule = (spec) => {
  const alone = isAbsent(spec["completions"]) && isAbsent(spec["parallelism"]) ? fill({ completions: 1 })(spec) : spec;
  return fill({
    parallelism: 1,
    backoffLimit: isAbsent(spec["backoffLimitPerIndex"]) ? 6 : MAX_INT32,
    podReplacementPolicy: isFields(spec["podFailurePolicy"]) ? "Failed" : "TerminatingOrFailed",
  })(alone);
};

const jobSpec: Rule = rules(
  conditional,
  fill({ completionMode: "NonIndexed", suspend: false, manualSelector: false }),
  field("podFailurePolicy", each("rules", each("onPodConditions", fillZero({ status: "True" })))),
  templated,
);

export const job: Rule = rules(labelsFromTemplate, field("spec", jobSpec));

/** The Job template of a CronJob is defaulted when a Job comes of it, only its pods' part and its patterns before. */
const jobTemplateSpec: Rule = rules(field("podFailurePolicy", each("rules", each("onPodConditions", fillZero({ status: "True" })))), templated);

export const cronJob: Rule = field("spec", rules(
  fillZero({ concurrencyPolicy: "Allow" }),
  fill({ suspend: false, successfulJobsHistoryLimit: 3, failedJobsHistoryLimit: 1 }),
  field("jobTemplate", field("spec", jobTemplateSpec)),
));
