/** Values and changes as one line of text each; what looks like a secret is masked. */
import { secretLooking } from "../verify/secret.ts";
import { placeText, type Step } from "../model/pointer.ts";
import type { Change, Side } from "./value.ts";

const SECRET_KEY = /^(?:pass(?:word|wd|phrase)?|secret|token|bearer|private[-_.]?key|api[-_.]?key|access[-_.]?key|secret[-_.]?(?:access[-_.]?)?key|client[-_.]?secret|connection[-_.]?string)$/i;
const LONGEST = 160;

/** A copy in which what looks like a secret, by its key or by itself, is dots of the same length. */
export function masked(value: unknown, key = ""): unknown {
  if (typeof value === "string") return SECRET_KEY.test(key) || secretLooking(value).length > 0 ? "•".repeat(value.length) : value;
  if (typeof value === "number") return SECRET_KEY.test(key) ? "•".repeat(String(value).length) : value;
  if (Array.isArray(value)) return value.map((item) => masked(item, key));
  if (typeof value === "object" && value !== null) return Object.fromEntries(Object.entries(value).map(([k, inner]) => [k, masked(inner, k)]));
  return value;
}

/** A side's value with secrets masked, by the name of the place as well. */
export const maskedSide = ({ steps, value }: Side): unknown => masked(value, String([...steps].reverse().find((step) => typeof step === "string") ?? ""));

/** One line: `[a, b]`, `{name: x, port: 80}`, text bare where it cannot be mistaken. Cut at 160 characters. */
export function valueText(value: unknown): string {
  const text = flow(value);
  return text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text;
}

function flow(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(flow).join(", ")}]`;
  if (typeof value === "object" && value !== null) return `{${Object.entries(value).map(([key, inner]) => `${flow(key)}: ${flow(inner)}`).join(", ")}}`;
  if (typeof value === "string") return /^[A-Za-z/•][A-Za-z0-9_./@:•-]*$/.test(value) && !/^(?:true|false|null|yes|no|on|off)$/i.test(value) && !value.endsWith(":") ? value : JSON.stringify(value);
  return value === undefined ? "nothing" : String(value);
}

/** `spec.partitions: 12 -> 13`, `+ spec.rules[2]: {…}`, `- data.a: b`. */
export function changeText({ before, after, order }: Change, prefix: readonly Step[] = []): string {
  const at = placeText([...prefix, ...(after ?? before)!.steps]) || "(all of it)";
  if (order) return `${at}: order changed: ${valueText(maskedSide(before!))} -> ${valueText(maskedSide(after!))}`;
  if (!before) return `+ ${at}: ${valueText(maskedSide(after!))}`;
  if (!after) return `- ${at}: ${valueText(maskedSide(before))}`;
  return `${at}: ${valueText(maskedSide(before))} -> ${valueText(maskedSide(after))}`;
}
