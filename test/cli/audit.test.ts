/** `bulkhead audit` through the built command line, with what kubectl would print as the live side. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import type { AuditReport } from "../../src/model/finding.ts";
import { bulkhead, PRODUCT, project, TENANT, write } from "../support/project.ts";

const T = "tenants/acme/tenant.ts";
let root = "";
const git = (...args: string[]): void => { expect(spawnSync("git", ["-c", "user.name=t", "-c", "user.email=t@t.example", ...args], { cwd: root }).status).toBe(0); };
const quota = "dist/prod-eu/tenants/acme/walls/resources/tenant-acme/resourcequota.compute.yaml";
const yamlBelow = (folder: string): string[] => readdirSync(join(root, folder), { recursive: true, encoding: "utf8" }).filter((path) => path.endsWith(".yaml")).map((path) => join(folder, path));
/** Everything of git as one stream, changed on its way. */
const live = (change: (text: string, path: string) => string = (text) => text): string => yamlBelow("dist/prod-eu").map((path) => change(readFileSync(join(root, path), "utf8"), path)).filter(Boolean).join("---\n");
const audit = (...args: string[]): { code: number; stdout: string; stderr: string } => bulkhead(root, ["audit", "--cluster", "prod-eu", "--live", "live.yaml", ...args]);
const report = (...args: string[]): AuditReport & { code: number } => { const { code, stdout } = audit("--format", "json", ...args); return { ...(JSON.parse(stdout) as AuditReport), code }; };

beforeAll(() => {
  root = project({ [T]: TENANT(), "tenants/acme/sales/orders.ts": PRODUCT(""), ".gitignore": "node_modules\n.bulkhead\n" });
  expect(bulkhead(root, ["synth"])).toMatchObject({ code: 0 });
  git("init", "-q", "-b", "main");
  git("add", ".");
  git("commit", "-qm", "x");
});

describe("a dump of kubectl", () => {
  test("that says what git says has nothing to find; what it cannot hold is unknown", () => {
    writeFileSync(join(root, "live.yaml"), live());
    const { code, findings, coverage, desired } = report();
    expect([code, findings]).toEqual([3, []]);
    expect(coverage.some(({ state }) => state === "unknown")).toBe(true);
    expect(desired).toMatchObject({ from: "HEAD", commit: expect.stringMatching(/^[0-9a-f]{40}$/) });
  });

  test("with a quota that was lifted: the place, both values, the line that declared it, the way back; a patch", () => {
    writeFileSync(join(root, "live.yaml"), live((text, path) => (path === quota ? text.replace('pods: "60"', 'pods: "600"') : text)));
    const { code, stdout } = audit("--write-patches", "patches");
    expect(code).toBe(1);
    for (const part of ["availability changed ResourceQuota tenant-acme/compute", '/spec/hard/pods: "60" -> "600"', `source  ${T}:2:16`, "argocd app sync walls-acme --resource :ResourceQuota:tenant-acme/compute", "INCOMPLETE"]) expect(stdout).toContain(part);
    expect(readdirSync(join(root, "patches")).map((file) => JSON.parse(readFileSync(join(root, "patches", file), "utf8")))).toEqual([[{ op: "replace", path: "/spec/hard/pods", value: "60" }]]);
  });

  test("--state remembers; --report writes what is shown; --events says that it ran", () => {
    const { findings } = report("--state", "state", "--report", "report.json", "--events", "events.jsonl");
    expect(findings.map(({ age }) => age)).toEqual(["new"]);
    expect(report("--state", "state").findings.map(({ age }) => age)).toEqual(["open"]);
    expect(bulkhead(root, ["report", "show", "report.json", "--format", "json"])).toMatchObject({ code: 1, stdout: readFileSync(join(root, "report.json"), "utf8") });
    expect(JSON.parse(readFileSync(join(root, "events.jsonl"), "utf8").trim())).toMatchObject({ specversion: "1.0", subject: "prod-eu", data: { outcome: expect.anything(), counts: { findings: 1 } } });
  });

  test("an edited dist/ is said, and compared all the same; an earlier revision is another desired side", () => {
    const before = readFileSync(join(root, quota), "utf8");
    writeFileSync(join(root, quota), before.replace('pods: "60"', 'pods: "600"'));
    git("commit", "-qam", "by hand");
    expect(report()).toMatchObject({ code: 3, findings: [], notices: [expect.stringMatching(/resourcequota.compute.yaml/), expect.stringMatching(/^no live object has managedFields/)] });
    expect(report("--ref", "HEAD~1").code).toBe(1);
    writeFileSync(join(root, quota), before);
    git("commit", "-qam", "back");
  });

  test("manifests that Bulkhead did not write point at their own lines", () => {
    mkdirSync(join(root, "manifests"), { recursive: true });
    write(root, { "manifests/a.yaml": "# one\napiVersion: v1\nkind: ConfigMap\nmetadata: { name: c, namespace: shop }\ndata: { k: v }\n", "theirs.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: c, namespace: shop }\ndata: { k: w }\n" });
    const { code, stdout } = bulkhead(root, ["audit", "--desired", "manifests", "--live", "theirs.yaml"]);
    expect(code).toBe(1);
    expect(stdout).toMatch(/changed ConfigMap shop\/c[^]*\/data\/k: v -> w[^]*source {2}manifests\/a.yaml:2/);
    expect(stdout).toContain("kubectl apply --server-side --force-conflicts -f");
  });
});

