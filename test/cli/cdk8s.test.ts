import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";

const home = resolve(import.meta.dirname, "../..");
const tree = (folder: string): Record<string, string> => Object.fromEntries(readdirSync(folder, { recursive: true, withFileTypes: true }).filter((e) => e.isFile()).map((e) => { const full = join(e.parentPath, e.name); return [full.slice(folder.length + 1), readFileSync(full, "utf8")]; }));

test("cdk8s synth gives a tree byte-identical to dist/", () => {
  const run = spawnSync(join(home, "node_modules/.bin/cdk8s"), ["synth"], { cwd: home, encoding: "utf8", env: { ...process.env, CDK8S_CHECK_UPGRADE: "false" } });
  expect(run.status, run.stderr).toBe(0);
  expect(tree(join(home, ".bulkhead/cdk8s"))).toEqual(tree(join(home, "dist")));
});
