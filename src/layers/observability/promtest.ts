/** Files for `promtool check rules` and `promtool test rules`. */
import { emitYaml } from "../../yaml/emit.ts";
import { fourDigits, humanDuration } from "./decimal.ts";
import type { AlertCase, Rule, RuleGroup } from "./rule.ts";

/** Prometheus' own rule file, as the operator mounts it. */
export const rulesFile = (groups: RuleGroup[]): string => emitYaml({ groups });

/** Fills in the few template forms that Bulkhead's annotations use; any other is an error, never left standing. */
function expand(template: string, value: number, labels: Record<string, string>): string {
  return template.replace(/\{\{ (.*?) \}\}/g, (_, body: string) => {
    if (body === "$value | humanizePercentage") return `${fourDigits(value * 100)}%`;
    if (body === "$value | humanizeDuration") return humanDuration(value);
    const label = /^\$labels\.([a-z_]+)$/.exec(body)?.[1];
    if (label !== undefined && labels[label] !== undefined) return labels[label];
    throw new Error(`the test generator cannot expand {{ ${body} }}`);
  });
}

function expected(rule: Rule, value: number, extra: Record<string, string>): { exp_labels: Record<string, string>; exp_annotations: Record<string, string> } {
  const labels = { ...extra, ...rule.labels };
  return { exp_labels: labels, exp_annotations: Object.fromEntries(Object.entries(rule.annotations ?? {}).map(([name, text]) => [name, expand(text, value, labels)])) };
}

/** The test file; `rulesName` is the rule file's name beside it. */
export function testFile(rulesName: string, cases: AlertCase[]): string {
  return emitYaml({
    rule_files: [rulesName],
    evaluation_interval: "1m",
    tests: cases.map((test) => ({
      name: test.name,
      interval: "1m",
      input_series: test.series,
      alert_rule_test: test.expect.map(({ alert, fires }) => ({
        eval_time: test.at,
        alertname: alert,
        exp_alerts: fires ? [expected(fires.rule, fires.value, fires.labels ?? {})] : [],
      })),
    })),
  });
}
