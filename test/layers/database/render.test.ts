import { App, Chart } from "cdk8s";
import { describe, expect, test } from "vitest";
import { databaseLayer } from "../../../src/layers/database/index.ts";
import { type Output, placementOf, type TextFile } from "../../../src/layers/layer.ts";
import { unitSql } from "../../../src/layers/database/sql/unit.ts";
import { makeTenant, platform, sharedTables } from "./fleet.ts";

function render(write: (output: Output) => void) {
  const chart = new Chart(new App(), "c");
  const files: TextFile[] = [];
  write({ chart, file: (f) => files.push(f) });
  // biome-ignore lint/suspicious/noExplicitAny: manifests are read as what they are.
  const objects = chart.apiObjects.map((o) => ({ json: o.toJson() as any, placement: placementOf(o)! }));
  return { objects, files };
}
const tenant = (id = "acme", rest = {}) => render((o) => databaseLayer.renderTenant!(databaseLayer.tenantState!({ platform, tenant: makeTenant(id, rest), cluster: "prod-eu" })!, o));
const stores = () => render((o) => databaseLayer.renderPlatform!(databaseLayer.platformState!({ platform, cluster: "prod-eu", sharedTables })!, o));
const names = ({ objects }: ReturnType<typeof render>, kind: string): string[] => objects.filter((o) => o.json.kind === kind).map((o) => o.json.metadata.name);

describe("render", () => {
  test("a tenant's objects are walls, in the platform's namespace, and hold no administrative credential", () => {
    const { objects } = tenant();
    expect(objects.map((o) => o.json.kind)).toEqual(["ExternalSecret", "ConfigMap", "Job", "CronJob"]);
    for (const { json, placement } of objects) {
      expect(json.metadata.namespace).toBe("bulkhead-database");
      expect(placement.area).toBe("walls");
    }
    const keys = objects[0]!.json.spec.data.map((d: { remoteRef: { key: string } }) => d.remoteRef.key);
    expect(keys).toEqual(["acme_pipeline", "acme_bi", "acme_risk"].map((l) => `platform/database/main/logins/${l}`));
  });
  test("the platform's: the engine once, a credential a store, a folder a shared table", () => {
    const out = stores();
    expect(names(out, "ExternalSecret")).toEqual(["sql-admin-main", "sql-store-main-logins"]);
    expect(names(out, "ConfigMap")).toHaveLength(4);
    expect(new Set(out.objects.map((o) => JSON.stringify(o.placement.area)))).toEqual(new Set([undefined, "main", "sales__orders.lines", "sales__orders.orders"].map((folder) => JSON.stringify({ platform: "database", folder }))));
    expect(out.files.map((f) => f.name)).toEqual(["engine.sql", "unit.sql", "state.json", "unit.sql", "state.json", "unit.sql", "state.json"]);
  });
  test("Job and ConfigMap carry one hash, and both change with the state", () => {
    const [a, b] = [tenant(), tenant("acme", { plan: { ...makeTenant("acme").plan, database: { connections: 6, statementTimeout: 30000, workMem: 4096 } } })];
    expect(names(a, "Job")).toEqual(names(a, "ConfigMap"));
    expect(names(b, "Job")).toEqual(names(b, "ConfigMap"));
    expect(names(a, "Job")).not.toEqual(names(b, "Job"));
    expect(names(a, "CronJob")).toEqual(names(b, "CronJob"));
    const digests = a.objects.slice(1).map((o) => o.json.metadata.annotations["bulkhead.dev/digest"]);
    expect(new Set(digests).size).toBe(1);
    expect(JSON.parse(a.files.find((f) => f.name.endsWith("state.json"))!.text).digest).toBe(digests[0]);
  });
  test("the file beside the ConfigMap is what it carries, and its state renders it again", () => {
    for (const out of [tenant(), stores()]) {
      const carried = out.objects.filter((o) => o.json.kind === "ConfigMap").flatMap((o) => Object.values(o.json.data));
      expect(out.files.filter((f) => f.name.endsWith(".sql")).map((f) => f.text)).toEqual(carried);
      const units = out.files.filter((f) => f.name.endsWith("unit.sql")).map((f) => f.text);
      expect(out.files.filter((f) => f.name.endsWith("state.json")).map((f) => unitSql(JSON.parse(f.text).state).text)).toEqual(units);
    }
  });
  test("pods hold to the restricted profile and no password stands in them", () => {
    for (const { json } of [...tenant().objects, ...stores().objects].filter((o) => o.json.kind === "Job")) {
      const pod = json.spec.template.spec;
      expect(pod).toMatchObject({ automountServiceAccountToken: false, restartPolicy: "Never", securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } } });
      for (const e of pod.containers[0].env) if (/PASSWORD|PGUSER/.test(e.name)) expect(e).toMatchObject({ valueFrom: { secretKeyRef: {} } });
      expect(json.metadata.name.length).toBeLessThanOrEqual(63);
    }
  });
  test("names fit for the longest tenant and differ between tenants", () => {
    const long = "a".repeat(31) + "b";
    for (const kind of ["Job", "CronJob", "ConfigMap", "ExternalSecret"]) {
      expect(names(tenant(long), kind)[0]!.length).toBeLessThanOrEqual(kind === "CronJob" ? 52 : 63);
      expect(names(tenant(long), kind)).not.toEqual(names(tenant(`${"a".repeat(31)}c`), kind));
    }
  });
});
