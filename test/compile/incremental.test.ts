import { spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { suiteCount } from "../real/provision/budget.ts";
import { project, write } from "../support/project.ts";
import { ACCIDENTS, EDITS, filesOf, firstFleet, random } from "./edits.ts";

const home = resolve(import.meta.dirname, "../..");
const SEQUENCES = suiteCount("unit", "edits");
const CHAINS = 2;

/** A run of the built command line, without waiting for others. */
const run = (root: string, args: string[]): Promise<{ code: number | null; stdout: string; stderr: string }> => new Promise((done) => {
  const child = spawn(process.execPath, [join(home, "build/cli/bin.js"), "synth", "--format", "json", ...args], { cwd: root, env: { ...process.env, NO_COLOR: "1" } });
  const out = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) child[name].setEncoding("utf8").on("data", (text: string) => { out[name] += text; });
  child.on("close", (code) => done({ code, ...out }));
});

const tree = (folder: string): Record<string, string> => (existsSync(folder)
  ? Object.fromEntries(readdirSync(folder, { recursive: true, withFileTypes: true }).filter((e) => e.isFile()).map((e) => { const full = join(e.parentPath, e.name); return [full.slice(folder.length + 1), readFileSync(full, "utf8")]; }).sort())
  : {});

/** Messages without what only one of the two runs can have to say: that its cache was damaged. */
const messages = (stdout: string): unknown[] => (JSON.parse(stdout).problems as { code: string }[]).filter((p) => p.code !== "BH5008");

async function chain(number: number, sequences: number, seed: number): Promise<Record<string, number>> {
  const root = project();
  const platform = readFileSync(join(root, "tenants/platform.ts"), "utf8");
  const next = random(seed);
  let model = firstFleet();
  let files = filesOf(model, platform);
  write(root, files);
  const seen: Record<string, number> = {};
  const step = (name: string): void => { seen[name] = (seen[name] ?? 0) + 1; };
  const good = structuredClone(model);
  for (let n = 0; n < sequences; n++) {
    const story: string[] = [];
    // Now and then from the beginning again, or errors would pile up.
    if (n % 8 === 0) { model = structuredClone(good); story.push("first fleet"); }
    for (let edit = 0; edit < 1 + next(3); edit++) {
      const name = Object.keys(EDITS)[next(Object.keys(EDITS).length)]!;
      const accident = Object.keys(ACCIDENTS)[next(Object.keys(ACCIDENTS).length)]!;
      EDITS[name]!(model, next);
      ACCIDENTS[accident]!(root, Object.keys(tree(join(root, "dist"))), next);
      story.push(name, accident);
      step(name);
      step(accident);
      const after = filesOf(model, platform);
      for (const path of Object.keys(files)) if (!(path in after)) rmSync(join(root, path));
      for (const folder of readdirSync(join(root, "tenants"))) if (!folder.includes(".") && !folder.startsWith("_") && !(folder in model.tenants)) rmSync(join(root, "tenants", folder), { recursive: true });
      write(root, Object.fromEntries(Object.entries(after).filter(([path, text]) => files[path] !== text)));
      files = after;
      // The last edit's run is the one that is compared; those before it only leave their cache behind.
      if (next(2) === 0) await run(root, ["--as-of", model.asOf]);
    }
    const before = tree(join(root, "dist"));
    const incremental = await run(root, ["--as-of", model.asOf]);
    rmSync(join(root, "cold"), { recursive: true, force: true });
    const cold = await run(root, ["--as-of", model.asOf, "--no-cache", "--out", "cold"]);
    const why = `chain ${number} seed ${seed} sequence ${n}: ${story.join(", ")}`;
    expect(incremental.code, `${why}\n${incremental.stderr}`).toBe(cold.code);
    expect(messages(incremental.stdout), why).toEqual(messages(cold.stdout));
    expect(tree(join(root, "dist")), why).toEqual(cold.code === 0 ? tree(join(root, "cold")) : before);
    step(`exit ${cold.code}`);
  }
  return seen;
}

test(`an incremental run gives what a cold one gives, after ${SEQUENCES} random sequences of edits`, { timeout: 3_600_000 }, async () => {
  const seeds = Array.from({ length: CHAINS }, (_, i) => Number(process.env.BULKHEAD_SEED ?? 20261124) + i);
  console.log(`seeds ${seeds.join(", ")}`);
  const all = await Promise.all(seeds.map((seed, i) => chain(i, Math.ceil(SEQUENCES / CHAINS), seed)));
  const seen: Record<string, number> = {};
  for (const [name, count] of all.flatMap((one) => Object.entries(one))) seen[name] = (seen[name] ?? 0) + count;
  console.log(seen);
  // The sequences must have been about something: most runs good, some of every kind of failure.
  expect(seen["exit 0"]).toBeGreaterThan(SEQUENCES / 4);
  expect((seen["exit 1"] ?? 0) + (seen["exit 2"] ?? 0)).toBeGreaterThan(0);
});
