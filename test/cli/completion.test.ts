import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { complete } from "../../src/cli/complete.ts";
import { buildProgram } from "../../src/cli/program.ts";
import { bulkhead, project } from "../support/project.ts";

const home = resolve(import.meta.dirname, "../..");
const program = buildProgram(async () => {});
const cases: { name: string; line: string[]; offers: string[] }[] = [
  { name: "commands", line: ["s"], offers: ["snapshot", "synth"] },
  { name: "commands of a group", line: ["new", ""], offers: ["product", "tenant"] },
  { name: "options", line: ["check", "--as"], offers: ["--as-of"] },
  { name: "--help is one of them", line: ["check", "--he"], offers: ["--help"] },
  { name: "choices of an option", line: ["synth", "--check", "--format", "s"], offers: ["sarif"] },
  { name: "choices after =", line: ["synth", "--format=j"], offers: ["--format=json", "--format=junit"] },
  { name: "choices after = as bash breaks it", line: ["synth", "--format", "=", "j"], offers: ["json", "junit"] },
  { name: "choices right after = in bash", line: ["synth", "--format", "="], offers: ["github", "json", "junit", "sarif", "text"] },
  { name: "tenants, of a list too", line: ["synth", "--tenant", "northwind", "aur"], offers: ["aurora-health"] },
  { name: "helpers are no tenants", line: ["synth", "--tenant", "_"], offers: [] },
  { name: "the tenant of a new product", line: ["new", "product", "nor"], offers: ["northwind/"] },
  { name: "shells", line: ["completion", "b"], offers: ["bash"] },
  { name: "nothing known: the shell offers files", line: ["import", "odcs", "x"], offers: [] },
  { name: "what is hidden stays so", line: ["__"], offers: [] },
];

describe("completes", () => {
  for (const { name, line, offers } of cases) test(name, () => expect(complete(program, line, home).map((c) => c.value)).toEqual(offers));
  test("every command and every option that the program has", () => {
    for (const command of program.commands.filter((c) => !c.name().startsWith("__"))) {
      expect(complete(program, [""], home).map((c) => c.value)).toContain(command.name());
      for (const option of command.options) expect(complete(program, [command.name(), "--"], home).map((c) => c.value)).toContain(option.long);
    }
  });
});

const bash = spawnSync("bash", ["--version"]).status === 0;
test.skipIf(!bash)("bash itself completes with the printed script", () => {
  const root = project({ "tenants/acme/tenant.ts": "", "tenants/globex/tenant.ts": "", "contract.yaml": "" });
  mkdirSync(join(root, "bin"));
  symlinkSync(process.execPath, join(root, "bin/node"));
  writeFileSync(join(root, "bin/bulkhead"), `#!/bin/sh\nexec "${join(root, "bin/node")}" "${join(home, "build/cli/bin.js")}" "$@"\n`, { mode: 0o755 });
  const ask = (...words: string[]): string => `COMP_WORDS=(${words.map((w) => `'${w}'`).join(" ")}); COMP_CWORD=${words.length - 1}; _bulkhead; echo "\${COMPREPLY[*]}"`;
  const out = execFileSync("bash", ["-c", [
    'source <(bulkhead completion bash)', "complete -p bulkhead", ask("bulkhead", "sy"), ask("bulkhead", "synth", "--tenant", ""), ask("bulkhead", "check", "--format", "=", "s"), ask("bulkhead", "import", "odcs", "con"),
  ].join("\n")], { cwd: root, encoding: "utf8", env: { ...process.env, PATH: `${join(root, "bin")}:${process.env.PATH}` } });
  expect(out.trimEnd().split("\n")).toEqual(["complete -o filenames -F _bulkhead bulkhead", "synth", "acme globex", "sarif", "contract.yaml"]);
});

test("an unknown shell gets a suggestion", () => {
  const { code, stderr } = bulkhead(project(), ["completion", "bsh"]);
  expect([code, stderr]).toEqual([2, 'error[BH0001] "bsh" is no shell that bulkhead completes for\n  hint: did you mean "bash"?\n']);
});
