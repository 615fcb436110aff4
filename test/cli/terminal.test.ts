import { spawnSync } from "node:child_process";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { counted } from "../../src/cli/live.ts";
import { observe, progressLine, readText } from "../../src/cli/observe.ts";
import { useColor } from "../../src/cli/terminal.ts";
import { kind } from "../support/fake-cluster.ts";
import { memorySource, object } from "../support/memory-source.ts";
import { bulkhead, PRODUCT, project, TENANT, write } from "../support/project.ts";

const stream = (isTTY: boolean): NodeJS.WriteStream & { text: string } => {
  const fake = { isTTY, text: "", on: () => fake, write: (text: string) => { fake.text += text; return true; } };
  return fake as never;
};

describe("colour", () => {
  const cases: [string, boolean, NodeJS.ProcessEnv, boolean][] = [
    ["on a terminal", true, {}, true],
    ["not in a pipe", false, {}, false],
    ["never against NO_COLOR", true, { NO_COLOR: "1" }, false],
    ["NO_COLOR beats FORCE_COLOR", true, { NO_COLOR: "1", FORCE_COLOR: "1" }, false],
    ["an empty NO_COLOR says nothing", true, { NO_COLOR: "" }, true],
    ["FORCE_COLOR in a pipe", false, { FORCE_COLOR: "1" }, true],
    ["FORCE_COLOR=0 on a terminal", true, { FORCE_COLOR: "0" }, false],
    ["not on a dumb terminal", true, { TERM: "dumb" }, false],
  ];
  for (const [name, isTTY, env, expected] of cases) test(name, () => expect(useColor(stream(isTTY), env)).toBe(expected));
});

describe("progress", () => {
  const run = (isTTY: boolean, verbose: boolean): string => {
    let clock = 0;
    const out = stream(isTTY);
    const observer = observe(verbose, out, () => clock);
    for (clock = 0; clock <= 3000; clock += 100) observer.onProgress!({ stage: "render", done: clock / 10, total: 400 });
    observer.onTiming!("render", 12.4);
    observer.end();
    observer.end();
    return out.text;
  };
  test("after a second, over one line that is gone at the end", () => {
    const text = run(true, false);
    expect(text.split("\r\u001b[K")[1]).toBe("render 100/400 tenants, 100/s");
    expect(text.endsWith("\r\u001b[K")).toBe(true);
    expect(text).not.toContain("\n");
  });
  test("nothing in a pipe", () => expect(run(false, false)).toBe(""));
  test("--verbose times stages, once, in a pipe too", () => expect(run(false, true)).toBe("render        12 ms\ntotal       3100 ms\n"));
});

describe("progress of reading", () => {
  const CONFIG_MAP = kind("v1", "ConfigMap", "configmaps");
  const read = async (isTTY: boolean, pages: number): Promise<string> => {
    let [clock, objects] = [0, 0];
    const out = stream(isTTY);
    const line = progressLine(out, () => clock);
    const source = counted(memorySource([{ kind: CONFIG_MAP, objects: Array.from({ length: pages * 2 }, (_, i) => object(CONFIG_MAP, `n/${String(i).padStart(3, "0")}`)) }]), (more) => { objects += more; line.show((seconds) => readText(objects, seconds, { done: 1, total: 3 })); });
    let got = 0;
    for await (const page of source.list(CONFIG_MAP)) { got += page.length; clock += 100; }
    expect([got, source.from]).toEqual([pages * 2, "memory"]);
    line.end();
    return out.text;
  };
  test("of a long run: objects, and what of git was compared, over one line that is gone at the end", async () => {
    const text = await read(true, 30);
    expect(text.split("\r\u001b[K").slice(1, 3)).toEqual(["read 22 objects, 22/s; compared 1/3 of git's", "read 26 objects, 22/s; compared 1/3 of git's"]);
    expect(text.endsWith("\r\u001b[K")).toBe(true);
  });
  test.each<[string, boolean, number]>([["a run of less than a second", true, 9], ["a pipe", false, 30]])("nothing of %s", async (_, isTTY, pages) => { expect(await read(isTTY, pages)).toBe(""); });
});

const home = resolve(import.meta.dirname, "../..");
test("a reader that goes away is no failure", () => {
  const root = project({ "tenants/acme/tenant.ts": TENANT() });
  write(root, Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`tenants/acme/sales/p${i}.ts`, PRODUCT(`tabels: { x: "${"y".repeat(200)}" },`)])));
  const { stdout, stderr } = spawnSync("bash", ["-c", `"${process.execPath}" "${join(home, "build/cli/bin.js")}" check --format json | head -c 10; echo "\${PIPESTATUS[0]}"`], { cwd: root, encoding: "utf8" });
  expect([stdout, stderr]).toEqual(['{\n  "versi2\n', ""]);
});

test("timings are on stderr and data on stdout", () => {
  const { stdout, stderr } = bulkhead(project({ "tenants/acme/tenant.ts": TENANT() }), ["check", "--verbose", "--format", "json"]);
  expect(JSON.parse(stdout)).toEqual({ version: 1, problems: [] });
  expect(stderr.match(/^[a-z]+(?= +[0-9]+ ms$)/gm)).toEqual(["scan", "parse", "start", "recall", "render", "verify", "total"]);
});

describe("a wrong call", () => {
  const root = project({ "tenants/acme/tenant.ts": TENANT() });
  const cases: { name: string; args: string[]; stderr: RegExp }[] = [
    { name: "an unknown command", args: ["chekc"], stderr: /unknown command 'chekc'\n\(Did you mean check\?\)/ },
    { name: "an unknown subcommand", args: ["new", "tenat", "x"], stderr: /Did you mean tenant\?/ },
    { name: "an unknown option", args: ["check", "--formt", "json"], stderr: /Did you mean --format\?/ },
    { name: "an unknown format", args: ["check", "--format", "srif"], stderr: /--format "srif" is not known\n.*"sarif"/ },
    { name: "a bad date", args: ["check", "--as-of", "tomorrow"], stderr: /--as-of "tomorrow" is no date/ },
    { name: "a missing argument", args: ["new", "tenant"], stderr: /missing required argument 'id'/ },
  ];
  for (const { name, args, stderr } of cases) {
    test(name, () => {
      const run = bulkhead(root, args);
      expect(run).toMatchObject({ code: 2, stdout: "", stderr: expect.stringMatching(stderr) });
    });
  }
  test("still leaves a whole document for who reads the data", () => {
    const run = bulkhead(root, ["synth", "--tenant", "acne", "--format", "sarif"]);
    expect(run).toMatchObject({ code: 2, stderr: expect.stringMatching(/BH0002.*acne/) });
    expect(JSON.parse(run.stdout).runs[0]).toMatchObject({ results: [], invocations: [{ executionSuccessful: false, toolExecutionNotifications: [{ descriptor: { id: "BH0002" } }] }] });
  });
});

test("every command has help with examples", () => {
  const root = project();
  const names = (text: string): string[] => [...(/^Commands:\n([^]*?)(?:\n\n|$(?![^]))/m.exec(text)?.[1] ?? "").matchAll(/^ {2}([a-z-]+)/gm)].map(([, name]) => name!).filter((name) => name !== "help");
  const visit = (path: string[]): void => {
    const { code, stdout } = bulkhead(root, [...path, "--help"]);
    expect(code).toBe(0);
    expect(stdout, path.join(" ")).toMatch(/\nExamples:\n {2}\$ /);
    for (const name of names(stdout)) visit([...path, name]);
  };
  visit([]);
});
