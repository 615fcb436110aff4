/** RFC 6901 pointers, and the same place as people write it. */

/** A step into a value: a key of a map or an index of a list. */
export type Step = string | number;

/** The pointer of a place; empty for the whole value. */
export const pointerOf = (steps: readonly Step[]): string => steps.map((step) => `/${String(step).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");

/** Reads a pointer; undefined when the text is none. */
export function stepsOf(pointer: string): string[] | undefined {
  if (pointer === "") return [];
  if (!pointer.startsWith("/") || /~(?![01])/.test(pointer)) return undefined;
  return pointer.slice(1).split("/").map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"));
}

/** `spec.rules[2].verbs`; a key that is no plain word is quoted. */
export function placeText(steps: readonly Step[]): string {
  return steps.reduce<string>((text, step) => {
    if (typeof step === "number") return `${text}[${step}]`;
    if (!/^[A-Za-z_][A-Za-z0-9_-]*$/.test(step)) return `${text}[${JSON.stringify(step)}]`;
    return text === "" ? step : `${text}.${step}`;
  }, "");
}

/** Every leaf of a value: scalars, and maps and lists without members. */
export function leavesOf(value: unknown, steps: readonly Step[] = []): { steps: readonly Step[]; value: unknown }[] {
  if (typeof value !== "object" || value === null) return [{ steps, value }];
  const entries: [Step, unknown][] = Array.isArray(value) ? value.map((item, i) => [i, item]) : Object.entries(value);
  return entries.length === 0 ? [{ steps, value }] : entries.flatMap(([step, inner]) => leavesOf(inner, [...steps, step]));
}

/** The key under which a pointer's value stands: its last step that is no index. */
export const keyOf = (pointer: string): string => (pointer.split("/").slice(1).findLast((step) => !/^(?:[0-9]+|-)$/.test(step)) ?? "").replaceAll("~1", "/").replaceAll("~0", "~");
