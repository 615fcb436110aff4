import { spawnSync } from "node:child_process";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { readAll } from "../render/tree.ts";

const home = resolve(import.meta.dirname, "../..");

test("cdk8s synth gives a tree byte-identical to dist/", () => {
  const run = spawnSync(join(home, "node_modules/.bin/cdk8s"), ["synth"], { cwd: home, encoding: "utf8", env: { ...process.env, CDK8S_CHECK_UPGRADE: "false" } });
  expect(run.status, run.stderr).toBe(0);
  expect(readAll(join(home, ".bulkhead/cdk8s"))).toEqual(readAll(join(home, "dist")));
});
