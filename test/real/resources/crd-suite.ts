/** The CRDs on the real server: accepted and refused documents, each CEL rule's absence, and zod against the server. */
import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import type { z } from "zod";
import type { Manifest } from "../../../src/layers/layer.ts";
import { customResourceDefinitions } from "../../../src/layers/resources/crds.ts";
import { dataProductSpecSchema, tenantSpecSchema } from "../../../src/layers/resources/schema.ts";
import type { Structural } from "../../../src/layers/resources/structural.ts";
import { ADMIN, apply, eventually, must, type Plane } from "./plane.ts";

type Json = Record<string, unknown>;
const owner = { team: "data", email: "data@acme.example" };
const tenantSpec: Json = { tenant_id: "acme", display_name: "Acme", owner, plan: "premium", cluster: "eu", groups: { analysts: { clearance: "internal" } }, consumers: [{ name: "crm", clearance: "internal", access: ["sql"] }], domains: ["sales"] };
const table: Json = { kind: "table", store: "warehouse", level: "internal", schema: "sales", table: "orders", shared: false };
const topic: Json = { kind: "topic", store: "stream", level: "internal", topic: "tenant.acme.sales", records: ["OrderPlaced"] };
const files: Json = { kind: "files", store: "lake", level: "internal", prefix: "acme/sales/orders/" };
const check: Json = { check: "row-count", target: "orders", severity: "warning", timeout_seconds: 60, min: 1 };
const productSpec: Json = { tenant_id: "acme", domain: "sales", product: "orders", description: "Orders", owner, outputs: [table, topic, files], quality: [check], sla: { freshness_seconds: 900, availability_ppm: 999_000 } };
const without = (object: Json, key: string): Json => Object.fromEntries(Object.entries(object).filter(([name]) => name !== key));

interface Case { what: string; kind: "Tenant" | "DataProduct"; spec: Json; name?: string; /** Change of an accepted document. */ from?: Json; message?: string; stripped?: boolean }
const t = (what: string, over: Json, message?: string, name?: string): Case => ({ what, kind: "Tenant", spec: { ...tenantSpec, ...over }, ...(message && { message }), ...(name && { name }) });
const p = (what: string, over: Json, message?: string, name?: string): Case => ({ what, kind: "DataProduct", spec: { ...productSpec, ...over }, ...(message && { message }), ...(name && { name }) });
const CASES: Case[] = [
  t("whole", {}), t("nothing optional", { groups: undefined, consumers: [], domains: undefined }),
  t("another name than its identifier", {}, "metadata.name must equal spec.tenant_id", "globex"), t("two dashes", { tenant_id: "ac--me" }, "must not contain two dashes in a row", "ac--me"), t("upper case", { tenant_id: "Acme" }, "spec.tenant_id in body should match"),
  { ...t("a new identifier", { tenant_id: "globex" }, "tenant_id never changes"), from: tenantSpec },
  t("two dashes in a domain", { domains: ["a--b"] }, "must not contain two dashes in a row"), t("a domain twice", { domains: ["a", "a"] }, "duplicate entries for key"),
  t("restricted clearance", { groups: { a: { clearance: "restricted" } } }, "Unsupported value"), t("a long group", { groups: { ["a".repeat(64)]: { clearance: "public" } } }, "every key must satisfy size(k) <= 63"), t("a group in capitals", { groups: { Analysts: { clearance: "public" } } }, "every key must satisfy k.matches"),
  t("unknown field", { colour: "red" }, "field not declared in schema"), t("no owner", { owner: undefined }, "spec.owner: Required value"), t("no access", { consumers: [{ name: "crm", clearance: "internal", access: [] }] }, "should have at least 1 items"),
  p("whole", {}), p("nothing", { outputs: [], quality: [], sla: undefined }), p("files that expire", { outputs: [{ ...files, expire_days: 30 }] }),
  p("another name", {}, "metadata.name must be <domain>.<product>", "sales.other"), p("two dashes in the domain", { domain: "sa--les" }, "must not contain two dashes in a row", "sa--les.orders"), p("two dashes in the product", { product: "or--ders" }, "must not contain two dashes in a row", "sales.or--ders"), p("two dashes in the tenant", { tenant_id: "ac--me" }, "must not contain two dashes in a row"),
  { ...p("another tenant", { tenant_id: "globex" }, "tenant_id never changes"), from: productSpec }, { ...p("another domain", { domain: "crm" }, "domain never changes"), from: productSpec }, { ...p("another product", { product: "items" }, "product never changes"), from: productSpec },
  p("a table without its schema", { outputs: [without(table, "schema")] }, "kind table needs"), p("a table with records", { outputs: [{ ...table, records: [] }] }, "kind table needs"), p("a topic with a prefix", { outputs: [{ ...topic, prefix: "x" }] }, "kind topic needs"), p("files with a topic", { outputs: [{ ...files, topic: "x" }] }, "kind files needs"), p("a kind of its own", { outputs: [{ ...files, kind: "queue" }] }, "Unsupported value"),
  p("no time to wait", { quality: [{ ...check, timeout_seconds: 0 }] }, "should be greater than or equal to 1"), p("always there", { sla: { availability_ppm: 1_000_000 } }, "should be less than or equal to 999999"), p("half a second", { sla: { freshness_seconds: 0.5 } }, "must be of type integer"),
];

