/**
 * Exact messages. Each folder here is a case: `input/` lies over the project in `base/` (a file `<name>.remove` takes one away), `expected` is what
 * `bulkhead check` prints on stderr, then the exit code. BULKHEAD_RECORD=1 writes the expected files anew: read the difference before you commit it.
 */
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { compile } from "../../build/compile/compile.js";
import { exitOf } from "../../build/cli/outcome.js";
import { countsText } from "../../build/report/report.js";
import { problemsText } from "../../build/report/problems.js";

const here = import.meta.dirname;
const home = resolve(here, "../..");
const made: string[] = [];
afterAll(() => { for (const folder of made) rmSync(folder, { recursive: true, force: true }); });

function laidOver(name: string): string {
  const root = mkdtempSync(join(tmpdir(), "bulkhead-golden-"));
  made.push(root);
  cpSync(join(here, "base"), root, { recursive: true });
  if (name !== "base") cpSync(join(here, name, "input"), root, { recursive: true });
  for (const entry of readdirSync(root, { recursive: true, encoding: "utf8" }).filter((path) => path.endsWith(".remove"))) {
    rmSync(join(root, entry));
    rmSync(join(root, entry.slice(0, -".remove".length)), { recursive: true, force: true });
  }
  mkdirSync(join(root, "node_modules"));
  for (const [link, target] of [["bulkhead", home], ["cdk8s", join(home, "node_modules/cdk8s")], ["constructs", join(home, "node_modules/constructs")]]) symlinkSync(target!, join(root, "node_modules", link!));
  return root;
}

const problemsOf = async (root: string) => (await compile({ root, asOf: "2026-11-24", processes: 1 })).problems;

/** What the command prints, without starting a process for the command line itself. */
async function checkText(root: string): Promise<string> {
  const problems = await problemsOf(root);
  return `${problemsText(problems, root, false)}\n${countsText(problems)}\nexit ${exitOf(problems)}\n`;
}

const cases = readdirSync(here, { withFileTypes: true }).filter((e) => e.isDirectory() && e.name !== "base").map((e) => e.name).sort();

describe("messages", () => {
  test("the base itself is sound", async () => {
    expect(await problemsOf(laidOver("base"))).toEqual([]);
  });
  for (const name of cases) {
    test(name.replaceAll("-", " "), async () => {
      const file = join(here, name, "expected");
      const text = await checkText(laidOver(name));
      if (process.env.BULKHEAD_RECORD) writeFileSync(file, text);
      expect(existsSync(file), "no expected file: record it with BULKHEAD_RECORD=1").toBe(true);
      expect(text).toBe(readFileSync(file, "utf8"));
    });
  }
});
