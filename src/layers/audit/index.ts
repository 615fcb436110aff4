/** What audits go by, as data, and the auditor in the cluster (D27): who runs it, with what rights, and what leaves the cluster. */
import type { Layer, TextFile } from "../layer.ts";
import { auditPolicyFile } from "./policy.ts";
import { renderPlatform } from "./render.ts";
import { loadPlus } from "./stage.ts";
import { type AuditState, auditState } from "./state.ts";

export type { AuditState } from "./state.ts";
/** The policy stands everywhere; the auditor where platform.ts says one. */
export interface AuditLayerState { policy: TextFile; auditor?: AuditState }

/** The `audit` layer; it has nothing in tenants' folders. */
export const auditLayer: Layer<never, AuditLayerState> = {
  name: "audit",
  platformState: (scope) => {
    const auditor = auditState(scope);
    return { policy: auditPolicyFile(scope.platform, scope.cluster), ...(auditor && { auditor }) };
  },
  renderPlatform: ({ policy, auditor }, output) => {
    output.file(policy);
    if (auditor) renderPlatform(auditor, output);
  },
  load: () => void loadPlus(),
};