interface Rule { path: string[]; index: number; message: string }
/** Every CEL rule in a schema. */
function rulesOf(node: Structural, path: string[] = []): Rule[] {
  const own = (node["x-kubernetes-validations"] ?? []).map((rule, index) => ({ path, index, message: rule.message ?? "" }));
  const children: [string[], Structural][] = [
    ...Object.entries(node.properties ?? {}).map(([key, value]): [string[], Structural] => [["properties", key], value]),
    ...(node.items ? [[["items"], node.items] as [string[], Structural]] : []), ...(node.additionalProperties ? [[["additionalProperties"], node.additionalProperties] as [string[], Structural]] : []),
  ];
  return [...own, ...children.flatMap(([keys, child]) => rulesOf(child, [...path, ...keys]))];
}
const schemaOf = (crd: Manifest): Structural => (crd.spec as { versions: { schema: { openAPIV3Schema: Structural } }[] }).versions[0]?.schema.openAPIV3Schema as Structural;
/** The CRD under another group, with one rule left out. */
function mutated(crd: Manifest, { path, index, message }: Rule, group: string): Manifest {
  const copy = structuredClone(crd) as Manifest & { spec: Json & { names: Json } };
  let node = schemaOf(copy) as Json;
  for (const key of path) node = node[key] as Json;
  const rules = node["x-kubernetes-validations"] as unknown[];
  rules.splice(index, 1);
  // An identity that never changes is also tied to the object's name, which alone would refuse the change: both go.
  if (message.includes("never changes")) delete (schemaOf(copy) as Json)["x-kubernetes-validations"];
  if (rules.length === 0) delete node["x-kubernetes-validations"];
  copy.metadata.name = `${copy.spec.names.plural as string}.${group}`;
  copy.spec.group = group;
  copy.spec.names = without(copy.spec.names, "shortNames");
  return copy;
}
const MUTATIONS = customResourceDefinitions().flatMap((crd) => rulesOf(schemaOf(crd)).map((rule) => ({ crd, rule, kind: (crd.spec as { names: { kind: string } }).names.kind })));
const groupOf = (index: number): string => `m${index}.mutants.example`;

const manifestOf = ({ kind, spec, name }: Case, apiVersion: string, namespace: string): Manifest => ({
  apiVersion, kind, metadata: { name: name ?? (kind === "Tenant" ? String(spec.tenant_id).toLowerCase() : `${spec.domain}.${spec.product}`), ...(kind === "DataProduct" && { namespace }) },
  spec: JSON.parse(JSON.stringify(spec)) as Json,
});
/** Applied for real where a transition is judged, else dry. Namespace `default` has no tenant, so admission says nothing of it. */
async function outcome(plane: Plane, entry: Case, apiVersion: string): Promise<{ status: number; message: string }> {
  const name = entry.name ?? (entry.kind === "Tenant" ? String(entry.from?.tenant_id ?? entry.spec.tenant_id) : entry.from ? `${entry.from.domain}.${entry.from.product}` : undefined);
  const act = { ...entry, ...(name && { name }) };
  if (entry.from) await must(plane, manifestOf({ ...act, spec: entry.from }, apiVersion, "default"));
  const response = await apply(plane, manifestOf(act, apiVersion, "default"), { user: "oncall@example.org", groups: ["platform:break-glass"] }, true);
  return { status: response.status, message: String(response.body?.message ?? "") };
}

