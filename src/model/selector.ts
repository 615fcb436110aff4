/** Kubernetes' label selectors, and what they leave open. */
import { isMap } from "./value.ts";

/** Both must hold; what cannot be told stays so unless the other fails. */
const both = (a: boolean | undefined, b: boolean | undefined): boolean | undefined => (a === false || b === false ? false : a === undefined || b === undefined ? undefined : true);
const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

/**
 * Whether a LabelSelector selects these labels; undefined where that cannot be told: a selector or operator that is none, or a label that is not known
 * (`partial`: there may be others). An absent or empty selector selects everything.
 */
export function selects(selector: unknown, labels: unknown, partial = false): boolean | undefined {
  if (selector === undefined || selector === null) return true;
  if (!isMap(selector)) return undefined;
  const known = isMap(labels) ? labels : {};
  /** Undefined where the label may be there. */
  const about = (key: string, judge: (value: unknown) => boolean): boolean | undefined => (Object.hasOwn(known, key) ? judge(known[key]) : partial ? undefined : judge(undefined));
  const exact = Object.entries(isMap(selector["matchLabels"]) ? selector["matchLabels"] : {}).map(([key, value]) => about(key, (label) => label === value));
  const expressions = list(selector["matchExpressions"]).map((expression) => {
    if (!isMap(expression) || typeof expression["key"] !== "string") return undefined;
    const values = list(expression["values"]);
    switch (expression["operator"]) {
      case "In": return about(expression["key"], (label) => label !== undefined && values.includes(label));
      case "NotIn": return about(expression["key"], (label) => !values.includes(label));
      case "Exists": return about(expression["key"], (label) => label !== undefined);
      case "DoesNotExist": return about(expression["key"], (label) => label === undefined);
      default: return undefined;
    }
  });
  return [...exact, ...expressions].reduce<boolean | undefined>(both, true);
}
