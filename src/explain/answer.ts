/** From what was found about a file to what is said about each place. */
import type { Hop, Origins } from "../load/origin.ts";
import { stepsOf } from "../model/pointer.ts";
import type { Cause, Traced } from "./cause.ts";
import { type Rule, ruleOf } from "./rule.ts";

export type AnswerKind = "definition" | "plan" | "platform" | "shared table" | "shared function" | "shared value" | "default" | "path" | "patch" | "extension";
/** A cause with its place. */
export interface Located {
  kind: AnswerKind;
  file: string;
  /** Missing for a path that names something. */
  line?: number;
  column?: number;
  path: string;
  value?: unknown;
  /** Function whose result it is. */
  within?: string;
  /** Where the definition uses that function or constant. */
  used?: { file: string; line: number; column: number };
  reason?: string;
  /** Places of the file that this cause reaches; fewer is more specific. */
  reaches: number;
}
export interface Answer { pointer: string; line?: number; value: unknown; causes: Located[]; rule?: Rule }

/** What a place is called: the pointer, `L12` for a line of a text file, `/data/unit.sql:12` for a line of a text inside an object. */
export const placeName = ({ pointer, line }: { pointer: string; line?: number }): string => (line === undefined ? pointer : pointer === "" ? `L${line}` : `${pointer}:${line}`);

/** Answers for the wanted places, the most specific cause first. Text of several lines answers for its lines, unless it is asked for itself. */
export function answers(traced: Traced, origins: Origins, wanted: (place: { pointer: string; line?: number }) => boolean): Answer[] {
  const kind = traced.object?.kind ?? "text";
  const located = new Map<Cause, Located>();
  const locate = (cause: Cause): Located => { const known = located.get(cause) ?? locateCause(cause, origins); located.set(cause, known); return known; };
  const brought = new Set(traced.brought);
  return traced.places.filter(wanted).map(({ key, pointer, line, value }): Answer => {
    const causes = traced.causes.filter((c) => c.places.includes(key)).map(locate).sort(bySpecificity);
    if (causes.length === 0 && brought.has(key) && traced.created?.[0]) causes.push(extension(traced, pointer, value, origins));
    return { pointer, ...(line !== undefined && { line }), value, causes, ...(causes.length === 0 && { rule: ruleOf(traced.layer, kind, pointer) }) };
  });
}

function bySpecificity(a: Located, b: Located): number {
  const rank = ({ kind }: Located): number => (kind === "patch" ? 0 : 1);
  const weak = ({ kind }: Located): number => (kind === "default" ? 1 : 0);
  return rank(a) - rank(b) || weak(a) - weak(b) || a.reaches - b.reaches;
}

function locateCause({ kind, source, value, places, reason }: Cause, origins: Origins): Located {
  const base = { path: source.path, value, reaches: places.length, ...(reason !== undefined && { reason }) };
  if (kind === "path") return { ...base, kind: "path", file: source.file };
  const { hops, unwritten } = origins.find(source.file, source.path);
  const [first, last] = [hops[0], hops.at(-1)];
  if (!first || !last) return { ...base, kind: plainKind(kind), file: source.file };
  // Of the places on the way the one that says most is the last in the definition's own file.
  const used = last.file === source.file ? undefined : hops.findLast((h) => h.file === source.file);
  const at = { file: last.file, line: last.line, column: last.column, ...(last.within !== undefined && { within: last.within }), ...(used && { used: { file: used.file, line: used.line, column: used.column } }) };
  if (unwritten) return { ...base, ...at, kind: "default" };
  return { ...base, ...at, kind: kind === "definition" && last.file !== source.file ? (last.within === undefined ? "shared value" : "shared function") : plainKind(kind) };
}
const plainKind = (kind: Cause["kind"]): AnswerKind => (kind === "shared-table" ? "shared table" : kind);

function extension({ created, brought }: Traced, pointer: string, value: unknown, origins: Origins): Located {
  const [inner, ...outer] = created!;
  const exact: Hop | undefined = origins.findInCall(inner!, stepsOf(pointer) ?? []);
  const { file, line, column } = exact ?? inner!;
  const used = outer.at(-1);
  return { kind: "extension", file, line, column, path: "extend", value, ...(used && { used }), reaches: brought!.length };
}
