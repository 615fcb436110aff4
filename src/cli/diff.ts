import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { compile } from "../compile/compile.ts";
import { customResourceDefinitions } from "../layers/resources/crds.ts";
import { differenceMarkdown } from "../difference/markdown.ts";
import { countsOf, countsText, differenceText, sourceText } from "../difference/report.ts";
import { openRevision, type Revision } from "../difference/revision.ts";
import { maskedSide } from "../difference/show.ts";
import { compareTrees, type Detail, type ObjectDifference } from "../difference/tree.ts";
import type { Change, Side } from "../difference/value.ts";
import { parseSyntax } from "../load/syntax.ts";
import { masked } from "../model/secret.ts";
import { didYouMean } from "../model/suggest.ts";
import { blobId } from "../render/file.ts";
import { INVENTORY } from "../render/inventory.ts";
import { loadSchemas } from "../verify/schema.ts";
import { type CommonOptions, DIFF_FORMATS, UsageError, validateCommon } from "./options.ts";
import { exitOf, printProblems } from "./outcome.ts";
import { print } from "./terminal.ts";

export interface DiffOptions extends CommonOptions { base: string; out: string; tenant?: string[]; exitCode?: boolean }

/** `bulkhead diff`: what the definitions would change in dist/ of a git revision. Writes nothing. */
export async function diff(options: DiffOptions): Promise<number> {
  const asOf = validateCommon(options, DIFF_FORMATS);
  const root = resolve(options.cwd);
  const revision = await openRevision(root, options.base);
  const compiled = await compile({ root, asOf, ...(options.tenant && { tenants: options.tenant }) });
  if (options.format !== "json") printProblems(compiled.problems, root);
  const failed = exitOf(compiled.problems);
  if (failed !== 0) {
    if (options.format === "json") print(process.stdout, `${JSON.stringify({ version: 1, problems: compiled.problems }, undefined, 2)}\n`);
    return failed;
  }
  const inScope = (path: string): boolean => !options.tenant || options.tenant.some((id) => path.split("/")[1] === "tenants" && path.split("/")[2] === id);
  const ids = new Map([...((await revision?.list(options.out)) ?? [])].filter(([path]) => inScope(path)));
  const unknown = options.tenant?.find((id) => !compiled.tenants.some((t) => t.id === id) && ![...ids.keys()].some((path) => path.split("/")[2] === id));
  if (unknown !== undefined) throw new UsageError("BH0002", `"${unknown}" is no tenant`, didYouMean(unknown, compiled.tenants.map((t) => t.id)));
  const notices = ids.size > 0 ? [] : [revision ? `${options.base} has no ${options.out}/${options.tenant ? " for that" : ""}: everything counts as added` : "the repository has no commit yet: everything counts as added"];

  const after = new Map(compiled.files.map((f) => [f.path, f.text]));
  const before = await changedFiles(ids, after, revision);
  const schemas = loadSchemas(undefined, customResourceDefinitions());
  const differences = await locate(compareTrees(before, after, (apiVersion, kind) => schemas.node(apiVersion, kind)), root, revision);
  const base = revision ? `${options.base} (${revision.commit.slice(0, 10)})` : "nothing";
  print(process.stdout, output(options.format, differences, base, notices));
  if (options.format === "text") for (const notice of notices) print(process.stderr, `note: ${notice}\n`);
  return options.exitCode && differences.length > 0 ? 1 : 0;
}

/** Texts of the revision that the new tree does not have so, and all its inventories; what is equal is not read, but stands for itself. */
async function changedFiles(ids: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>, revision: Revision | undefined): Promise<Map<string, string>> {
  const before = new Map<string, string>();
  const wanted: [string, string][] = [];
  for (const [path, id] of ids) {
    const text = after.get(path);
    if (text !== undefined && blobId(text, id.length) === id) before.set(path, text);
    else if (text !== undefined || path.endsWith(`/${INVENTORY}`) || /-[0-9a-f]{8,10}\.yaml$/.test(path)) wanted.push([path, id]);
  }
  const texts = (await revision?.read(wanted.map(([, id]) => id))) ?? [];
  wanted.forEach(([path], i) => before.set(path, texts[i]!));
  return before;
}

/** Adds line and column: of what is gone from the file as the revision has it (D34). */
async function locate(differences: ObjectDifference[], root: string, revision: Revision | undefined): Promise<ObjectDifference[]> {
  const texts = new Map<string, Promise<string | undefined>>();
  const now = (file: string): string | undefined => { try { return readFileSync(join(root, file), "utf8"); } catch { return undefined; } };
  return Promise.all(differences.map(async (difference) => {
    const { file, path } = difference.source;
    const key = `${difference.status === "removed"} ${file}`;
    const text = texts.get(key) ?? (difference.status === "removed" ? (revision?.file(file) ?? Promise.resolve(undefined)) : Promise.resolve(now(file)));
    texts.set(key, text);
    const found = await text;
    const place = found === undefined ? undefined : parseSyntax(file, found).locate(path);
    return place ? { ...difference, source: { file, path, line: place.line, column: place.column } } : difference;
  }));
}

function output(format: string, differences: ObjectDifference[], base: string, notices: string[]): string {
  if (format === "markdown") return differenceMarkdown(differences, base, notices);
  if (format === "json") return `${JSON.stringify({ version: 1, base, notices, counts: countsOf(differences), differences: differences.map(plain) }, undefined, 2)}\n`;
  if (differences.length === 0) return `no differences from ${base}\n`;
  return `${differenceText(differences)}\n${countsText(countsOf(differences))}, compared with ${base}\n`;
}

const side = (s: Side | undefined): { pointer: string; value: unknown } | undefined => s && { pointer: s.pointer, value: maskedSide(s) };
const change = ({ before, after, order }: Change): object => ({ ...(before && { before: side(before) }), ...(after && { after: side(after) }), ...(order && { order }) });
function plain({ details, ...rest }: ObjectDifference): object {
  const detail = (d: Detail): object => (d.inside ? { pointer: (d.change.after ?? d.change.before)!.pointer, inside: d.inside.map(change) } : d.lines ? { pointer: (d.change.after ?? d.change.before)!.pointer, lines: masked(d.lines) } : d.sameAs === undefined ? change(d.change) : { pointer: d.change.after!.pointer, sameAs: d.sameAs });
  return { ...rest, at: sourceText({ ...rest, details }), changes: details.map(detail) };
}
