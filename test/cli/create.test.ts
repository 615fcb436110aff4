import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { ask } from "../../src/cli/ask.ts";
import { bulkhead, project, TENANT, write } from "../support/project.ts";

const home = resolve(import.meta.dirname, "../..");
const made: string[] = [];
afterEach(() => { for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true }); });
function folder(files: Record<string, string> = {}): string {
  const root = mkdtempSync(join(tmpdir(), "bulkhead-new-"));
  made.push(root);
  mkdirSync(join(root, "node_modules"));
  symlinkSync(home, join(root, "node_modules/bulkhead"));
  write(root, files);
  return root;
}
const tree = (root: string): string[] => readdirSync(join(root, "tenants"), { recursive: true, encoding: "utf8" }).sort();
const text = (root: string, path: string): string => readFileSync(join(root, path), "utf8");

describe("init", () => {
  test("a new folder passes check, and a second init changes nothing", () => {
    const root = folder();
    expect(bulkhead(root, ["init"]).code).toBe(0);
    expect(bulkhead(root, ["check"])).toMatchObject({ code: 0, stderr: expect.stringMatching(/^1 tenant, [0-9]+ files: all checks passed\n$/) });
    write(root, { "tenants/acme/tenant.ts": TENANT() });
    const again = bulkhead(root, ["init"]);
    expect(again.stdout).not.toMatch(/created|added/);
    expect(text(root, "tenants/acme/tenant.ts")).toBe(TENANT());
  });
  test("what exists is added to or left, and said", () => {
    const root = folder({ "package.json": '{\n\t"name": "mine",\n\t"type": "commonjs",\n\t"dependencies": {\n\t\t"a": "1"\n\t}\n}\n', ".gitignore": "/node_modules", "cdk8s.yaml": "mine", "tenants/platform.ts": "mine" });
    const { stdout } = bulkhead(root, ["init"]);
    expect(stdout).toMatch(/added to {2}package.json\n {2}added to {2}.gitignore\n {2}left as it is {2}cdk8s.yaml\n {2}left as it is {2}tenants\/platform.ts/);
    expect(text(root, "package.json")).toBe('{\n\t"name": "mine",\n\t"type": "commonjs",\n\t"dependencies": {\n\t\t"a": "1",\n\t\t"bulkhead": "^0.1.0"\n\t}\n}\n');
    expect(text(root, ".gitignore")).toBe("/node_modules\n.bulkhead/\n");
    expect(text(root, "cdk8s.yaml")).toBe("mine");
    expect(text(root, "tenants/package.json")).toMatch(/"module"/);
    expect(stdout).not.toMatch(/acme/);
  });
  test("a package.json that is none: refused, and nothing is written", () => {
    const root = folder({ "package.json": "{" });
    expect(bulkhead(root, ["init"])).toMatchObject({ code: 2, stderr: expect.stringMatching(/^error\[BH0009\] package.json/) });
    expect(bulkhead(root, ["check"]).stderr).toMatch(/BH2010/);
  });
  test("a project of CommonJS passes check too", () => {
    const root = folder({ "package.json": '{"type":"commonjs"}' });
    bulkhead(root, ["init"]);
    expect(bulkhead(root, ["check"]).code).toBe(0);
  });
});

describe("new", () => {
  const flags = ["--email", "data@globex.example"];
  test("a tenant and its product pass check; both stores of a kind are no obstacle", () => {
    const root = project();
    const tenant = bulkhead(root, ["new", "tenant", "globex", ...flags, "--plan", "standard", "--cluster", "prod-eu", "prod-us", "--name", 'Globex "Intl" ${x} \\']);
    expect(tenant).toMatchObject({ code: 0, stdout: expect.stringMatching(/^wrote tenants\/globex\/tenant.ts\n/) });
    expect(bulkhead(root, ["new", "product", "globex/sales/order-lines", ...flags]).code).toBe(0);
    expect(text(root, "tenants/globex/sales/order-lines.ts")).toMatch(/store: "warehouse-eu"/);
    expect(bulkhead(root, ["check"]).code).toBe(0);
  });
  test("without a PostgreSQL store the product begins without a table", () => {
    const root = project({ "tenants/acme/tenant.ts": TENANT() });
    write(root, { "tenants/platform.ts": text(root, "tenants/platform.ts").replace(/"warehouse-eu": \{[^]*?\n {4}\},/, "").replace(/"warehouse-us": \{[^]*?\n {4}\},/, "") });
    expect(bulkhead(root, ["new", "product", "acme/sales/orders", ...flags])).toMatchObject({ code: 0 });
    expect(text(root, "tenants/acme/sales/orders.ts")).not.toMatch(/tables/);
    expect(bulkhead(root, ["check"]).code).toBe(0);
  });

  const refused: { name: string; args: string[]; stderr: RegExp; files?: Record<string, string> }[] = [
    { name: "missing flags are named together, with what they may be", args: ["tenant", "globex"], stderr: /BH0007\] missing: --email, --plan, --cluster\n.*--plan: plan \(premium, standard\)/ },
    { name: "a bad name, with a proposal", args: ["tenant", "Globex_1"], stderr: /BH0010\].*Globex_1.*\n.*globex-1/ },
    { name: "a reserved name", args: ["tenant", "kube-x"], stderr: /BH0010\].*Kubernetes' own namespaces/ },
    { name: "a reserved product", args: ["product", "acme/sales/domain"], stderr: /BH0010\].*domain.ts/ },
    { name: "half a name", args: ["product", "acme/orders"], stderr: /BH0010\].*\n.*acme\/sales\/orders/ },
    { name: "a plan that is none", args: ["tenant", "globex", ...flags, "--plan", "premum", "--cluster", "prod-eu"], stderr: /BH0001\] --plan "premum".*\n.*"premium"/ },
    { name: "a tenant that is none", args: ["product", "acne/sales/orders", ...flags], stderr: /BH0002\].*\n.*did you mean "acme"/ },
    { name: "what exists", args: ["tenant", "acme", ...flags, "--plan", "standard", "--cluster", "prod-eu"], stderr: /BH0004\] tenants\/acme\/tenant.ts exists/ },
    { name: "a platform that does not load, with the reason", args: ["tenant", "globex"], files: { "tenants/platform.ts": "export default 1;\n" }, stderr: /BH2007[^]*platform.ts:1:1[^]*BH0008/ },
    { name: "a tenant that does not load, with the reason", args: ["product", "acme/sales/orders", ...flags], files: { "tenants/acme/tenant.ts": TENANT().replace("standard", "standrad") }, stderr: /BH3009[^]*BH0008/ },
  ];
  for (const { name, args, stderr, files } of refused) {
    test(`refuses ${name}`, () => {
      const root = project({ "tenants/acme/tenant.ts": TENANT(), ...files });
      const before = tree(root);
      const run = bulkhead(root, ["new", ...args]);
      expect(run.stderr).toMatch(stderr);
      expect(run.code).toBe(2);
      expect(tree(root)).toEqual(before);
    });
  }

  test("flags win over defaults, without a terminal nothing is asked", async () => {
    const questions = [{ flag: "--a", question: "a", given: "x", fallback: "y" }, { flag: "--b", question: "b", given: undefined, fallback: "z" }];
    expect(await ask(questions, false)).toEqual(["x", "z"]);
  });
});
