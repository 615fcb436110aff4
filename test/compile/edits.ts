/** A small fleet as data, and random edits of it: what people do to definitions between two runs. */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { write } from "../support/project.ts";

/** Pseudo-random numbers from a seed (mulberry32): the same seed, the same edits. */
export function random(seed: number): (below: number) => number {
  let a = seed >>> 0;
  return (below) => {
    a = (a + 0x6d2b79f5) >>> 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}

interface Product { columns: Record<string, string>; derives: boolean; shared: boolean; helper: boolean; broken: boolean; expires?: string; patched: boolean; extended: boolean; records: boolean }
interface Tenant { name: string; plan: string; clusters: string[]; products: Record<string, Product>; topic?: number }
export interface FleetModel { tenants: Record<string, Tenant>; sharedColumns: string[]; helperLevel: string; pods: number; runbooks: string; lock: number; asOf: string }

const LEVELS = ['classification: "public"', 'classification: "internal"', 'classification: "confidential", category: "pii-name"', 'classification: "restricted", principals: ["dpo@acme.example"]'];

const product = (): Product => ({ columns: { a: LEVELS[1]!, b: LEVELS[0]! }, derives: false, shared: false, helper: false, broken: false, patched: false, extended: false, records: false });

export const firstFleet = (): FleetModel => ({
  tenants: {
    acme: { name: "Acme", plan: "standard", clusters: ["prod-eu"], products: { "sales/base": product(), "sales/derived": { ...product(), derives: true } } },
    globex: { name: "Globex", plan: "premium", clusters: ["prod-us"], products: { "crm/base": { ...product(), shared: true } } },
  },
  sharedColumns: ["code", "rate"], helperLevel: "internal", pods: 60, runbooks: "bulkhead", lock: 1, asOf: "2026-11-24",
});

const productText = (id: string, tenant: Tenant, p: Product): string => {
  const base = Object.keys(tenant.products).find((other) => other.endsWith("/base"));
  const derive = p.derives && base !== undefined && base !== id;
  const columns = [`id: { type: "uuid", classification: "internal" }`, ...Object.entries(p.columns).map(([name, level]) => `${name}: { type: "text", nullable: true, ${level} }`)];
  if (derive) columns.push(`taken: { type: "text", nullable: true, from: ["${base}:main.a"]${p.expires ? `, declassify: { to: "public", method: "none", approver: "dpo@acme.example", reason: "tried", expires: "${p.expires}" }` : ""} }`);
  if (p.helper) columns.push("helped: helped()");
  return `import { defineProduct } from "bulkhead";
${p.shared ? 'import { rates } from "../../_shared/rates.ts";\n' : ""}${p.helper ? 'import { helped } from "../../_shared/columns.ts";\n' : ""}${p.extended ? 'import { ApiObject } from "cdk8s";\n' : ""}${p.broken ? "const broken = ;\n" : ""}
export default defineProduct({ description: "x", owner: { team: "acme", email: "data@acme.example" },
  tables: { main: { store: "postgres", key: ["id"], columns: { ${columns.join(", ")} } }${p.shared ? ", rates" : ""} },
  ${p.records ? 'records: { Seen: { fields: { id: "main.id" } } },' : ""}
  ${p.patched ? 'patches: [{ target: { kind: "NetworkPolicy", name: "nowhere" }, ops: [{ op: "remove", path: "/spec" }], reason: "r" }],' : ""}
  ${p.extended ? 'extend: (chart) => { new ApiObject(chart, "x", { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "settings" }, data: { a: "b" } }); },' : ""}
});
`;
};

/** The project's files, without the platform's own text, which `platform` gives. */
export function filesOf(model: FleetModel, platform: string): Record<string, string> {
  const files: Record<string, string> = {
    "package-lock.json": JSON.stringify({ lock: model.lock }),
    "tenants/platform.ts": platform.replace("pods: 60", `pods: ${model.pods}`).replace("meridian.example/bulkhead\"", `meridian.example/${model.runbooks}"`),
    "tenants/_shared/rates.ts": `import { defineTable } from "bulkhead";\nexport const rates = defineTable({ store: "postgres", key: ["code"], columns: { ${model.sharedColumns.map((c) => `${c}: { type: "text", classification: "internal" }`).join(", ")} } });\n`,
    "tenants/_shared/columns.ts": `export const helped = () => ({ type: "text", nullable: true, classification: "${model.helperLevel}"${model.helperLevel === "confidential" ? ', category: "pii-contact"' : ""} });\n`,
  };
  for (const [id, tenant] of Object.entries(model.tenants)) {
    files[`tenants/${id}/tenant.ts`] = `import { defineTenant } from "bulkhead";\nexport default defineTenant({ displayName: "${tenant.name}", owner: { team: "acme", email: "data@acme.example" }, plan: "${tenant.plan}", clusters: ${JSON.stringify(tenant.clusters)},${tenant.clusters.length > 1 ? ' stores: { postgres: "warehouse-eu", redpanda: "stream-eu", ceph: "lake-eu" },' : ""} });\n`;
    for (const [name, p] of Object.entries(tenant.products)) files[`tenants/${id}/${name}.ts`] = productText(name, tenant, p);
  }
  return files;
}

type Random = (below: number) => number;
const pick = <T>(list: readonly T[], next: Random): T | undefined => (list.length === 0 ? undefined : list[next(list.length)]);
const someTenant = (m: FleetModel, next: Random): Tenant | undefined => pick(Object.values(m.tenants), next);
const someProduct = (m: FleetModel, next: Random): Product | undefined => { const t = someTenant(m, next); return t && pick(Object.values(t.products), next); };
const rename = <T>(map: Record<string, T>, from: string | undefined, to: string): void => { if (from !== undefined && !(to in map)) { map[to] = map[from]!; delete map[from]; } };
const flip = (key: "derives" | "shared" | "helper" | "broken" | "patched" | "extended" | "records") => (m: FleetModel, next: Random): void => { const p = someProduct(m, next); if (p) p[key] = !p[key]; };

/** Edits of definitions by name; each changes the model, or, where it has nothing to change, not. */
export const EDITS: Record<string, (model: FleetModel, next: Random) => void> = {
  "rename tenant": (m, next) => rename(m.tenants, pick(Object.keys(m.tenants), next), `tenant${next(4)}`),
  "add tenant": (m, next) => { m.tenants[`tenant${next(4)}`] ??= { name: "New", plan: "standard", clusters: ["prod-eu"], products: { "ops/base": product() } }; },
  "delete tenant": (m, next) => { const id = pick(Object.keys(m.tenants), next); if (id && Object.keys(m.tenants).length > 1) delete m.tenants[id]; },
  "display name": (m, next) => { const t = someTenant(m, next); if (t) t.name = `Name ${next(5)}`; },
  plan: (m, next) => { const t = someTenant(m, next); if (t) t.plan = t.plan === "standard" ? "premium" : "standard"; },
  "unknown plan": (m, next) => { const t = someTenant(m, next); if (t) t.plan = next(2) ? "standard" : "gold"; },
  clusters: (m, next) => { const t = someTenant(m, next); if (t) t.clusters = pick([["prod-eu"], ["prod-us"], ["prod-eu", "prod-us"]], next)!; },
  "rename product": (m, next) => { const t = someTenant(m, next); if (t) rename(t.products, pick(Object.keys(t.products), next), pick(["sales/base", "sales/derived", "crm/other", "ops/base"], next)!); },
  "add product": (m, next) => { const t = someTenant(m, next); if (t) t.products[`crm/p${next(3)}`] ??= product(); },
  "delete product": (m, next) => { const t = someTenant(m, next); const id = t && pick(Object.keys(t.products), next); if (id) delete t.products[id]; },
  "column level": (m, next) => { const p = someProduct(m, next); if (p) p.columns[pick(["a", "b"], next)!] = pick(LEVELS, next)!; },
  "add column": (m, next) => { const p = someProduct(m, next); if (p) p.columns[`c${next(3)}`] = pick(LEVELS, next)!; },
  "delete column": (m, next) => { const p = someProduct(m, next); const name = p && pick(Object.keys(p.columns), next); if (name) delete p.columns[name]; },
  expiry: (m, next) => { const p = someProduct(m, next); if (p) p.expires = pick(["2026-11-30", "2027-12-31", "2026-01-01"], next)!; },
  day: (m, next) => { m.asOf = pick(["2026-11-24", "2026-12-05", "2027-06-01"], next)!; },
  derives: flip("derives"), shared: flip("shared"), helper: flip("helper"), "syntax error": flip("broken"), "aimless patch": flip("patched"), extend: flip("extended"), records: flip("records"),
  "shared column": (m, next) => { m.sharedColumns = next(2) ? ["code", "rate"] : ["code", "rate", `x${next(2)}`]; },
  "shared function": (m, next) => { m.helperLevel = pick(["public", "internal", "confidential"], next)!; },
  "platform plan": (m, next) => { m.pods = 60 + next(3); },
  "platform text": (m, next) => { m.runbooks = `runbooks${next(3)}`; },
  "lock file": (m, next) => { m.lock = next(3); },
};

/** What happens to the output and the cache between runs, by name. */
export const ACCIDENTS: Record<string, (root: string, dist: string[], next: Random) => void> = {
  nothing: () => {},
  "a file of dist/ is changed": (root, dist, next) => { const path = pick(dist, next); if (path) write(root, { [`dist/${path}`]: "changed by hand\n" }); },
  "a file of dist/ is removed": (root, dist, next) => { const path = pick(dist, next); if (path) rmSync(join(root, "dist", path)); },
  "dist/ is removed": (root, _, next) => { if (next(3) === 0) rmSync(join(root, "dist"), { recursive: true, force: true }); },
  "the cache is removed": (root) => rmSync(join(root, ".bulkhead"), { recursive: true, force: true }),
  "the cache is damaged": (root) => write(root, { ".bulkhead/cache.json": `2 ${"0".repeat(64)}\n{"files":` }),
};
