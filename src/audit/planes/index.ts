/** The planes beside Kubernetes that have a reader, each loaded when it is first audited. */
import type { Plane } from "../../model/finding.ts";
import type { PlaneAudit } from "../../model/plane.ts";

/** In the order in which reports name them. */
export const PLANE_AUDITS: ReadonlyMap<Plane, () => Promise<PlaneAudit>> = new Map<Plane, () => Promise<PlaneAudit>>([
  ["postgres", async () => (await import("../../layers/database/plane.ts")).postgresAudit as PlaneAudit],
  ["kafka", async () => (await import("../../layers/events/plane.ts")).kafkaAudit as PlaneAudit],
  ["s3", async () => (await import("../../layers/storage/plane.ts")).s3Audit as PlaneAudit],
  ["redis", async () => (await import("../../layers/serving/plane.ts")).redisAudit as PlaneAudit],
  ["prometheus", async () => (await import("../../layers/observability/plane.ts")).prometheusAudit as PlaneAudit],
  ["alertmanager", async () => (await import("../../layers/observability/plane.ts")).alertmanagerAudit as PlaneAudit],
  ["grafana", async () => (await import("../../layers/observability/plane.ts")).grafanaAudit as PlaneAudit],
]);
