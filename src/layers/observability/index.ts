import { observabilityPrerequisites } from "./prerequisites.ts";
import type { Layer } from "../layer.ts";
import { renderPlatform, renderTenant } from "./render.ts";
import { type ObservabilityPlatformState, type ObservabilityState, platformState, tenantState } from "./state.ts";

/** Alerts on every promise, a Grafana organization with dashboards per tenant, and the audit's own dead-man switch. */
export const observabilityLayer: Layer<ObservabilityState, ObservabilityPlatformState> = {
  name: "observability", tenantState, renderTenant, platformState, renderPlatform,
  prerequisites: observabilityPrerequisites,
};
