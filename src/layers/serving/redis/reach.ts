/** What a user that git does not know can do to tenants. */
import { redisPrefix } from "../../../model/names.ts";
import { headOf, type UserNormal } from "./normal.ts";

/** Commands that look at, or change, what is everybody's, whatever keys a user has. Those with subcommands are named without. */
const EVERYBODYS = new Set([
  "acl", "bgrewriteaof", "bgsave", "cluster", "config", "dbsize", "debug", "eval", "eval_ro", "evalsha", "evalsha_ro", "failover", "fcall", "fcall_ro", "flushall", "flushdb", "function", "keys",
  "migrate", "module", "monitor", "psync", "pubsub", "randomkey", "replconf", "replicaof", "restore-asking", "save", "scan", "script", "shutdown", "slaveof", "slowlog", "swapdb", "sync",
  "client|kill", "client|list", "client|pause", "client|tracking", "client|unblock", "client|unpause", "client|no-evict",
]);
const everybodys = (command: string): boolean => command.startsWith("?") || command === "@all" || EVERYBODYS.has(command) || EVERYBODYS.has(command.split("|")[0]!);
const meets = (pattern: string, prefix: string): boolean => { const head = headOf(pattern); return head === pattern ? pattern.startsWith(prefix) : head.startsWith(prefix) || prefix.startsWith(head); };

/** In words, what of `tenants` or of everybody a user reaches; undefined when nothing. A user that cannot log in reaches nothing. */
export function reachOf(user: UserNormal, tenants: readonly string[]): string | undefined {
  if (!user.enabled || user.password === 0) return undefined;
  const parts = [user, ...Object.keys(user.selectors).map((text) => JSON.parse(text) as Pick<UserNormal, "commands" | "keys" | "channels">)];
  const commands = [...new Set(parts.flatMap((p) => Object.keys(p.commands)))].filter(everybodys).sort();
  const keys = tenants.filter((t) => parts.some((p) => Object.keys(p.commands).length > 0 && Object.keys(p.keys).some((pattern) => meets(pattern, redisPrefix(t)))));
  const channels = tenants.filter((t) => parts.some((p) => Object.keys(p.commands).some((c) => /^(s?publish|[ps]?subscribe)$/.test(c)) && Object.keys(p.channels).some((pattern) => meets(pattern, redisPrefix(t)))));
  const said = [
    ...(keys.length > 0 ? [`keys of ${some(keys)}`] : []), ...(channels.length > 0 ? [`channels of ${some(channels)}`] : []),
    ...(commands.length > 0 ? [`what is everybody's, by ${some(commands)}`] : []),
  ];
  return said.length === 0 ? undefined : `reaches ${said.join("; ")}${user.password === "any" ? "; any password will do" : ""}`;
}
const some = (names: readonly string[]): string => (names.length > 4 ? `${names.slice(0, 3).join(", ")} and ${names.length - 3} more` : names.join(", "));
