/** A small fleet for the tests of this layer. */
import { App, Chart } from "cdk8s";
import { gitopsLayer } from "../../../src/layers/gitops/index.ts";
import { type Placement, placementOf, type TextFile } from "../../../src/layers/layer.ts";
import type { Platform, Tenant } from "../../../src/model/fleet.ts";

const source = { file: "tenants/platform.ts", path: "" };
export const SERVER = "https://kubernetes.eu.example:6443";
export const REPOSITORY = "https://github.com/acme-corp/data-platform.git";

export const platform = (path = "dist"): Platform => ({
  name: "test", git: { repository: REPOSITORY, revision: "main", path },
  clusters: { eu: { name: "eu", server: SERVER, podCidrs: [], serviceCidrs: [], podSecurityVersion: "v1.33" } },
  stores: {}, plans: {}, onCall: { team: "platform-team", email: "oncall@acme.example", runbooks: "https://runbooks.example" },
  breakGlassGroup: "break-glass", secretStore: { name: "vault", server: "https://vault.example" },
  prometheus: { namespace: "monitoring", podLabels: {}, url: "http://prometheus" }, grafana: { namespace: "grafana", url: "http://grafana" },
  patches: [], source,
});

export const tenant = (id: string): Tenant => ({
  id, displayName: id, owner: { team: `${id}-data`, email: `data@${id}.example` }, plan: {} as Tenant["plan"], clusters: ["eu"],
  groups: {}, consumers: [], domains: [], patches: [], source: { file: `tenants/${id}/tenant.ts`, path: "" },
});

export interface Rendered { manifest: any; placement: Placement }

const collect = (chart: Chart): Rendered[] => chart.apiObjects.map((object) => {
  const placement = placementOf(object);
  if (!placement) throw new Error(`${object.name} was not placed`);
  return { manifest: object.toJson(), placement };
});

const output = () => {
  const files: TextFile[] = [];
  const chart = new Chart(new App(), "test", { disableResourceNameHashes: true });
  return { chart, files, file: (file: TextFile) => void files.push(file) };
};

export function renderPlatform(path?: string): { objects: Rendered[]; files: TextFile[] } {
  const out = output();
  gitopsLayer.renderPlatform?.(gitopsLayer.platformState?.({ platform: platform(path), cluster: "eu", sharedTables: [] }), out);
  return { objects: collect(out.chart), files: out.files };
}

export function renderTenant(id: string): Rendered[] {
  const out = output();
  gitopsLayer.renderTenant?.(gitopsLayer.tenantState?.({ platform: platform(), tenant: tenant(id), cluster: "eu" }), out);
  return collect(out.chart);
}

export const one = (objects: Rendered[], kind: string, name: string, namespace?: string): any => {
  const found = objects.filter(({ manifest: m }) => m.kind === kind && m.metadata.name === name && (namespace === undefined || m.metadata.namespace === namespace));
  if (found.length !== 1) throw new Error(`${found.length} objects ${kind} ${name}`);
  return found[0]?.manifest;
};
