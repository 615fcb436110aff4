/** ACL rules as text, without passwords (isolation facts §5.2; each was tried on Redis 7). */
import type { RedisStore } from "../../../model/fleet.ts";
import { redisPrefix } from "../../../model/names.ts";

/**
 * What a client library needs of a connection. Not `@connection`: CLIENT TRACKING in broadcasting mode tells the key names of
 * all tenants, SELECT leads to other databases, and WAIT holds the server's replication.
 */
const CONNECTION = ["+ping", "+echo", "+client|setname", "+client|getname", "+client|id", "+client|info", "+client|reply", "+command"];
/**
 * What no key pattern narrows. `@dangerous` lacks SCAN, RANDOMKEY and DBSIZE, which show all tenants' keys; FUNCTION is in
 * `@write`, and functions and scripts are the server's, not a tenant's; a script that does not end stops everybody.
 */
export const CLOSED: readonly string[] = ["-@dangerous", "-@admin", "-@scripting", "-@pubsub", "-scan", "-randomkey", "-dbsize", "-keys", "-function", "-script", "-select", "-wait", "-move"];

const user = (keys: readonly string[], channels: readonly string[], commands: readonly string[]): string[] => ["on", "sanitize-payload", "resetkeys", ...keys, "resetchannels", ...channels, "clearselectors", "-@all", ...commands];

/** A tenant's pipeline: every command on its own keys. */
export const writerRules = (tenant: string): string[] =>
  user([`~${redisPrefix(tenant)}*`], [`&${redisPrefix(tenant)}*`], ["+@read", "+@write", "+@transaction", ...CONNECTION, ...CLOSED]);
/** A consumer: reads the key spaces at or below its clearance. `spaces` end with a colon. */
export const readerRules = (spaces: readonly string[]): string[] => user(spaces.map((space) => `%R~${space}*`), [], ["+@read", "+@transaction", ...CONNECTION, ...CLOSED]);

/** The administrator of the Jobs: accounts and settings, no key. ACL SETUSER makes it as strong as any; its password is in no tenant's reach. */
export const ADMIN_RULES = user([], [], ["+ping", "+acl|setuser", "+acl|deluser", "+acl|users", "+acl|save", "+config|get", "+config|set"]);
/** The auditor (D26): lists, and reads no key. ACL LIST shows hashes of passwords, which Redis cannot leave out. */
export const auditorRules = ({ auditConfig }: Pick<RedisStore, "auditConfig">): string[] =>
  user([], [], ["+ping", "+acl|list", "+acl|cat", "+module|list", "+function|list", ...(auditConfig ? ["+config|get"] : [])]);
/** For `--probe` (D37): asks what a user may do, as the server judges it. */
export const PROBER_RULES = user([], [], ["+ping", "+acl|dryrun"]);
/** Whoever does not log in. */
export const DEFAULT_RULES = ["off", "sanitize-payload", "resetkeys", "resetchannels", "clearselectors", "-@all"];

/** Settings that the platform's Job sets; they hold until the server starts again, and the Job runs every quarter of an hour. */
export const SETTINGS = { "acl-pubsub-default": "resetchannels", "protected-mode": "yes" } as const;
/** Settings that a server takes at its start only, so that nothing heals them. */
export const START_SETTINGS = { "enable-debug-command": "no", "enable-module-command": "no", "enable-protected-configs": "no" } as const;
