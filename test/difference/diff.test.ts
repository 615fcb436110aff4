import { spawnSync } from "node:child_process";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { compareTrees, type ObjectDifference } from "../../src/difference/tree.ts";
import { differenceMarkdown } from "../../src/difference/markdown.ts";
import { bulkhead, PRODUCT, project, TENANT, write } from "../support/project.ts";

const T = "tenants/acme/tenant.ts";
const P = "tenants/acme/sales/orders.ts";
const D = "tenants/acme/sales/domain.ts";
const DOMAIN = (partitions: number): string => `import { defineDomain } from "bulkhead";\nexport default defineDomain({ topic: { partitions: ${partitions} } });\n`;
const TABLE = (more = ""): string => PRODUCT(`tables: { orders: { store: "postgres", key: ["id"], columns: { id: { type: "uuid", classification: "internal" },${more} } } },\nrecords: { Placed: { fields: { id: "orders.id" } } },`);
const CONFIG = (data: string): string => PRODUCT(`extend: (chart) => { new ApiObject(chart, "x", { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "settings" }, data: ${data} }); },`, 'import { ApiObject } from "cdk8s";\n');
const git = (root: string, ...args: string[]): void => { expect(spawnSync("git", ["-c", "user.name=t", "-c", "user.email=t@t.example", ...args], { cwd: root }).status).toBe(0); };

function committed(files: Record<string, string>, synth = true): string {
  const root = project({ ".gitignore": "node_modules\n.bulkhead\n", ...files });
  if (synth) expect(bulkhead(root, ["synth"])).toMatchObject({ code: 0 });
  git(root, "init", "-q", "-b", "main");
  git(root, "add", ".");
  git(root, "commit", "-qm", "x");
  return root;
}

describe("bulkhead diff", () => {
  test.each<[string, Record<string, string>, Record<string, string>, string[]]>([
    ["nothing", { [T]: TENANT() }, {}, ["no differences from HEAD"]],
    ["a leaf of a topic", { [T]: TENANT(), [P]: TABLE(), [D]: DOMAIN(6) }, { [D]: DOMAIN(7) }, ["acme on prod-eu, events", "~ Topic.cluster.redpanda.com tenant-acme/tenant.acme.sales", "tenants/acme/sales/domain.ts:2:31 (topic)", "spec.partitions: 6 -> 7", "0 added, 1 changed (1 place), 0 removed"]],
    ["a column: the Job with another hash is one change, the SQL is shown once", { [T]: TENANT(), [P]: TABLE() }, { [P]: TABLE(' note: { type: "text", nullable: true, classification: "public" },') }, [
      "~ ConfigMap bulkhead-database/sql-warehouse-eu-acme-", "(was configmap.sql-warehouse-eu-acme-", 'data["unit.sql"]: the same text as prod-eu/tenants/acme/walls/database/warehouse-eu/unit.sql', "+  ['note', 'text', '', '']", "0 added, 5 changed ("]],
    ["an object added", { [T]: TENANT() }, { [P]: CONFIG('{ a: "b" }') }, ["acme on prod-eu, extension", "+ ConfigMap tenant-acme/settings", "tenants/acme/sales/orders.ts:4:1 (extend)"]],
    ["an object removed, with its place in the old file", { [T]: TENANT(), [P]: CONFIG('{ a: "b" }') }, { [P]: PRODUCT("") }, ["- ConfigMap tenant-acme/settings", "tenants/acme/sales/orders.ts:4:1 (extend)", "0 added, 0 changed (0 places), 1 removed"]],
    ["a patch names itself in the header", { [T]: TENANT() }, { [T]: TENANT('patches: [{ target: { kind: "ResourceQuota", name: "compute" }, ops: [{ op: "replace", path: "/spec/hard/pods", value: "9" }], reason: "few" }],') }, ["+# Patched by tenants/acme/tenant.ts (patches[0]): few", 'spec.hard.pods: "60" -> "9"']],
    ["what looks like a secret is masked", { [T]: TENANT(), [P]: CONFIG('{ password: "one" }') }, { [P]: CONFIG('{ password: "three" }') }, ["data.password: ••• -> •••••"]],
  ])("shows %s", (_, before, after, expected) => {
    const root = committed(before);
    write(root, after);
    const { code, stdout } = bulkhead(root, ["diff"]);
    expect(code).toBe(0);
    for (const line of expected) expect(stdout).toContain(line);
  });

  test("with --exit-code differences are 1, none is 0; --tenant shows that tenant only", () => {
    const root = committed({ [T]: TENANT(), [P]: TABLE(), [D]: DOMAIN(6) });
    expect(bulkhead(root, ["diff", "--exit-code"]).code).toBe(0);
    write(root, { [D]: DOMAIN(7), "tenants/globex/tenant.ts": TENANT() });
    expect(bulkhead(root, ["diff", "--exit-code"]).code).toBe(1);
    const { stdout } = bulkhead(root, ["diff", "--tenant", "acme", "--format", "json"]);
    const { counts, differences } = JSON.parse(stdout) as { counts: object; differences: { tenant: string; at: string; changes: unknown[] }[] };
    expect(counts).toEqual({ added: 0, changed: 1, removed: 0, leaves: 1 });
    expect(differences[0]).toMatchObject({ tenant: "acme", at: "tenants/acme/sales/domain.ts:2:31 (topic)", changes: [{ before: { pointer: "/spec/partitions", value: 6 }, after: { pointer: "/spec/partitions", value: 7 } }] });
  });

  test("a tenant that is gone is removed", () => {
    const root = committed({ [T]: TENANT(), "tenants/globex/tenant.ts": TENANT() });
    rmSync(join(root, "tenants/globex"), { recursive: true });
    const { stdout } = bulkhead(root, ["diff", "--tenant", "globex"]);
    expect(stdout).toContain("- Namespace tenant-globex");
    expect(stdout).toMatch(/0 added, 0 changed \(0 places\), [0-9]+ removed/);
  });

  test.each<[string, string[], string, RegExp]>([
    ["a revision that is none", ["--base", "mian"], "BH0006", /did you mean "main"/],
    ["a revision that looks like an option", ["--base=--output=x"], "BH0006", /is no revision/],
    ["a tenant that is none", ["--tenant", "acne"], "BH0002", /did you mean "acme"/],
    ["an unknown format", ["--format", "yaml"], "BH0001", /text, json, markdown/],
    ["no option of this", ["--bsae", "x"], "", /Did you mean --base/],
  ])("refuses %s", (_, args, code, hint) => {
    const run = bulkhead(committed({ [T]: TENANT() }), ["diff", ...args]);
    expect(run.code).toBe(2);
    expect(run.stderr).toContain(code);
    expect(run.stderr).toMatch(hint);
  });

  test("a revision without dist/, or no commit at all, counts everything as added and says so", () => {
    const root = committed({ [T]: TENANT() }, false);
    expect(bulkhead(root, ["diff"])).toMatchObject({ code: 0, stdout: expect.stringMatching(/[0-9]{3} added, 0 changed \(0 places\), 0 removed/), stderr: "note: HEAD has no dist/: everything counts as added\n" });
    const empty = project({ [T]: TENANT() });
    expect(bulkhead(empty, ["diff"])).toMatchObject({ code: 2, stderr: expect.stringMatching(/BH0006.*no git repository/) });
    git(empty, "init", "-q");
    expect(bulkhead(empty, ["diff"]).stderr).toMatch(/no commit yet/);
  });

  test("works in a folder of a larger repository", () => {
    const outer = project({ ".gitignore": "node_modules\n" }, { base: false });
    const root = project({ [T]: TENANT(), [P]: TABLE(), [D]: DOMAIN(6) });
    expect(bulkhead(root, ["synth"])).toMatchObject({ code: 0 });
    expect(spawnSync("cp", ["-r", root, join(outer, "inner")]).status).toBe(0);
    git(outer, "init", "-q");
    git(outer, "add", ".");
    git(outer, "commit", "-qm", "x");
    expect(bulkhead(join(outer, "inner"), ["diff"]).stdout).toContain("no differences");
    write(join(outer, "inner"), { [D]: DOMAIN(7) });
    expect(bulkhead(join(outer, "inner"), ["diff"]).stdout).toContain("spec.partitions: 6 -> 7");
  });
});

