/** A platform with an auditor, parsed and resolved as platform.ts is. */
import { auditLayer } from "../../../src/layers/audit/index.ts";
import type { Manifest, Placement } from "../../../src/layers/layer.ts";
import { Sheet } from "../../../src/layers/layer.ts";
import type { PlatformInput } from "../../../src/define/define.ts";
import { parseDefinition } from "../../../src/define/parse.ts";
import type { Platform } from "../../../src/model/fleet.ts";
import type { Problem } from "../../../src/model/problem.ts";
import { resolvePlatform } from "../../../src/model/resolve/platform.ts";

export type AuditInput = NonNullable<NonNullable<PlatformInput["audit"]>["inCluster"]>;
export const AUDIT: AuditInput = {
  image: "registry.example/bulkhead:0.1.0", alertmanagers: ["http://alertmanager-0.alertmanager-operated.monitoring.svc:9093", "http://alertmanager-1.alertmanager-operated.monitoring.svc:9093/"],
  bucket: { endpoint: "https://s3.example/", name: "audit" },
};

const input = (audit: unknown, cluster: object, git: object, stores: PlatformInput["stores"]): PlatformInput => ({
  name: "test", git: { repository: "https://git.example/platform/bulkhead.git", revision: "main", ...git }, breakGlassGroup: "break-glass", secretStore: { name: "vault", server: "https://vault.example" },
  clusters: { eu: { server: "https://kubernetes.eu.example:8443", podCidrs: ["10.32.0.0/14", "fd00:32::/56"], serviceCidrs: ["10.96.0.0/16"], podSecurityVersion: "v1.33", ...cluster } },
  stores, plans: {}, onCall: { team: "sre", email: "sre@example.org", runbooks: "https://runbooks.example" },
  prometheus: { namespace: "monitoring", podLabels: { "app.kubernetes.io/name": "prometheus" }, url: "http://prometheus.monitoring.svc:9090" }, grafana: { namespace: "grafana", url: "https://grafana.example" },
  ...(audit !== undefined && { audit: { inCluster: audit as AuditInput } }),
});

/** What becomes of an `audit.inCluster` in platform.ts: problems of parsing, else of resolving, and the platform. */
export function resolved(audit: unknown, cluster: object = {}, git: object = {}, stores: PlatformInput["stores"] = {}): { platform?: Platform; problems: Problem[] } {
  const parsed = parseDefinition("platform", input(audit, cluster, git, stores), "tenants/platform.ts");
  return parsed.value ? resolvePlatform(parsed.value, "tenants/platform.ts") : { problems: parsed.problems };
}

export interface Rendered { manifest: Manifest; placement: Placement }
/** What the layer renders on cluster `eu`. */
export function rendered(audit: Partial<AuditInput> | undefined = {}, cluster: object = {}, git: object = {}, stores: PlatformInput["stores"] = {}): Rendered[] {
  const { platform, problems } = resolved({ ...AUDIT, ...audit }, cluster, git, stores);
  if (!platform || problems.length > 0) throw new Error(problems.map((p) => p.message).join("\n"));
  const sheet = new Sheet();
  auditLayer.renderPlatform!(auditLayer.platformState!({ platform, cluster: "eu", sharedTables: [] })!, { chart: sheet, file: () => {} });
  return sheet.placed;
}

/** The one object of a kind and name. */
export function one(objects: readonly Rendered[], kind: string, name: string): any {
  const found = objects.filter(({ manifest }) => manifest.kind === kind && manifest.metadata.name === name);
  if (found.length !== 1) throw new Error(`${found.length} objects ${kind} ${name}`);
  return found[0]!.manifest;
}