describe("a call that is wrong", () => {
  test.each<[string, string[], string, RegExp]>([
    ["an unknown ref", ["--ref", "mian"], "BH0006", /did you mean "main"/],
    ["a ref that looks like an option", ["--ref=--output=x"], "BH0006", /is no revision/],
    ["an output folder that was never rendered", ["--out", "out"], "BH7301", /has no out\//],
    ["a cluster that is misspelt", ["--cluster", "prod-ue"], "BH7302", /did you mean "prod-eu"/],
    ["a tenant that is misspelt", ["--tenant", "acne"], "BH0002", /did you mean "acme"/],
    ["an unknown format", ["--format", "yaml"], "BH0001", /text, json/],
    ["an unknown plane", ["--plane", "kubernets"], "BH0001", /did you mean "kubernetes"/],
    ["a plane without a reader", ["--plane", "starrocks"], "BH0001", /planes that are read: kubernetes/],
    ["a shard that is none", ["--shard", "4/4"], "BH0001", /0\/4 to 3\/4/],
    ["a shard of some tenants", ["--shard", "0/4", "--tenant", "acme"], "BH0001", /exclude each other/],
    ["a live side that is not there", ["--live", "nope"], "BH7210", /nope/],
    ["a live side that is no YAML", ["--live", "broken.yaml"], "BH7211", /broken.yaml/],
    ["an interval that is none", ["--interval", "soon"], "BH0001", /15m or 1h/],
    ["a report that cannot be written", ["--report", "no/such/folder/report.json"], "BH7109", /cannot be written/],
  ])("%s", (_, args, code, hint) => {
    writeFileSync(join(root, "broken.yaml"), "a: [\n");
    const run = audit(...args);
    expect([run.code, run.stderr]).toEqual([2, expect.stringContaining(`error[${code}]`)]);
    expect(run.stderr).toMatch(hint);
    expect(run.stderr).not.toContain("BH9001");
  });
  test.each<[string, string, string, RegExp]>([
    ["malformed", "a: [\n", "BH7303", /manifests\.yaml:/], ["no object", "- 1\n", "BH7304", /manifests\.yaml:1/], ["a template", "kind: {{ .Values.kind }}\n", "BH7306", /template/],
    ["one object twice", "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: c }\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: { name: c }\n", "BH7305", /twice|ConfigMap c/],
  ])("manifests that are %s", (_, text, code, message) => {
    writeFileSync(join(root, "manifests.yaml"), text);
    const run = bulkhead(root, ["audit", "--desired", "manifests.yaml", "--live", "live.yaml"]);
    expect([run.code, run.stderr]).toEqual([2, expect.stringContaining(`error[${code}]`)]);
    expect(run.stderr).toMatch(message);
  });
  test("several clusters and none named", () => {
    write(root, { [T]: TENANT().replace('["prod-eu"]', '["prod-eu", "prod-us"]') });
    expect(existsSync(join(root, "dist/prod-us"))).toBe(true);
    expect(bulkhead(root, ["audit", "--live", "live.yaml"])).toMatchObject({ code: 2, stderr: expect.stringMatching(/BH0007[^]*prod-eu, prod-us/) });
  });
});
