import type { AuditPolicy, AuditTarget, Platform } from "../../model/fleet.ts";
import type { TextFile } from "../layer.ts";
import { auditStores } from "./stores.ts";

/** Name of the file below `<cluster>/platform/audit/`. */
export const POLICY_FILE = "policy.json";

/** What an audit of a cluster goes by, read from git at the audited revision: definitions are not run again (DESIGN §8). */
interface RenderedPolicy extends AuditPolicy {
  version: 1;
  cluster: string;
  /** Where Argo CD gets the tree from, as its Applications say it (D25). */
  git: { repository: string; path: string };
}

/** The policy as data beside the auditor's objects. */
export function auditPolicyFile(platform: Platform, cluster: string): TextFile {
  const { repository, path } = platform.git;
  const { targets: said, ...rest } = platform.auditPolicy;
  // Logins that git knows; what the definition says of a store wins.
  const known = auditStores(platform, cluster).map(({ store, user, prober }): [string, AuditTarget] => [store, { plain: false, ...(user !== undefined && { user }), ...(prober !== undefined && { probe: { user: prober } }), ...said[store] }]);
  const policy: RenderedPolicy = { version: 1, cluster, git: { repository, path }, ...rest, targets: { ...said, ...Object.fromEntries(known) } };
  return { area: { platform: "audit" }, layer: "audit", name: POLICY_FILE, text: `${JSON.stringify(policy, undefined, 2)}\n`, source: { ...platform.source, path: "audit" }, owner: platform.onCall.team };
}
