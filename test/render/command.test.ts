/** The command itself, killed: `bulkhead synth`, its processes, and two of them at once. */
import { spawn, spawnSync } from "node:child_process";
import { cpSync, existsSync, readFileSync, rmSync, watch } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { takeLock } from "../../src/render/lock.ts";
import { PRODUCT, project, TENANT, write } from "../support/project.ts";
import { read, readAll } from "./tree.ts";

const home = resolve(import.meta.dirname, "../..");
const T = "tenants/acme/tenant.ts";
const table = (column: string): string => PRODUCT(`tables: { orders: { store: "postgres", key: ["id"], columns: { id: { type: "uuid", classification: "internal" }, ${column}: { type: "text", classification: "public" } } } },`);
/** Changes a tenant's files, takes one away and brings a tenant. */
const EDIT = { "tenants/acme/sales/orders.ts": table("b"), "tenants/globex/tenant.ts": TENANT() };
const LOOP = PRODUCT("extend: () => { for (;;); },");

interface Ended { code: number | null; signal: string | null; stderr: string; stdout: string }
const synth = (root: string, env: Record<string, string> = {}): { pid: number; ended: Promise<Ended> } => {
  const child = spawn(process.execPath, ["--import", join(import.meta.dirname, "die.mjs"), join(home, "build/cli/bin.js"), "synth", "--format", "json", "--as-of", "2026-11-24"], { cwd: root, env: { ...process.env, NO_COLOR: "1", PIDS: join(root, "pids"), ...env } });
  const out = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) child[name].setEncoding("utf8").on("data", (text: string) => { out[name] += text; });
  return { pid: child.pid!, ended: new Promise((done) => { child.on("close", (code, signal) => { done({ code, signal, ...out }); }); }) };
};

const first = (async () => {
  const root = project({ [T]: TENANT(), "tenants/acme/sales/orders.ts": table("a"), "tenants/acme/crm/people.ts": table("a") });
  expect(await synth(root).ended).toMatchObject({ code: 0 });
  return root;
})();

/** Trees before and after the edit, made once. */
const trees = (async () => {
  const root = await old();
  const before = read(root);
  write(root, EDIT);
  rmSync(join(root, "tenants/acme/crm"), { recursive: true });
  expect((await synth(root).ended).code).toBe(0);
  return { old: before, new: read(root) };
})();

/** A project whose tree is the old one; rendered once, then copied. */
async function old(): Promise<string> {
  const root = project();
  for (const name of ["tenants", "dist", ".bulkhead"]) cpSync(join(await first, name), join(root, name), { recursive: true });
  return root;
}
/** The old tree, and definitions that say otherwise. */
async function edited(): Promise<string> {
  const root = await old();
  write(root, EDIT);
  rmSync(join(root, "tenants/acme/crm"), { recursive: true });
  return root;
}

async function state(root: string): Promise<string> {
  const now = JSON.stringify(read(root));
  const known = await trees;
  return now === JSON.stringify(known.old) ? "old" : now === JSON.stringify(known.new) ? "new" : "a mixture";
}
const isAlive = (pid: number): boolean => { try { process.kill(pid, 0); return !/^\S+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, "utf8")); } catch { return false; } };
/** Waits until all processes that rendered have ended; the test's own time limit is the only one. */
async function childrenEnded(root: string): Promise<void> {
  const pids = readFileSync(join(root, "pids"), "utf8").trim().split("\n").map(Number);
  while (pids.some(isAlive)) await new Promise((turn) => { setTimeout(turn, 5); });
}
const clean = (root: string): string[] => Object.keys(readAll(join(root, ".bulkhead"))).filter((path) => path !== "cache.json");

const PLACES: [string, string, string][] = [
  ["it takes the lock", "writeFileSync .*/locks/", "old"],
  ["it clears the staging folder", "rmSync .*/staging$", "old"],
  ["its processes load", "send start", "old"],
  ["its processes render", "send render", "old"],
  ["it writes the journal", "openSync .*journal.json.new", "old"],
  ["it opens the journal", "renameSync .*journal.json.new", "old"],
  ["it removes", "rmSync .*/dist/", "new"],
  ["it puts a file in place", "renameSync .*/staging/.*[.]yaml$", "new"],
  ["it puts a folder in place", "renameSync .*/staging/.*/globex$", "new"],
  ["it closes the journal", "unlinkSync .*journal.json$", "new"],
  ["it writes the cache", "writeFileSync .*cache.json", "new"],
];

