import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { traceFile } from "../compile/explain.ts";
import { stepsOf } from "../model/pointer.ts";
import { masked } from "../difference/show.ts";
import { type Answer, answers, placeName } from "../explain/answer.ts";
import { answerText, groupedText, whereText } from "../explain/report.ts";
import { describe, type Listed, listed, matching, names, placeOfLine } from "../explain/target.ts";
import type { Traced } from "../explain/cause.ts";
import { Origins } from "../load/origin.ts";
import { didYouMean } from "../model/suggest.ts";
import { digest, objectText } from "../render/file.ts";
import { type CommonOptions, UsageError, validateCommon } from "./options.ts";
import { exitOf, printOutcome } from "./outcome.ts";
import { print } from "./terminal.ts";

export interface ExplainOptions extends CommonOptions { out: string; cluster?: string }
type Wanted = (place: { pointer: string; line?: number }) => boolean;

/** `bulkhead explain`: which property of which definition set a leaf of a rendered object or a line of a rendered text. Writes nothing. */
export async function explain(what: string, options: ExplainOptions): Promise<number> {
  const asOf = validateCommon(options);
  const root = resolve(options.cwd);
  const hash = what.indexOf("#");
  const fragment = hash < 0 ? undefined : what.slice(hash + 1);
  const file = findFile(join(root, options.out), hash < 0 ? what : what.slice(0, hash), options);
  const line = /^L([0-9]+)$/.exec(fragment ?? "")?.[1];
  if (fragment !== undefined && fragment !== "" && line === undefined && stepsOf(fragment) === undefined) throw new UsageError("BH0022", `"#${fragment}" is no place`, "write #/a/json/pointer, with ~1 for a slash inside a key, or #L12 for a line");

  const { traced, problems } = await traceFile(root, asOf, { path: file.path, cluster: file.cluster, ...(file.tenant !== undefined && { tenant: file.tenant }), layer: file.entry.layer });
  if (!traced) {
    if (problems.length === 0) throw new UsageError("BH0020", `the definitions do not render ${file.path}`, "they changed since, or are refused: run bulkhead check, then bulkhead synth");
    await printOutcome({ command: "explain", format: options.format, root, problems });
    return exitOf(problems);
  }
  const read = (path: string): string | undefined => { try { return readFileSync(join(root, path), "utf8"); } catch { return undefined; } };
  const text = read(join(options.out, file.path));
  const wanted = wantedPlaces(traced, fragment, line === undefined ? undefined : Number(line), text);
  const found = answers(traced, new Origins(read), wanted);
  const current = digest(text ?? "") === file.entry.sha256 && isCurrent(traced, text);
  if (options.format === "json") print(process.stdout, `${JSON.stringify({ version: 1, file: file.path, object: file.entry.object, layer: traced.layer, source: traced.source, stale: !current, tried: traced.tried, places: found.map(plain) }, undefined, 2)}\n`);
  else print(process.stdout, textOf(traced, found, fragment, new Origins(read)));
  if (!current && options.format === "text") print(process.stderr, `note: ${options.out}/${file.path} is not what the definitions give now; what they give is explained\n`);
  return 0;
}

function findFile(dist: string, name: string, { out, cluster }: ExplainOptions): Listed {
  const everything = listed(dist);
  if (everything.length === 0) throw new UsageError("BH0020", `there is no inventory in ${out}/`, "explain reads them: run bulkhead synth first");
  const clusters = [...new Set(everything.map((f) => f.cluster))];
  if (cluster !== undefined && !clusters.includes(cluster)) throw new UsageError("BH0001", `--cluster "${cluster}" is no cluster`, didYouMean(cluster, clusters));
  const all = everything.filter((f) => cluster === undefined || f.cluster === cluster);
  const found = matching(all, name, out);
  if (found.length === 1) return found[0]!;
  if (found.length === 0) throw new UsageError("BH0020", `"${name}" is no file of ${out}/ and no object`, name.endsWith("inventory.json") ? "an inventory lists the other files: ask about one of them" : didYouMean(name, names(all, name)));
  throw new UsageError("BH0021", `"${name}" is ${found.length} objects`, `give the path or --cluster:\n    ${found.slice(0, 20).map(describe).join("\n    ")}${found.length > 20 ? `\n    … and ${found.length - 20} more` : ""}`);
}

/** The places that were asked for. Throws when there is none. */
function wantedPlaces(traced: Traced, fragment: string | undefined, line: number | undefined, text: string | undefined): Wanted {
  const several = new Set(traced.places.filter((p) => p.line !== undefined).map((p) => p.pointer));
  if (fragment === undefined || fragment === "") return (p) => (p.line === undefined ? !several.has(p.pointer) || traced.object !== undefined : traced.object === undefined);
  if (line !== undefined) {
    const at = traced.object ? placeOfLine(text ?? objectText(traced.object, { source: traced.source } as never, []), line) : { pointer: "", line };
    const hit = at && traced.places.some((p) => p.pointer === at.pointer && (at.line === undefined || p.line === at.line));
    if (at && hit) return (p) => p.pointer === at.pointer && p.line === at.line;
    const below = at && traced.places.some((p) => p.pointer.startsWith(`${at.pointer}/`));
    if (at && below) return (p) => p.pointer.startsWith(`${at.pointer}/`) && p.line === undefined;
    const count = (text ?? "").split("\n").length - 1;
    throw new UsageError("BH0022", `line ${line} of ${traced.path} holds no leaf`, line > count ? `the file has ${count} lines` : `it is a comment or empty; the header names the definition: ${traced.source.file}`);
  }
  const pointers = [...new Set(traced.places.map((p) => p.pointer))];
  if (pointers.includes(fragment)) return (p) => p.pointer === fragment && p.line === undefined;
  if (pointers.some((p) => p.startsWith(`${fragment}/`))) return (p) => p.pointer.startsWith(`${fragment}/`) && p.line === undefined;
  throw new UsageError("BH0022", `${traced.path} has no ${fragment}`, traced.object ? didYouMean(fragment, pointers) : "it is a text file: ask for a line, #L12");
}

/** Whether the file on disk says what the definitions say: every leaf of a text file line by line, of an object by its own text. */
function isCurrent(traced: Traced, text: string | undefined): boolean {
  if (text === undefined) return false;
  if (!traced.object) return traced.places.find((p) => p.line === undefined)?.value === text;
  return text.endsWith(objectText(traced.object, { source: traced.source } as never, []).split("\n").slice(1).join("\n"));
}

function textOf(traced: Traced, found: Answer[], fragment: string | undefined, origins: Origins): string {
  const hop = origins.find(traced.source.file, traced.source.path).hops[0];
  const header = `${traced.path}\n  declared by ${hop ? whereText(hop) : traced.source.file}${traced.source.path ? ` (${traced.source.path})` : ""}, layer ${traced.layer}\n`;
  return `${header}\n${fragment !== undefined && found.length <= 3 ? found.map((a) => answerText(a, traced.layer)).join("\n") : groupedText(found, traced.layer)}`;
}

const plain = (answer: Answer): object => ({ place: placeName(answer), ...answer, value: masked(answer.value, answer.pointer.slice(answer.pointer.lastIndexOf("/") + 1)), causes: answer.causes });
