import { describe, expect, test } from "vitest";
import { bulkhead, home, PRODUCT, project, TENANT, write } from "../support/project.ts";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

interface Case { name: string; files: Record<string, string>; expected: { code: string; at: string; message: RegExp; hint?: RegExp }[]; exit: 1 | 2; base?: boolean }
const T = "tenants/acme/tenant.ts";
const P = "tenants/acme/sales/orders.ts";
const table = (columns: string, rest = ""): string => `tables: { orders: { store: "postgres", key: ["id"],\ncolumns: {\nid: { type: "uuid", classification: "internal" },\n${columns}\n}, ${rest} } }`;

const cases: Case[] = [
  { name: "an unknown key, with did-you-mean", files: { [P]: PRODUCT(`tabels: {},`) }, exit: 2, expected: [{ code: "BH1001", at: `${P}:3:1`, message: /unknown property "tabels"/, hint: /tables/ }] },
  { name: "an unknown key deep inside", files: { [P]: PRODUCT(table(`a: { type: "text", clasification: "public", classification: "public" },`)) }, exit: 2, expected: [{ code: "BH1001", at: `${P}:6:20`, message: /clasification/, hint: /classification/ }] },
  { name: "a wrong type", files: { [P]: PRODUCT(`sla: { freshness: 15 },`) }, exit: 2, expected: [{ code: "BH1002", at: `${P}:3:8`, message: /expected string/ }] },
  { name: "a missing property", files: { [T]: TENANT().replace('plan: "standard",', "") }, exit: 2, expected: [{ code: "BH1004", at: `${T}:2:16`, message: /"plan" is missing/ }] },
  { name: "a bad identifier of a column", files: { [P]: PRODUCT(table(`"Bad-Name": { type: "text", classification: "public" },`)) }, exit: 2, expected: [{ code: "BH1003", at: `${P}:6:1`, message: /Bad-Name/ }] },
  { name: "a bad tenant identifier", files: { "tenants/Acme_1/tenant.ts": TENANT() }, exit: 1, expected: [{ code: "BH2014", at: "tenants/Acme_1", message: /no tenant identifier/ }] },
  { name: "a tenant identifier with two dashes", files: { "tenants/ac--me/tenant.ts": TENANT() }, exit: 1, expected: [{ code: "BH2014", at: "tenants/ac--me", message: /no tenant identifier/ }] },
  { name: "a reserved tenant", files: { "tenants/kube-x/tenant.ts": TENANT() }, exit: 1, expected: [{ code: "BH2015", at: "tenants/kube-x", message: /protects Kubernetes' own namespaces/ }] },
  { name: "a reserved domain", files: { "tenants/acme/public/a.ts": PRODUCT("") }, exit: 1, expected: [{ code: "BH2015", at: "tenants/acme/public", message: /PostgreSQL's public schema/ }] },
  { name: "a reference to a missing column", files: { [P]: PRODUCT(table(`a: { type: "text", from: ["orders.idd"] },`)) }, exit: 1, expected: [{ code: "BH3001", at: `${P}:6:27`, message: /no column "idd"/, hint: /"id"/ }] },
  { name: "a reference to a missing product", files: { [P]: PRODUCT(table(`a: { type: "text", from: ["sales/order:orders.id"] },`)) }, exit: 1, expected: [{ code: "BH3001", at: `${P}:6:27`, message: /product that does not exist/, hint: /sales\/orders/ }] },
  {
    name: "a reference to another tenant", exit: 1,
    files: { "tenants/globex/tenant.ts": TENANT(), "tenants/globex/hr/people.ts": PRODUCT(table("")), [P]: PRODUCT(table(`a: { type: "uuid", from: [people.tables.orders.columns.id] },`), 'import people from "../../globex/hr/people.ts";\n') },
    expected: [{ code: "BH3002", at: `${P}:7:27`, message: /tenant "globex" \(tenants\/globex\/hr\/people.ts\)/ }],
  },
  {
    name: "undefined in from", exit: 1,
    files: { "tenants/acme/crm/people.ts": PRODUCT(table("")), [P]: PRODUCT(table(`a: { type: "uuid", from: [(people.tables.orders.columns as any).nmae] },`), 'import people from "../crm/people.ts";\n') },
    expected: [{ code: "BH3003", at: `${P}:7:27`, message: /nmae is undefined/ }],
  },
  {
    name: "an import cycle", exit: 2,
    files: { "tenants/acme/a/one.ts": PRODUCT("", 'import two from "../b/two.ts"; export const x = () => two;\n'), "tenants/acme/b/two.ts": PRODUCT("", 'import one from "../a/one.ts"; export const x = () => one;\n') },
    expected: [{ code: "BH2003", at: "tenants/acme/b/two.ts:2:17", message: /a\/one.ts -> tenants\/acme\/b\/two.ts -> tenants\/acme\/a\/one.ts/, hint: /string/ }],
  },
  { name: "a column cycle", exit: 1, files: { [P]: PRODUCT(table(`a: { type: "text", from: ["orders.b"] },\nb: { type: "text", from: ["orders.a"] },`)) }, expected: [{ code: "BH3004", at: `${P}:6:1`, message: /orders.a <- orders.b <- orders.a/ }] },
  { name: "confidential without category", exit: 1, files: { [P]: PRODUCT(table(`a: { type: "text", classification: "confidential" },`)) }, expected: [{ code: "BH3005", at: `${P}:6:20`, message: /needs a category/ }] },
  { name: "a masked column in a key", exit: 1, files: { [P]: PRODUCT(table(`a: { type: "text", classification: "confidential", category: "pii-name" },`, `unique: [["a"]]`)) }, expected: [{ code: "BH3006", at: `${P}:7:14`, message: /a unique constraint holds a/ }] },
  { name: "a throw inside a definition", exit: 2, files: { [P]: `const x: any = undefined;\nexport default x.y;\n` }, expected: [{ code: "BH2004", at: `${P}:2:18`, message: /TypeError: Cannot read properties/ }] },
  { name: "a throw that two files import is one problem", exit: 2, files: { "tenants/acme/_lib/x.ts": `throw new Error("boom");\n`, [P]: PRODUCT("", 'import "../_lib/x.ts";\n'), "tenants/acme/sales/b.ts": PRODUCT("", 'import "../_lib/x.ts";\n') }, expected: [{ code: "BH2004", at: "tenants/acme/_lib/x.ts:1:7", message: /boom/ }] },
  { name: "a syntax error", exit: 2, files: { [P]: "export default {\n a: ;\n}" }, expected: [{ code: "BH2001", at: `${P}:2:5`, message: /syntax error/ }] },
  { name: "an import of a file that is not there", exit: 2, files: { [P]: PRODUCT("", 'import x from "./nope.ts";\n') }, expected: [{ code: "BH2005", at: `${P}:2:15`, message: /does not exist/ }] },
  { name: "an import from outside the project", exit: 2, files: { [P]: PRODUCT("", 'import x from "../../../../x.ts";\n') }, expected: [{ code: "BH2006", at: `${P}:2:15`, message: /outside the project/ }] },
  { name: "no default export", exit: 2, files: { [P]: "export const a = 1;\n" }, expected: [{ code: "BH2007", at: `${P}:1:1`, message: /must export a product by default/ }] },
  { name: "an unknown plan", exit: 1, files: { [T]: TENANT().replace("standard", "standrad") }, expected: [{ code: "BH3009", at: `${T}:2:105`, message: /"standrad" is no plan/, hint: /standard/ }] },
  { name: "serving a column that is not there", exit: 1, files: { [P]: PRODUCT(table(`a: { type: "text", classification: "public" },`, `serve: { redis: { columns: ["aa"] } }`)) }, expected: [{ code: "BH3001", at: `${P}:7:32`, message: /serve.redis names a column that the table does not have: "aa"/, hint: /"a"/ }] },
  { name: "serving from what is no store", exit: 1, files: { [P]: PRODUCT(table(`a: { type: "text", classification: "public" },`, `serve: { redis: { store: "cache-ue" } }`)) }, expected: [{ code: "BH3008", at: `${P}:7:22`, message: /"cache-ue" is no store/, hint: /cache-eu/ }] },
  { name: "serving from a misspelt kind of store", exit: 2, files: { [P]: PRODUCT(table(`a: { type: "text", classification: "public" },`, `serve: { reddis: {} }`)) }, expected: [{ code: "BH1001", at: `${P}:7:13`, message: /unknown property "reddis"/, hint: /redis/ }] },
  { name: "StarRocks under a plan without limits there", exit: 1, files: { [P]: PRODUCT(table(`a: { type: "text", classification: "public" },`, `serve: { starrocks: {} }`)) }, expected: [{ code: "BH3051", at: `${P}:7:13`, message: /plan "standard" says nothing of StarRocks/, hint: /serving.starrocks/ }] },
  { name: "a type that StarRocks does not have", exit: 1, files: { [T]: TENANT().replace("standard", "premium"), [P]: PRODUCT(table(`a: { type: "text[]", classification: "public" },`, `serve: { starrocks: {} }`)) }, expected: [{ code: "BH3053", at: `${P}:6:1`, message: /StarRocks has no type for a, which is text\[\]/, hint: /leave it out/ }] },
  { name: "an unknown SQL type", exit: 1, files: { [P]: PRODUCT(table(`a: { type: "txt", classification: "public" },`)) }, expected: [{ code: "BH3012", at: `${P}:6:6`, message: /"txt" is no type/, hint: /"text"/ }] },
  { name: "two records of one subject", exit: 1, files: { [P]: PRODUCT(`records: { A: { fields: { x: { type: "text", classification: "public" } } } },`), "tenants/acme/sales/b.ts": PRODUCT(`records: { A: { fields: { x: { type: "text", classification: "public" } } } },`) }, expected: [{ code: "BH3007", at: `${P}:3:12`, message: /subject tenant.acme.sales-A/ }] },
  { name: "a table named like a view of another", exit: 1, files: { [P]: PRODUCT(`tables: {\norders: { store: "postgres", key: ["id"], columns: { id: { type: "uuid", classification: "internal" } } },\norders_internal: { store: "postgres", key: ["id"], columns: { id: { type: "uuid", classification: "internal" } } } },`) }, expected: [{ code: "BH3007", at: `${P}:5:1`, message: /view of table orders/ }] },
  {
    name: "two tenants whose logins have one name", exit: 1,
    files: { [T]: TENANT(' consumers: { "eu-bi": { clearance: "internal", access: ["sql"] } },'), "tenants/acme-eu/tenant.ts": TENANT(' consumers: { bi: { clearance: "internal", access: ["sql"] } },') },
    expected: [{ code: "BH3007", at: "tenants/acme-eu/tenant.ts:2:159", message: /PostgreSQL role "acme_eu_bi" belongs to tenant "acme-eu" and to tenant "acme"/ }],
  },
  {
    name: "shared tables that refer to each other", exit: 1,
    files: {
      "tenants/_shared/refs.ts": `import { defineTable } from "bulkhead";
const columns = { id: { type: "uuid", classification: "internal" as const }, other: { type: "uuid", classification: "internal" as const } };
export const a = defineTable({ store: "postgres", key: ["id"], columns,
references: [{ columns: ["other"], table: "sales/refs:b" }, { columns: ["other"], table: "a" }] });
export const b = defineTable({ store: "postgres", key: ["id"], columns,
references: [{ columns: ["other"], table: "sales/refs:a" }] });
`,
      "tenants/acme/sales/refs.ts": PRODUCT("tables: { a, b },", 'import { a, b } from "../../_shared/refs.ts";\n'),
      "tenants/globex/tenant.ts": TENANT(), "tenants/globex/sales/refs.ts": PRODUCT("tables: { a, b },", 'import { a, b } from "../../_shared/refs.ts";\n'),
    },
    expected: [{ code: "BH3022", at: "tenants/_shared/refs.ts:4:14", message: /sales__refs.a -> sales__refs.b -> sales__refs.a/, hint: /drop one foreign key/ }],
  },
  { name: "an expired declassification", exit: 1, files: { [P]: PRODUCT(table(`a: { type: "text", classification: "confidential", category: "business" },\nb: { type: "text", from: ["orders.a"], declassify: { to: "internal", method: "m", approver: "a@b.c", reason: "r", expires: "2020-01-01" } },`)) }, expected: [{ code: "BH3015", at: `${P}:7:115`, message: /expired on 2020-01-01/ }] },
  { name: "a declassification that expires soon (a warning)", exit: 0, files: { [P]: PRODUCT(table(`a: { type: "text", classification: "confidential", category: "business" },\nb: { type: "text", from: ["orders.a"], declassify: { to: "internal", method: "m", approver: "a@b.c", reason: "r", expires: "2026-12-08" } },`)) }, expected: [{ code: "BH3025", at: `${P}:7:115`, message: /expires on 2026-12-08, in 14 days/ }] },
  {
    name: "a foreign key into another store", exit: 1,
    files: {
      [T]: TENANT().replace('["prod-eu"]', '["prod-eu", "prod-us"], stores: { redpanda: "stream-eu", ceph: "lake-eu" }'),
      [P]: PRODUCT(`tables: {
a: { store: "warehouse-eu", key: ["id"], columns: { id: { type: "uuid", classification: "internal" } } },
b: { store: "warehouse-us", key: ["id"], columns: { id: { type: "uuid", classification: "internal" } }, references: [{ columns: ["id"], table: "a" }] },
},`),
    },
    expected: [{ code: "BH3026", at: `${P}:5:137`, message: /from store "warehouse-us" to a table in store "warehouse-eu"/ }],
  },
  { name: "a mask that the type cannot have", exit: 1, files: { [P]: PRODUCT(table(`a: { type: "jsonb", classification: "confidential", category: "pii-name" },`)) }, expected: [{ code: "BH3021", at: `${P}:6:1`, message: /a is jsonb/ }] },
  {
    name: "several causes in one run", exit: 2,
    files: { [P]: PRODUCT(`sla: { freshness: 15 },`), "tenants/acme/sales/b.ts": PRODUCT(table(`a: { type: "text", classification: "confidential" },`)), "tenants/acme/sales/c.ts": PRODUCT("tabels: {},") },
    expected: [{ code: "BH3005", at: "tenants/acme/sales/b.ts:6:20", message: /category/ }, { code: "BH1001", at: "tenants/acme/sales/c.ts:3:1", message: /tabels/ }, { code: "BH1002", at: `${P}:3:8`, message: /string/ }],
  },
  ...([
    ["a path that is none", 'kind: "Service", path: "spec", expires: "2027-01-01"', "BH3040", "path", 1, /"spec" is no path/],
    ["a kind that is none", 'kind: "services", path: "/spec", expires: "2027-01-01"', "BH3040", "kind", 1, /"services" is no kind/],
    ["a rule for everything", 'kind: "*", path: "/**", manager: "m", expires: "2027-01-01"', "BH3041", "kind", 1, /let everything be/],
    ["a date that is none", 'kind: "Service", path: "/spec", manager: "m", expires: "2027-02-30"', "BH1002", "expires", 2, /must be a date/],
    ["a rule that lets nothing be (a warning)", 'kind: "Role.rbac.authorization.k8s.io", name: "*", path: "/rules", manager: "m", expires: "2027-01-01"', "BH3042", "name", 0, /decides who may do what/],
    ["a rule for Secrets (a warning)", 'kind: "Secret", name: "s", path: "/data", manager: "m", expires: "2027-01-01"', "BH3042", "kind", 0, /reads no Secrets/],
    ["any unknown workload (a warning)", 'kind: "Pod", namespace: "n", manager: "m", expires: "2027-01-01"', "BH3042", "", 0, /runs code/],
    ["an image by anyone (a warning)", 'kind: "Deployment.apps", path: "/spec/template/spec/containers/*/image", expires: "2027-01-01"', "BH3043", "", 0, /names no manager/],
    ["a rule that ends soon (a warning)", 'kind: "Service", path: "/spec/x", expires: "2026-12-08"', "BH3044", "expires", 0, /expires on 2026-12-08, in 14 days/],
    ["a rule that has ended (a warning)", 'kind: "Service", path: "/spec/x", expires: "2026-11-23"', "BH3044", "expires", 0, /expired on 2026-11-23/],
    ["a rule without an end (a warning)", 'kind: "Service", path: "/spec/x", expires: "2099-01-01"', "BH3045", "expires", 0, /more than a year/],
  ] as const).map(([name, rule, code, key, exit, message]): Case => {
    const platform = `${readFileSync(join(home, "tenants/platform.ts"), "utf8").replace(/\}\);\s*$/, "")}audit: { allow: [\n{ reason: "r", owner: "o", ${rule} }\n] } });\n`;
    const line = platform.split("\n").findIndex((text) => text.startsWith("{ reason"));
    const column = key === "" ? 1 : platform.split("\n")[line]!.indexOf(`${key}:`) + 1;
    return { name: `an allow rule: ${name}`, files: { "tenants/platform.ts": platform }, exit: exit as 1, expected: [{ code, at: `tenants/platform.ts:${line + 1}:${column}`, message }] };
  }),
];

describe("check refuses", () => {
  for (const { name, files, expected, exit } of cases) {
    test(name, () => {
      const tenants = Object.keys(files).some((f) => f.endsWith("/tenant.ts") && !f.startsWith("tenants/globex")) ? {} : { [T]: TENANT() };
      const root = project({ ...tenants, ...files });
      const { code, stdout } = bulkhead(root, ["check", "--format", "json", "--as-of", "2026-11-24"]);
      const problems = JSON.parse(stdout).problems as { code: string; message: string; hint?: string; source: { file: string; line?: number; column?: number } }[];
      expect(problems.map((p) => [p.code, p.source.line ? `${p.source.file}:${p.source.line}:${p.source.column}` : p.source.file])).toEqual(expected.map((e) => [e.code, e.at]));
      problems.forEach((p, i) => {
        expect(p.message).toMatch(expected[i]!.message);
        expect(p.hint ?? "").toMatch(expected[i]!.hint ?? /./);
      });
      expect(code).toBe(exit);
    });
  }

  test("an empty fleet, and dist/ stays as it was", () => {
    const root = project();
    write(root, { "dist/prod-eu/keep.yaml": "x" });
    const { code, stderr } = bulkhead(root, ["synth"]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/error\[BH2012\] the fleet is empty/);
    expect(existsSync(join(root, "dist/prod-eu/keep.yaml"))).toBe(true);
  });

  test("a broken definition, and no dist/ appears", () => {
    const root = project({ [T]: TENANT(), [P]: PRODUCT("tabels: {},") });
    const { code, stderr } = bulkhead(root, ["synth"]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/orders.ts:3:1/);
    expect(stderr).toMatch(/\^/);
    expect(existsSync(join(root, "dist"))).toBe(false);
  });

  test("a misspelt option, with a suggestion", () => {
    const { code, stderr } = bulkhead(project({ [T]: TENANT() }), ["synth", "--chek"]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/--check/);
  });

  test("an unknown tenant", () => {
    const { code, stderr } = bulkhead(project({ [T]: TENANT() }), ["synth", "--tenant", "acne"]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/BH0002.*acne/);
  });
});
