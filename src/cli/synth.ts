import { resolve } from "node:path";
import { compile, type Compiled } from "../compile/compile.ts";
import { compareTree, recover, writeTree } from "../render/write.ts";
import { type SynthOptions, UsageError, validateCommon } from "./options.ts";
import { baseProblems } from "./base.ts";
import { exitOf, printProblems } from "./outcome.ts";
import { print } from "./terminal.ts";

/** `bulkhead synth`: renders dist/, or with --check says whether it is stale. */
export async function synth(options: SynthOptions): Promise<number> {
  const asOf = validateCommon(options);
  const root = resolve(options.cwd);
  if (/^\/|(^|\/)\.\.(\/|$)/.test(options.out)) throw new UsageError("BH0001", `--out "${options.out}" lies outside the project`, "name a folder below the project, such as dist");
  if (!options.check) await recover(root);
  const compiled = await compile({ root, asOf, ...(options.tenant && { tenants: options.tenant }) });
  const json = options.format === "json";
  if (exitOf(compiled.problems) === 0) compiled.problems.push(...(await baseProblems(root, options, compiled.files)));
  if (!json) printProblems(compiled.problems, root);
  const exit = exitOf(compiled.problems);
  const unknown = options.tenant?.find((id) => exit === 0 && !compiled.tenants.some((t) => t.id === id));
  if (unknown !== undefined) throw new UsageError("BH0002", `"${unknown}" is no tenant`, `tenants: ${compiled.tenants.map((t) => t.id).join(", ")}`);
  if (exit !== 0) {
    if (json) print(process.stdout, `${JSON.stringify({ version: 1, problems: compiled.problems }, undefined, 2)}\n`);
    else print(process.stderr, `${options.out}/ was not touched\n`);
    return exit;
  }
  return options.check ? await compareOnly(options, root, compiled, json) : await write(options, root, compiled, json);
}

/** `--tenant` touches the folders of those tenants and nothing else. */
const scope = (options: SynthOptions): { only?: (path: string) => boolean } =>
  options.tenant ? { only: (path) => options.tenant!.some((id) => new RegExp(`^[^/]+/tenants/${id}/`).test(path)) } : {};

async function compareOnly(options: SynthOptions, root: string, compiled: Compiled, json: boolean): Promise<number> {
  const { changed, missing, extra } = await compareTree({ root, out: options.out, files: compiled.files, ...scope(options) });
  const stale = changed.length + missing.length + extra.length;
  if (json) print(process.stdout, `${JSON.stringify({ version: 1, problems: compiled.problems, stale: { changed, missing, extra } }, undefined, 2)}\n`);
  else if (stale > 0) {
    const lines = [...changed.map((p) => `  changed  ${p}`), ...missing.map((p) => `  missing  ${p}`), ...extra.map((p) => `  extra    ${p}`)];
    print(process.stdout, `${lines.join("\n")}\n`);
    print(process.stderr, `error[BH5001] ${options.out}/ is stale: ${stale} files differ\n  hint: run bulkhead synth and commit ${options.out}/\n`);
  } else print(process.stderr, `${options.out}/ is what the definitions say: ${compiled.files.length} files\n`);
  return stale > 0 ? 1 : 0;
}

async function write(options: SynthOptions, root: string, compiled: Compiled, json: boolean): Promise<number> {
  const result = await writeTree({ root, out: options.out, files: compiled.files, ...scope(options) });
  if (json) {
    print(process.stdout, `${JSON.stringify({ version: 1, problems: compiled.problems, written: result }, undefined, 2)}\n`);
    return 0;
  }
  for (const path of result.foreign) print(process.stderr, `warning[BH5002] ${options.out}/${path} was not written by bulkhead: left as it is\n`);
  print(process.stdout, summary(compiled, options));
  print(process.stdout, `${options.out}/: ${result.created.length} created, ${result.replaced.length} replaced, ${result.removed.length} removed, ${result.unchanged} unchanged\n`);
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
