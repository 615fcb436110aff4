/** The planes beside Kubernetes that have a reader, each loaded when it is first audited. */
import type { Plane } from "../../model/finding.ts";
import type { PlaneAudit } from "../../model/plane.ts";

export const PLANE_AUDITS: ReadonlyMap<Plane, () => Promise<PlaneAudit>> = new Map<Plane, () => Promise<PlaneAudit>>([
  ["prometheus", async () => (await import("../../layers/observability/plane.ts")).prometheusAudit],
  ["alertmanager", async () => (await import("../../layers/observability/plane.ts")).alertmanagerAudit],
  ["grafana", async () => (await import("../../layers/observability/plane.ts")).grafanaAudit],
]);
