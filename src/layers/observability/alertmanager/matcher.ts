/** Matchers of routes, silences and inhibitions, and what they say of alerts whose labels are known in part. */

export interface AlertMatcher { label: string; op: "=" | "!=" | "=~" | "!~"; value: string }

/** Alerts of one kind: labels that are always so, and labels that may hold anything. What is neither is not there. */
export interface AlertFamily {
  name: string;
  /** Whose alert it is; absent: Bulkhead's own. */
  tenant?: string;
  labels: Readonly<Record<string, string>>;
  open: readonly string[];
}

/** `undefined`: of some of these alerts, or it cannot be told. */
type Maybe = boolean | undefined;

const WRITTEN = /^\s*(?:"((?:[^"\\]|\\.)*)"|([^\s"=!~{},]+))\s*(=~|!~|!=|=)\s*(?:"((?:[^"\\]|\\.)*)"|([^"]*?))\s*$/s;
const unescape = (text: string): string => text.replace(/\\(.)/gs, (_, c: string) => (c === "n" ? "\n" : c));

/** Reads `label="value"`, quoted or not; undefined for anything else. */
export function parseMatcher(text: string): AlertMatcher | undefined {
  const found = WRITTEN.exec(text);
  if (!found) return undefined;
  const [, quotedLabel, label, op, quotedValue, value] = found;
  return { label: quotedLabel === undefined ? label! : unescape(quotedLabel), op: op as AlertMatcher["op"], value: quotedValue === undefined ? value! : unescape(quotedValue) };
}

/** As Alertmanager writes it; the normal form of a matcher. */
export const matcherText = ({ label, op, value }: AlertMatcher): string => `${label}${op}${JSON.stringify(value)}`;

/** Quantifiers a pattern may have to be tried here: more can take as long as somebody likes, and patterns are anybody's. */
const QUANTIFIERS = 3;

/** Alertmanager's patterns are RE2 and match the whole value; what JavaScript would read otherwise, or take long over, is undecided. */
function matchesPattern(pattern: string, value: string): Maybe {
  const [, insensitive, rest] = /^(\(\?i\))?(.*)$/s.exec(pattern)!;
  if (rest!.length > 1000 || /\)[*+{]|\(\?(?!:)|\\[^.\\+*?()[\]{}|^$/dwsDWS-]|\[\[:/.test(rest!)) return undefined;
  if ((rest!.replace(/\\./g, "").match(/[*+?{]/g) ?? []).length - (rest!.match(/\(\?:/g) ?? []).length > QUANTIFIERS) return undefined;
  try { return new RegExp(`^(?:${rest})$`, insensitive ? "is" : "s").test(value); } catch { return undefined; }
}

function matchOne({ label, op, value }: AlertMatcher, { labels, open }: AlertFamily): Maybe {
  if (!Object.hasOwn(labels, label) && open.includes(label)) return undefined;
  const has = labels[label] ?? "";
  if (op === "=") return has === value;
  if (op === "!=") return has !== value;
  const matched = matchesPattern(value, has);
  return matched === undefined ? undefined : matched === (op === "=~");
}

/** True when all match, false when one does not, else undecided. */
export function matchAll(matchers: readonly AlertMatcher[], family: AlertFamily): Maybe {
  const each = matchers.map((one) => matchOne(one, family));
  return each.includes(false) ? false : each.includes(undefined) ? undefined : true;
}
