/** Places of JSON values, and copies with one place changed. */
export type Step = string | number;
/** One variant of a value: how it was made, and what came of it. */
export interface Edit<T> { how: string; value: T }

/** Every place below a value, with what stands there. */
export function* places(value: unknown, steps: readonly Step[] = []): Generator<{ steps: readonly Step[]; value: unknown }> {
  if (steps.length > 0) yield { steps, value };
  if (value === null || typeof value !== "object") return;
  for (const [key, inner] of Object.entries(value)) yield* places(inner, [...steps, Array.isArray(value) ? Number(key) : key]);
}

/** A copy in which the holder of a place was changed. */
export function edited<T>(value: T, steps: readonly Step[], change: (holder: Record<Step, unknown>, last: Step) => void): T {
  const copy = structuredClone(value);
  change(steps.slice(0, -1).reduce((at, step) => at[step] as Record<Step, unknown>, copy as Record<Step, unknown>), steps.at(-1)!);
  return copy;
}

/** Without the place: a field is gone, an item is taken out. */
export const without = <T>(value: T, steps: readonly Step[]): T => edited(value, steps, (holder, last) => { if (Array.isArray(holder)) holder.splice(Number(last), 1); else delete holder[last]; });

const zeroOf = (value: unknown): unknown => (Array.isArray(value) ? [] : value !== null && typeof value === "object" ? {} : typeof value === "string" ? "" : typeof value === "number" ? 0 : false);

/** Every way to say less: each place left out, null, and zero or empty. */
export function* silences<T extends object>(value: T, isIdentity: (steps: readonly Step[]) => boolean): Generator<Edit<T>> {
  for (const { steps, value: at } of places(value)) {
    if (isIdentity(steps)) continue;
    const where = `/${steps.join("/")}`;
    yield { how: `without ${where}`, value: without(value, steps) };
    yield { how: `null at ${where}`, value: edited(value, steps, (holder, last) => { holder[last] = null; }) };
    yield { how: `nothing at ${where}`, value: edited(value, steps, (holder, last) => { holder[last] = zeroOf(at); }) };
  }
}
