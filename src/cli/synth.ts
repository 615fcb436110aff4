import { resolve } from "node:path";
import { compile, type Compiled } from "../compile/compile.ts";
import { timed } from "../compile/progress.ts";
import { summarize, withWriter, type Written, writeTree } from "../render/write.ts";
import { isError, type Problem, refused, warning } from "../model/problem.ts";
import { didYouMean } from "../model/suggest.ts";
import { baseProblems } from "./base.ts";
import { type ExecutionFacts, recorded } from "./events.ts";
import { observe, type Watching } from "./observe.ts";
import { REPORT_FORMATS, type SynthOptions, UsageError, validateCommon } from "./options.ts";
import { exitOf, printOutcome, printProblems, reporting } from "./outcome.ts";
import { print } from "./terminal.ts";

/** `bulkhead synth`: renders dist/, or with --check says whether it is stale. */
export async function synth(options: SynthOptions): Promise<number> {
  const root = resolve(options.cwd);
  return recorded(options.events, { command: "synth", root }, (facts) => start(options, root, facts));
}

async function start(options: SynthOptions, root: string, facts: ExecutionFacts): Promise<number> {
  const asOf = validateCommon(options, REPORT_FORMATS);
  const observer = observe(options.verbose ?? false);
  return reporting("synth", options, root, async () => {
    if (/^\/|(^|\/)\.\.(\/|$)/.test(options.out)) throw new UsageError("BH0001", `--out "${options.out}" lies outside the project`, "name a folder below the project, such as dist");
    if (options.check) return await run(options, root, asOf, observer, facts);
    return await withWriter(root, options.out, () => run(options, root, asOf, observer, facts));
  });
}

async function run(options: SynthOptions, root: string, asOf: string, observer: Watching, facts: ExecutionFacts): Promise<number> {
  const { out, format, tenant } = options;
  const stage = !options.check;
  const compiled = await compile({ root, asOf, output: { to: "tree", out, stage }, ...observer, ...(tenant && { tenants: tenant }), ...(options.cache === false && { cache: false }) });
  if (exitOf(compiled.problems) === 0) compiled.problems.push(...(await timed(observer, "compare", () => baseProblems(root, options, compiled))));
  const exit = exitOf(compiled.problems);
  const errors = compiled.problems.filter(isError).length;
  facts.tenants = tenant ?? compiled.tenants.map(({ id }) => id);
  facts.counts = { files: compiled.count, errors, warnings: compiled.problems.length - errors };
  const unknown = tenant?.find((id) => exit === 0 && !compiled.tenants.some((t) => t.id === id));
  if (unknown !== undefined) throw new UsageError("BH0002", `"${unknown}" is no tenant`, didYouMean(unknown, compiled.tenants.map((t) => t.id)));
  if (exit === 0) {
    const plans = [...compiled.folders.flatMap((folder) => folder.plan ?? []), ...compiled.strays];
    const result = stage ? await timed(observer, "write", () => writeTree({ root, out, plans })) : summarize(plans);
    await timed(observer, "remember", () => compiled.remember(stage));
    facts.counts = { ...facts.counts, created: result.created.length, replaced: result.replaced.length, removed: result.removed.length, unchanged: result.unchanged };
    observer.end();
    return stage ? await sayWritten(options, root, compiled, result) : await sayStale(options, root, compiled, result);
  }
  compiled.remember(false);
  observer.end();
  await printOutcome({ command: "synth", format, root, problems: compiled.problems });
  if (format === "text") print(process.stderr, `${out}/ was not touched\n`);
  return exit;
}

async function sayStale({ format, out }: SynthOptions, root: string, compiled: Compiled, differences: Written): Promise<number> {
  const { replaced: changed, created: missing } = differences;
  const extra = [...differences.removed, ...differences.foreign].sort();
  const stale = changed.length + missing.length + extra.length;
  if (format === "text") {
    printProblems(compiled.problems, root);
    if (stale === 0) print(process.stderr, `${out}/ is what the definitions say: ${compiled.count} files\n`);
    else {
      print(process.stdout, `${[...changed.map((p) => `  changed  ${p}`), ...missing.map((p) => `  missing  ${p}`), ...extra.map((p) => `  extra    ${p}`)].join("\n")}\n`);
      print(process.stderr, `error[BH5001] ${out}/ is stale: ${count(stale, "file differs", "files differ")}\n  hint: ${refresh(out)}\n`);
    }
    return stale > 0 ? 1 : 0;
  }
  const differing = [
    ...changed.map((path) => staleProblem(out, path, "is not what the definitions say")),
    ...missing.map((path) => staleProblem(out, path, "is missing")),
    ...extra.map((path) => staleProblem(out, path, "comes from no definition")),
  ];
  // JSON lists them once, as data; the other formats have no other place than results.
  const problems = format === "json" ? compiled.problems : [...compiled.problems, ...differing];
  await printOutcome({ command: "synth --check", format, root, problems, data: { stale: { changed, missing, extra } } });
  return stale > 0 ? 1 : 0;
}

const refresh = (out: string): string => `run bulkhead synth and commit ${out}/`;
const staleProblem = (out: string, path: string, what: string): Problem => refused("BH5001", `${out}/${path} ${what}`, { file: `${out}/${path}`, path: "" }, refresh(out));
const count = (n: number, one: string, many: string): string => `${n} ${n === 1 ? one : many}`;

async function sayWritten(options: SynthOptions, root: string, compiled: Compiled, result: Written): Promise<number> {
  const { format, out } = options;
  const foreign = result.foreign.map((path) => warning("BH5002", `${out}/${path} was not written by bulkhead: left as it is`, { file: `${out}/${path}`, path: "" }, "move it away, or leave it: bulkhead never touches it"));
  if (format !== "text") {
    await printOutcome({ command: "synth", format, root, problems: format === "json" ? compiled.problems : [...compiled.problems, ...foreign], data: { written: result } });
    return 0;
  }
  printProblems(compiled.problems, root);
  for (const { code, message } of foreign) print(process.stderr, `warning[${code}] ${message}\n`);
  print(process.stdout, summary(compiled, options));
  print(process.stdout, `${out}/: ${result.created.length} created, ${result.replaced.length} replaced, ${result.removed.length} removed, ${result.unchanged} unchanged\n`);
  return 0;
}

/** A table of files per layer and tenant. */
function summary({ tenants, platformCounts }: Compiled, options: SynthOptions): string {
  const rows = [...(options.tenant ? [] : [{ id: "(platform)", counts: platformCounts }]), ...tenants.filter((t) => !options.tenant || options.tenant.includes(t.id))];
  const layers = [...new Set(rows.flatMap((r) => Object.keys(r.counts)))].sort();
  const shown = rows.length > 20 ? rows.slice(0, 20) : rows;
  const cells = [["tenant", ...layers, "files"], ...shown.map((r) => [r.id, ...layers.map((l) => String(r.counts[l] ?? 0)), String(Object.values(r.counts).reduce((a, b) => a + b, 0))])];
  const widths = cells[0]!.map((_, i) => Math.max(...cells.map((row) => row[i]!.length)));
  const text = cells.map((row) => row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join("  ").trimEnd()).join("\n");
  return `${text}\n${rows.length > 20 ? `… and ${rows.length - 20} more tenants\n` : ""}`;
}
