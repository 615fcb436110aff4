/** What of a broker is a tenant's or the platform's, and what reaches into it. Kafka compares a prefix as plain text, so this does too. */
import { eventPrefix, PLATFORM_EVENTS, TENANTS_EVENTS } from "../../model/names.ts";

/** What begins so is somebody's whom Bulkhead governs; `tenant.` also without a tenant that git knows. */
const SPACES = [TENANTS_EVENTS, PLATFORM_EVENTS] as const;

/** Resource types whose names are the tenants', in the words of the User resource where it has one. The cluster is everybody's. */
const NAMED: ReadonlySet<string> = new Set(["topic", "group", "transactionalId", "delegationToken", "user"]);
/** The cluster's one name. */
export const CLUSTER_NAME = "kafka-cluster";
/** Operations on the cluster that reach nobody: producing idempotently is no right over anything. */
const HARMLESS: ReadonlySet<string> = new Set(["IdempotentWrite"]);

export interface Pattern { resource: string; pattern: string; name: string }

/** True for names of topics, users, groups in a space. */
export const isGoverned = (name: string): boolean => SPACES.some((space) => name.startsWith(space));

/** The tenant in whose prefix a name lies; undefined for the platform's, and for tenants that git does not know. */
export function tenantOf(name: string, tenants: ReadonlySet<string>): string | undefined {
  const end = name.startsWith(TENANTS_EVENTS) ? name.indexOf(".", TENANTS_EVENTS.length) : -1;
  const id = name.slice(TENANTS_EVENTS.length, Math.max(0, end));
  return tenants.has(id) ? id : undefined;
}

const bare = (resource: string, name: string): string => (resource === "user" ? name.replace(/^User:/, "") : name);

/** Whether a rule on this pattern touches anything in a space; operations matter on the cluster only. */
export function reaches({ resource, pattern, name }: Pattern, operations: Iterable<string>): boolean {
  if (resource === "cluster") return [...operations].some((operation) => !HARMLESS.has(operation));
  if (!NAMED.has(resource)) return true;
  const text = bare(resource, name);
  if (pattern === "literal") return text === "*" || isGoverned(text);
  return isGoverned(text) || SPACES.some((space) => space.startsWith(text)) || (resource === "user" && "User:".startsWith(name));
}

/** In words: whose names a pattern covers. */
export function coverOf({ resource, pattern, name }: Pattern, tenants: ReadonlySet<string>): string {
  const text = bare(resource, name);
  if (resource === "cluster") return "the cluster, and with it everybody's";
  if (pattern === "literal" && text === "*") return `every ${resource}, of all tenants`;
  if (pattern === "literal") { const tenant = tenantOf(text, tenants); return tenant === undefined ? `a ${resource} in no known tenant's prefix` : `a ${resource} of ${tenant}`; }
  const whole = tenantOf(text, tenants);
  if (whole !== undefined) return `${resource}s of ${whole}`;
  const hit = [...tenants].filter((tenant) => eventPrefix(tenant).startsWith(text)).sort();
  const [first, ...more] = hit;
  const ends = text.endsWith(".") || text === "" ? "" : "; the prefix ends without its dot, so it covers names that only begin alike";
  if (first === undefined) return `${resource}s in no known tenant's prefix${ends}`;
  return `${resource}s of ${more.length === 0 ? first : `${hit.length} tenants (${first}, …)`}${ends}`;
}

/** The tenant that a rule is filed under: the one it reaches, where that is one alone, else its principal's. */
export function tenantOfRule(pattern: Pattern, principal: string, tenants: ReadonlySet<string>): string | undefined {
  return (NAMED.has(pattern.resource) ? tenantOf(bare(pattern.resource, pattern.name), tenants) : undefined) ?? tenantOf(principal.replace(/^User:/, ""), tenants);
}