export function crdSuite(plane: () => Plane, runs: number): void {
  describe("custom resources", () => {
    const bare: Case["from"] = undefined;
    const rows = CASES.map((entry) => ({ ...entry, ...(entry.from === bare && {}) }));
    beforeAll(async () => {
      for (let from = 0; from < MUTATIONS.length; from += 6) {
        await Promise.all(MUTATIONS.slice(from, from + 6).map(async ({ crd, rule }, offset) => {
          const one = mutated(crd, rule, groupOf(from + offset));
          await must(plane(), one);
          const plural = (one.spec as { names: { plural: string } }).names.plural;
          await eventually(`${one.metadata.name} served`, async () => (await plane().send(ADMIN, "GET", `/apis/${groupOf(from + offset)}/v1alpha1/${plural}`)).status === 200);
        }));
      }
    });

    test.each(rows.map((entry) => [`${entry.message ? "refuses" : "accepts"} ${entry.kind}: ${entry.what}`, entry] as const))("%s", async (_name, entry) => {
      const { status, message } = await outcome(plane(), entry, "bulkhead.dev/v1alpha1");
      if (entry.message) expect([status >= 400, message]).toEqual([true, expect.stringContaining(entry.message)]);
      else expect([status < 300, message]).toEqual([true, ""]);
    });

    test.each(MUTATIONS.map(({ kind, rule }, index) => [`${kind} ${rule.path.filter((key) => key !== "properties").join(".") || "/"}: ${rule.message}`, kind, rule, index] as const))("without %s", async (_name, kind, rule, index) => {
      const expected = rows.filter((entry) => entry.kind === kind && entry.message && (rule.message.startsWith(entry.message)));
      expect(expected.length, `no case is refused with "${rule.message}"`).toBeGreaterThan(0);
      // One message may stand at several places: the case at this one is the one that gets through.
      const results = await Promise.all(expected.map((entry) => outcome(plane(), entry, `${groupOf(index)}/v1alpha1`)));
      expect(results.filter(({ status }) => status < 300).length, JSON.stringify(results)).toBeGreaterThan(0);
    });

    test("short names, columns and status", async () => {
      const { stdout } = await plane().client.kubectl(["get", "bht"]);
      expect(stdout.split("\n")[0]).toMatch(/^NAME +NAME +PLAN +OWNER +AGE|^NAME +DISPLAY +PLAN +OWNER +AGE/);
      expect((await plane().client.kubectl(["get", "dp", "-n", "tenant-acme"])).stdout).toMatch(/NAME +TENANT +DOMAIN +PRODUCT +OWNER +AGE\nsales\.orders +acme +sales +orders +sales-data/);
      const ready = { status: { conditions: [{ type: "Ready", status: "True", reason: "Applied", message: "", lastTransitionTime: "2026-01-01T00:00:00Z" }] } };
      const response = await plane().send({ user: "x", groups: ["platform:break-glass"] }, "PATCH", "/apis/bulkhead.dev/v1alpha1/namespaces/tenant-acme/dataproducts/sales.orders/status?fieldValidation=Strict", ready);
      expect(response.body.status).toEqual(ready.status);
    });

    test(`zod and the API server agree on ${runs} generated documents`, async () => {
      const kinds: [Case["kind"], z.ZodType, Json][] = [["Tenant", tenantSpecSchema, tenantSpec], ["DataProduct", dataProductSpecSchema, productSpec]];
      const tally = { accepted: 0, refused: 0 };
      const bad = fc.constantFrom<unknown>("", "a", "a--b", "-a", "A", "x".repeat(64), "x".repeat(300), 0, 1, -1, 1.5, 1_000_000, true, [], {}, ["a", "a"], ["sql", "events"], { a: { clearance: "public" } }, { "a.b": { clearance: "internal" } }, [{ kind: "files", store: "s", level: "public", prefix: "x" }], [{ kind: "topic", store: "s", level: "public", prefix: "x" }], "confidential", "restricted", undefined);
      await fc.assert(fc.asyncProperty(fc.constantFrom(...kinds), fc.array(fc.tuple(fc.nat(), bad), { maxLength: 2 }), async ([kind, schema, base], edits) => {
        const spec = structuredClone(base);
        for (const [at, value] of edits) { const spots = leaves(spec); const [holder, key] = spots[at % spots.length] as [Json, string]; if (value === undefined) Array.isArray(holder) ? holder.splice(Number(key), 1) : delete holder[key]; else holder[key] = value; }
        const zod = schema.safeParse(spec).success;
        const id = String(spec.tenant_id ?? "");
        const name = kind === "Tenant" ? id : `${spec.domain}.${spec.product}`;
        const named = /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/.test(name) && name.length < 254;
        if (!named) return; // No object can bear that name: metadata is refused before the schema is asked.
        const entry: Case = { what: "", kind, spec, name };
        const manifest = manifestOf(entry, "bulkhead.dev/v1alpha1", "default");
        const path = kind === "Tenant" ? "/apis/bulkhead.dev/v1alpha1/tenants" : "/apis/bulkhead.dev/v1alpha1/namespaces/default/dataproducts";
        const response = await plane().send({ user: "x", groups: ["platform:break-glass"] }, "POST", `${path}?dryRun=All&fieldValidation=Strict`, { ...manifest, metadata: { ...manifest.metadata } });
        const server = response.status < 300 || response.status === 409;
        tally[zod ? "accepted" : "refused"]++;
        if (response.status === 409) return;
        expect({ server, spec, message: response.body?.message }).toMatchObject({ server: zod });
      }), { numRuns: runs, seed: 7 });
      expect(Math.min(tally.accepted, tally.refused)).toBeGreaterThan(runs / 20);
    });
  });
}
/** Every place of a document: its holder and key. */
function leaves(value: unknown): [Json, string][] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, child]): [Json, string][] => [[value as Json, key], ...leaves(child)]);
}
