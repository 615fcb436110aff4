/** Source: pkg/apis/autoscaling/v2/defaults.go; the percentage of v1 is the same default, seen through conversion. */
import { field, fill, fillZero, made, type Rule, rules } from "./rule.ts";

const PERIOD = 15;
const percent = { type: "Percent", value: 100, periodSeconds: PERIOD };
const scaleUp = { stabilizationWindowSeconds: 0, selectPolicy: "Max", policies: [{ type: "Pods", value: 4, periodSeconds: PERIOD }, percent] };
const scaleDown = { selectPolicy: "Max", policies: [percent] };
const cpu = { type: "Resource", resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 80 } } };

export const autoscaler: Rule = field("spec", rules(
  fill({ minReplicas: 1 }),
  fillZero({ metrics: [cpu] }),
  field("behavior", rules(made("scaleUp", fill(scaleUp)), made("scaleDown", fill(scaleDown)))),
));

export const autoscalerV1: Rule = field("spec", fill({ minReplicas: 1, targetCPUUtilizationPercentage: 80 }));