const difference = (n: number, value: string): ObjectDifference => ({
  status: "changed", path: `c/tenants/t/content/x/n${n}.yaml`, cluster: "c", tenant: "t", layer: "x", object: { group: "", kind: "ConfigMap", namespace: "t", name: `n${n}` }, source: { file: "tenants/t/tenant.ts", path: "" },
  details: [{ change: { before: { steps: ["data", "a"], pointer: "/data/a", value: "old" }, after: { steps: ["data", "a"], pointer: "/data/a", value } } }],
});
test("markdown stays below the limit of a comment and says how much is left out", () => {
  const many = Array.from({ length: 3000 }, (_, n) => difference(n, `v${n}`));
  const text = differenceMarkdown(many, "main");
  expect(text.length).toBeLessThan(65_536);
  const shown = text.match(/^\*\*~ /gm)?.length ?? text.match(/n[0-9]+\*\*/g)!.length;
  expect(Number(/([0-9]+) more of 3000 objects do not fit/.exec(text)![1])).toBe(3000 - shown);
});
test("a value cannot end the fence that it stands in", () => {
  expect(differenceMarkdown([difference(1, "```\n# heading")], "main")).toMatch(/````diff\n[\s\S]*\n````\n/);
});
test("a tree does not differ from itself, and the other direction exchanges added and removed", () => {
  const tree = (names: string[], value: string): Map<string, string> => new Map([
    ["c/tenants/t/inventory.json", JSON.stringify({ version: 1, data: {}, files: names.map((name) => ({ path: `content/x/${name}.yaml`, sha256: name + value, object: { group: "", kind: "ConfigMap", name }, layer: "x", wave: 0, owner: "t", source: { file: "f.ts", path: "" } })) })],
    ...names.map((name) => [`c/tenants/t/content/x/${name}.yaml`, `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\ndata:\n  a: ${value}\n`] as const),
  ]);
  const [a, b] = [tree(["one", "two", "job-0123456789"], "x"), tree(["two", "three", "job-abcdef0123"], "y")];
  expect(compareTrees(a, a, () => undefined)).toEqual([]);
  const brief = (differences: ObjectDifference[]): string[] => differences.map((d) => `${d.status} ${d.status === "changed" ? d.details.length : d.path}`).sort();
  const exchanged = { added: "removed", removed: "added", changed: "changed" };
  expect(brief(compareTrees(a, b, () => undefined)).map((line) => line.replace(/^\w+/, (s) => exchanged[s as "added"])).sort()).toEqual(brief(compareTrees(b, a, () => undefined)));
});
