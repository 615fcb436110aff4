/** Values and changes as one line of text each; what looks like a secret is masked. */
import { placeText, type Step } from "../model/pointer.ts";
import { masked } from "../model/secret.ts";
import { valueText } from "../model/value.ts";
import type { Change, Side } from "./value.ts";

/** A side's value with secrets masked, by the name of the place as well. */
export const maskedSide = ({ steps, value }: Side): unknown => masked(value, String([...steps].reverse().find((step) => typeof step === "string") ?? ""));

/** `spec.partitions: 12 -> 13`, `+ spec.rules[2]: {…}`, `- data.a: b`. */
export function changeText({ before, after, order }: Change, prefix: readonly Step[] = []): string {
  const at = placeText([...prefix, ...(after ?? before)!.steps]) || "(all of it)";
  if (order) return `${at}: order changed: ${valueText(maskedSide(before!))} -> ${valueText(maskedSide(after!))}`;
  if (!before) return `+ ${at}: ${valueText(maskedSide(after!))}`;
  if (!after) return `- ${at}: ${valueText(maskedSide(before))}`;
  return `${at}: ${valueText(maskedSide(before))} -> ${valueText(maskedSide(after))}`;
}
