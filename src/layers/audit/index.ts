/** The auditor in the cluster (D27): who runs it, with what rights, and what leaves the cluster. */
import type { Layer } from "../layer.ts";
import { renderPlatform } from "./render.ts";
import { loadPlus } from "./stage.ts";
import { type AuditState, auditState } from "./state.ts";

export type { AuditState } from "./state.ts";

/** The `audit` layer; it has nothing in tenants' folders. */
export const auditLayer: Layer<never, AuditState> = { name: "audit", platformState: auditState, renderPlatform, load: () => void loadPlus() };
