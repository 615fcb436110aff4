/** The same checkout, the same bytes and messages: whatever the machine, the order, the number of processes and the cache. */
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { fleet } from "../../bench/fleet.ts";
import { compile } from "../../build/compile/compile.js";
import { PRODUCT, project, write } from "../support/project.ts";
import { readAll } from "../render/tree.ts";

const home = resolve(import.meta.dirname, "../..");
const made: string[] = [];
afterAll(() => { for (const folder of made) rmSync(folder, { recursive: true, force: true }); }, 120_000);

/** Files that get problems of many kinds, in several tenants. */
const BROKEN: Record<string, string> = Object.fromEntries(["0003", "0011", "0020"].flatMap((n, i) => [
  [`tenants/tenant-${n}/odd/a.ts`, PRODUCT(`tabels: {}, sla: { freshness: ${i} },`)],
  [`tenants/tenant-${n}/odd/b.ts`, "throw new Error('no')"],
  [`tenants/tenant-${n}/odd/c.ts`, PRODUCT(`tables: { t: { store: "postgres", key: ["id"], columns: { id: { type: "uuid" }, a: { type: "text", from: ["t.b"] } } } },`)],
]));

interface Source { root: string; broken: boolean }
const SOURCES: Record<string, () => Source> = {
  "the example fleet": () => { const root = project({}, { base: false }); cpSync(join(home, "tenants"), join(root, "tenants"), { recursive: true }); return { root, broken: false }; },
  "a fleet of 40 tenants": () => { const root = fleet(40); made.push(root); return { root, broken: false }; },
  "a fleet of 40 tenants with mistakes": () => { const root = fleet(40); made.push(root); write(root, BROKEN); return { root, broken: true }; },
};

/** What a run of the command gives: exit code, messages, files. */
interface Run { code: number | null; stdout: string; tree: Record<string, string> }
function synth(root: string, { env = {}, cwd = root, umask = "022", args = [] }: { env?: Record<string, string>; cwd?: string; umask?: string; args?: string[] } = {}): Run {
  const command = [process.execPath, join(home, "build/cli/bin.js"), "synth", "--format", "json", "--as-of", "2026-11-24", "--cwd", root, ...args];
  const { status, stdout } = spawnSync("sh", ["-c", `umask ${umask}; exec "$0" "$@"`, ...command], { cwd, encoding: "utf8", env: { ...process.env, ...env } });
  // What was done to the tree depends on what was there; what was found does not.
  return { code: status, stdout: JSON.stringify((JSON.parse(stdout) as { problems: unknown }).problems), tree: readAll(join(root, "dist")) };
}

/** A copy of the definitions alone, elsewhere; `reverse` creates the files in the opposite order, which file systems may list them in. */
function copy(root: string, name = "bulkhead-copy-", reverse = false): string {
  const other = mkdtempSync(join(tmpdir(), name));
  made.push(other);
  cpSync(join(root, "node_modules"), join(other, "node_modules"), { recursive: true, verbatimSymlinks: true });
  const files = ["package.json", ...readdirSync(join(root, "tenants"), { recursive: true, withFileTypes: true }).filter((e) => e.isFile()).map((e) => join(e.parentPath, e.name).slice(root.length + 1)).sort()];
  for (const path of reverse ? files.reverse() : files) cpSync(join(root, path), join(other, path));
  return other;
}

const WAYS: Record<string, (root: string) => Run> = {
  "again, with what the first run remembered": (root) => synth(root),
  "without what it remembered": (root) => synth(root, { args: ["--no-cache"] }),
  "with a tree that is not there": (root) => { rmSync(join(root, "dist"), { recursive: true, force: true }); return synth(root); },
  "in the far east, in Turkish": (root) => synth(copy(root), { env: { TZ: "Pacific/Kiritimati", LANG: "tr_TR.UTF-8", LC_ALL: "tr_TR.UTF-8" } }),
  "in the far west, in C": (root) => synth(copy(root), { env: { TZ: "Etc/GMT+12", LANG: "C", LC_ALL: "C", LANGUAGE: "" } }),
  "in a time zone that is none": (root) => synth(copy(root), { env: { TZ: "Nowhere/None", LC_ALL: "xx_XX" } }),
  "with settings of other tools": (root) => synth(copy(root), { env: { CDK8S_OUTDIR: "elsewhere", CDK8S_DISABLE_SORT: "1", CDK8S_CHART_NAMESPACE: "x", NODE_ENV: "production", FORCE_COLOR: "1", HOME: "/nowhere" } }),
  "under a strict umask": (root) => synth(copy(root), { umask: "077" }),
  "under an open umask": (root) => synth(copy(root), { umask: "000" }),
  "called from elsewhere": (root) => synth(copy(root), { cwd: "/" }),
  "in a folder whose name has blanks and letters of its own": (root) => synth(copy(root, "bulkhead copy ä # % ? ")),
  "with files made in the opposite order": (root) => synth(copy(root, "bulkhead-copy-", true)),
};

describe.each(Object.keys(SOURCES))("%s", (name) => {
  let source: Source;
  let first: Run;
  beforeAll(() => { source = SOURCES[name]!(); first = synth(source.root); }, 120_000);

  test("compiles, or is refused, as it was made for", () => {
    expect([first.code, Object.keys(first.tree).length > 0, first.stdout.length > 1000]).toEqual(source.broken ? [2, false, true] : [0, true, false]);
  });
  test.each(Object.keys(WAYS))("%s", { timeout: 120_000 }, (way) => {
    expect(WAYS[way]!(source.root)).toEqual(first);
  });
  test.each([1, 2, 3, 5, availableParallelism()])("with %i processes", { timeout: 120_000 }, async (processes) => {
    const { files, problems } = await compile({ root: source.root, asOf: "2026-11-24", processes });
    expect([JSON.stringify(problems), Object.fromEntries(files.map((f) => [f.path, f.text]))]).toEqual([first.stdout, first.tree]);
  });
});
