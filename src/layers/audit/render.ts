/** State -> objects, all of them the platform's. */
import { type Manifest, type Output, PLATFORM_WAVES, place } from "../layer.ts";
import { auditAccess } from "./access.ts";
import { auditJobs } from "./jobs.ts";
import { auditMetrics } from "./metrics.ts";
import { auditNetwork } from "./network.ts";
import { auditSecrets } from "./secrets.ts";
import { Stage } from "./stage.ts";
import type { AuditState } from "./state.ts";

/** Walls and rights stand before the first pod runs. */
const EARLY = new Set(["ServiceAccount", "ClusterRole", "ClusterRoleBinding", "NetworkPolicy"]);

/** Writes the auditor of one cluster. Names no tenant (D5). */
export function renderPlatform(state: AuditState, { chart }: Output): void {
  const stage = new Stage();
  const account = auditAccess(stage, state);
  auditNetwork(stage, state);
  auditSecrets(stage, state);
  auditJobs(stage, state, account);
  auditMetrics(stage);
  for (const manifest of (stage.chart.toJson() as Manifest[]).map(withoutEmptyLists)) {
    const wave = EARLY.has(manifest.kind) ? PLATFORM_WAVES.namespaces : PLATFORM_WAVES.content;
    place(chart, manifest, { area: { platform: "audit" }, layer: "audit", wave, source: state.source, owner: state.owner });
  }
}

/** cdk8s-plus writes empty lists that say nothing, and that the API server does not keep. */
function withoutEmptyLists<T>(value: T): T {
  if (Array.isArray(value)) return value.map(withoutEmptyLists) as T;
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).filter(([, inner]) => !(Array.isArray(inner) && inner.length === 0)).map(([key, inner]) => [key, withoutEmptyLists(inner)])) as T;
}