describe("bulkhead synth", () => {
  test.each(PLACES)("killed while %s: the next one brings the new tree, and the old one stood until it was decided", async (_, DIE, decided) => {
    const root = await edited();
    expect(await synth(root, { DIE, SIGNAL: "SIGKILL" }).ended).toMatchObject({ signal: "SIGKILL", stderr: "" });
    if (!existsSync(join(root, ".bulkhead/journal.json"))) expect(await state(root)).toBe(decided);
    expect(await synth(root).ended).toMatchObject({ code: 0, stderr: "" });
    await childrenEnded(root);
    expect([await state(root), clean(root)]).toEqual(["new", ["locks/"]]);
  });

  test.each([["SIGINT", 130], ["SIGTERM", 143]] as const)("ended by %s says so by its exit code, at once leaves a whole tree and nothing behind", async (signal, code) => {
    for (const [place, DIE] of PLACES.slice(1)) {
      const root = await edited();
      expect(await synth(root, { DIE, SIGNAL: signal }).ended, place).toMatchObject({ code });
      await childrenEnded(root);
      expect([await state(root), clean(root)], place).toEqual([expect.stringMatching(/^(old|new)$/), ["locks/"]]);
    }
  });

  test.each(["SIGINT", "SIGTERM"])("ended by %s ends a definition that loops", async (SIGNAL) => {
    const root = await edited();
    write(root, { "tenants/zeta/tenant.ts": TENANT(), "tenants/zeta/sales/loop.ts": LOOP });
    await synth(root, { DIE: "hear .*loop.ts", SIGNAL }).ended;
    await childrenEnded(root);
    expect([await state(root), clean(root)]).toEqual(["old", ["locks/"]]);
  });

  test("whose process is killed while it stages names the file that ran, and touches nothing", async () => {
    const root = await edited();
    write(root, { "tenants/zeta/tenant.ts": TENANT(), "tenants/zeta/sales/loop.ts": LOOP });
    const { code, stdout } = await synth(root, { DIE: "hear .*loop.ts", SIGNAL: "SIGKILL", WHO: "child" }).ended;
    expect([code, JSON.parse(stdout).problems]).toEqual([2, [expect.objectContaining({ code: "BH2022", source: expect.objectContaining({ file: "tenants/zeta/sales/loop.ts" }) })]]);
    expect([await state(root), clean(root)]).toEqual(["old", ["locks/"]]);
    rmSync(join(root, "tenants/zeta"), { recursive: true });
    expect(await synth(root).ended).toMatchObject({ code: 0 });
    expect([await state(root), clean(root)]).toEqual(["new", ["locks/"]]);
  });
});

test("a disk that takes no more while processes stage: said with the file, and nothing is touched", async () => {
  const root = await edited();
  const command = [process.execPath, join(home, "build/cli/bin.js"), "synth", "--as-of", "2026-11-24"];
  const run = spawnSync("sh", ["-c", 'ulimit -f 0; exec "$0" "$@"', ...command], { cwd: root, encoding: "utf8", env: { ...process.env, NO_COLOR: "1" } });
  expect([run.status, run.stderr]).toEqual([2, expect.stringMatching(/^error\[BH5007\] \.bulkhead\/staging\/prod-eu\/\S+ cannot be written: the file is larger than this process may write\n {2}hint: /)]);
  expect([await state(root), clean(root)]).toEqual(["old", ["locks/"]]);
  expect(await synth(root).ended).toMatchObject({ code: 0 });
  expect([await state(root), clean(root)]).toEqual(["new", ["locks/"]]);
});

describe("two at once", () => {
  test("one writes, the other says who does", async () => {
    const root = await edited();
    const release = await takeLock(root);
    const { code, stdout } = await synth(root).ended;
    expect([code, JSON.parse(stdout).problems]).toEqual([2, [expect.objectContaining({ code: "BH5003", message: expect.stringContaining(`process ${process.pid}`), hint: expect.stringContaining(".bulkhead/locks/") })]]);
    expect(await state(root)).toBe("old");
    release();
    expect(await synth(root).ended).toMatchObject({ code: 0 });
    expect([await state(root), clean(root)]).toEqual(["new", ["locks/"]]);
  });

  test("the one that came later waits for a moment", async () => {
    const root = await edited();
    const release = await takeLock(root);
    // The second puts up its name, and yields.
    const seen = new Promise<void>((done) => { const watcher = watch(join(root, ".bulkhead/locks"), (_, name) => { if (!name?.startsWith(`${process.pid}-`)) { watcher.close(); done(); } }); });
    const { ended } = synth(root);
    await seen;
    release();
    expect(await ended).toMatchObject({ code: 0 });
    expect([await state(root), clean(root)]).toEqual(["new", ["locks/"]]);
  });

  test("started together, they end with the new tree, each done or turned away", async () => {
    const root = await edited();
    const ends = await Promise.all(Array.from({ length: 3 }, () => synth(root).ended));
    expect(ends.some(({ code }) => code === 0)).toBe(true);
    for (const { code, stdout } of ends) if (code !== 0) expect([code, JSON.parse(stdout).problems[0].code]).toEqual([2, "BH5003"]);
    expect([await state(root), clean(root)]).toEqual(["new", ["locks/"]]);
  });

  test.each(PLACES.filter((_, index) => index % 2 === 1))("the first is killed while %s, the second has begun", async (_, DIE) => {
    const root = await edited();
    // The second waits for the first, which dies with the lock in its hands.
    const first = synth(root, { DIE, SIGNAL: "SIGKILL" });
    const second = synth(root);
    expect((await first.ended).signal ?? "ended").toMatch(/SIGKILL|ended/);
    const end = await second.ended;
    if (end.code !== 0) expect([end.code, JSON.parse(end.stdout).problems[0].code]).toEqual([2, "BH5003"]);
    await childrenEnded(root);
    expect(await synth(root).ended).toMatchObject({ code: 0 });
    expect([await state(root), clean(root)]).toEqual(["new", ["locks/"]]);
  });
});
