/** The planes beside Kubernetes that have a reader, each loaded when it is first audited. */
import type { Plane } from "../../model/finding.ts";
import type { PlaneAudit } from "../../model/plane.ts";

export const PLANE_AUDITS: ReadonlyMap<Plane, () => Promise<PlaneAudit>> = new Map<Plane, () => Promise<PlaneAudit>>([
  ["postgres", async () => (await import("../../layers/database/plane.ts")).postgresAudit as PlaneAudit],
]);
