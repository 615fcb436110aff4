/** tenant-scope (D9): what an object in a tenant's namespace may name. Operators act with the cluster's rights, so RBAC does not hold here. */
import type { Manifest } from "../layer.ts";
import { eventRules } from "./scope/events.ts";
import { generalRules } from "./scope/general.ts";
import { applies, contextOf, type ScopeIssue, type ScopeRule } from "./scope/rule.ts";
import { secretRules } from "./scope/secrets.ts";
import { storageRules } from "./scope/storage.ts";
import { trafficRules } from "./scope/traffic.ts";

export type { ScopeIssue, ScopeRule } from "./scope/rule.ts";

/** Every rule. `bucketPrefix`: what stands before the tenant in its bucket's name. */
export const scopeRules = (bucketPrefix: string): readonly ScopeRule[] => [...generalRules, ...eventRules, ...storageRules(bucketPrefix), ...secretRules, ...trafficRules];

// The prefix is in the rules for admission; at synth it comes with the context.
const RULES = scopeRules("");
/** What admission would refuse of a manifest in the namespace of `tenantId`; empty when nothing. `bucketPrefix`: `bucketName(platform.name, "")`. */
export function tenantScopeIssues(manifest: Manifest, tenantId: string, bucketPrefix: string): ScopeIssue[] {
  const context = contextOf(tenantId, bucketPrefix);
  return RULES.filter((rule) => applies(rule, manifest)).flatMap((rule) => rule.check(manifest, context));
}
