import type { Parsed } from "../../define/schema.ts";
import { parseDuration } from "../duration.ts";
import type { Platform, Plan, Store } from "../fleet.ts";
import { type Problem, refused, warning } from "../problem.ts";
import { didYouMean } from "../suggest.ts";
import { resolveAudit } from "./audit.ts";
import { resolveAuditPolicy } from "./policy.ts";

const KILOBYTES: Record<string, number> = { kB: 1, MB: 1024, GB: 1024 * 1024 };

/** Resolves the platform definition: names into values, units into numbers, homes into clusters that exist (D3). */
export function resolvePlatform(spec: Parsed<"platform">, file: string): { platform: Platform; problems: Problem[] } {
  const problems: Problem[] = [];
  const at = (path: string) => ({ file, path });
  const stores: Record<string, Store> = {};
  for (const [name, store] of Object.entries(spec.stores)) {
    if (!spec.clusters[store.home]) {
      problems.push(refused("BH3008", `store "${name}" has its home on "${store.home}", which is no cluster`, at(`stores.${name}.home`), didYouMean(store.home, Object.keys(spec.clusters))));
    }
    if (store.kind === "redis" && store.limits === undefined) {
      problems.push(warning("BH3052", `store "${name}": Redis limits no user's memory, commands or connections, so one tenant can take what all share`, at(`stores.${name}`), 'give a tenant that needs a limit a store of its own; limits: "instance" says that this is known'));
    }
    stores[name] = { ...store, name, source: at(`stores.${name}`) };
  }
  const plans: Record<string, Plan> = {};
  for (const [name, plan] of Object.entries(spec.plans)) {
    const [, size, unit] = /^([0-9]+)(kB|MB|GB)$/.exec(plan.database.workMem)!;
    plans[name] = {
      ...plan, name,
      database: { connections: plan.database.connections, statementTimeout: parseDuration(plan.database.statementTimeout)! * 1000, workMem: Number(size) * KILOBYTES[unit!]! },
    };
  }
  const clusters = Object.fromEntries(Object.entries(spec.clusters).map(([name, cluster]) => [name, { ...cluster, name }]));
  const patches = spec.patches.map((patch, i) => ({ ...patch, source: at(`patches[${i}]`) }));
  const { audit, ...rest } = spec;
  const { problems: ruled, policy: auditPolicy } = resolveAuditPolicy(audit, file);
  problems.push(...ruled);
  const trimmed = spec.onCall.runbooks.replace(/\/+$/, "");
  const inside = audit.inCluster && resolveAudit(audit.inCluster, spec.git.repository, at);
  problems.push(...(inside?.problems ?? []));
  return { platform: { ...rest, clusters, stores, plans, patches, auditPolicy, onCall: { ...spec.onCall, runbooks: trimmed }, source: at(""), ...(inside && { audit: inside.audit }) }, problems };
}
