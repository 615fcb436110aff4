/** ACL rules by meaning: two texts that allow the same are one value. What this erases, and why: docs/planes/redis.md. */
import { type Normal, setOf } from "../../../model/plane.ts";

/** Commands of each category, as the server says: `acl|list` for subcommands. */
export type Categories = Readonly<Record<string, readonly string[]>>;
type Access = "read" | "write" | "read and write";
type Rights = { commands: Record<string, true>; keys: Record<string, Access>; channels: Record<string, true> };
/** A user. `password`: how many it has, or that any will do. */
export interface UserNormal extends Rights { [leaf: string]: Normal; enabled: boolean; password: number | "any"; sanitize: boolean; selectors: Record<string, true> }

/** `commands`: rules in order; what they allow is worked out at the end. */
interface Draft { commands: string[]; keys: Map<string, Access>; channels: Set<string> }
const empty = (): Draft => ({ commands: [], keys: new Map(), channels: new Set() });
/** A server's commands, and what lists of rules allow on it: most users have one of a few. */
interface Server { categories: Categories; universe: ReadonlySet<string>; parts: ReadonlyMap<string, readonly string[]>; allowed: Map<string, Record<string, true>> }
const servers = new WeakMap<Categories, Server>();
function serverOf(categories: Categories): Server {
  let server = servers.get(categories);
  if (!server) {
    const universe = new Set(Object.values(categories).flat());
    const parts = Map.groupBy([...universe].filter((name) => name.includes("|")), (name) => name.slice(0, name.indexOf("|")));
    server = { categories, universe, parts, allowed: new Map() };
    servers.set(categories, server);
  }
  return server;
}
/** Set where whatever a module brings later is allowed too: by `+@all`, also with some taken away behind it, until `-@all`. */
const LATER = "@all";

/** Normal form of a user's rules, in order, as `ACL SETUSER` takes them and `ACL LIST` gives them. Hashes are `#` alone. */
export function normalUser(rules: readonly string[], categories: Categories): UserNormal {
  const server = serverOf(categories);
  const root = empty();
  const selectors: Record<string, true> = {};
  let [enabled, sanitize, password]: [boolean, boolean, number | "any"] = [false, true, 0];
  const clear = (): void => { for (const key of Object.keys(selectors)) delete selectors[key]; };
  for (let i = 0; i < rules.length; i++) {
    const rule = rules[i]!;
    if (rule.startsWith("(")) {
      const inner: string[] = [];
      for (; i < rules.length; i++) { inner.push(rules[i]!); if (rules[i]!.endsWith(")")) break; }
      const selector = empty();
      for (const text of inner.join(" ").slice(1, -1).split(" ").filter(Boolean)) apply(selector, text);
      const rights = settled(selector, server);
      // One that allows no command allows nothing.
      if (Object.keys(rights.commands).length > 0) selectors[JSON.stringify(rights)] = true;
    } else if (rule === "on" || rule === "off") enabled = rule === "on";
    else if (rule === "sanitize-payload" || rule === "skip-sanitize-payload") sanitize = rule === "sanitize-payload";
    else if (rule === "nopass") password = "any";
    else if (rule === "resetpass") password = 0;
    else if (rule.startsWith("#") || rule.startsWith(">")) password = typeof password === "number" ? password + 1 : 1;
    else if (rule === "clearselectors") clear();
    else if (rule === "reset") { Object.assign(root, empty()); clear(); [enabled, sanitize, password] = [false, true, 0]; } else apply(root, rule);
  }
  return { enabled, password, sanitize, ...settled(root, server), selectors };
}

function apply(to: Draft, rule: string): void {
  const key = /^(?:~|%(R|W|RW|WR)~)([^]*)$/.exec(rule);
  if (key) allowKey(to.keys, key[2]!, key[1] === "R" ? "read" : key[1] === "W" ? "write" : "read and write");
  else if (rule === "allkeys") allowKey(to.keys, "*", "read and write");
  else if (rule === "resetkeys") to.keys.clear();
  else if (rule.startsWith("&")) to.channels.add(rule.slice(1));
  else if (rule === "allchannels") to.channels.add("*");
  else if (rule === "resetchannels") to.channels.clear();
  else if (rule === "allcommands") to.commands.push("+@all");
  else if (rule === "nocommands") to.commands.push("-@all");
  else if (/^[+-]/.test(rule)) to.commands.push(rule.toLowerCase());
  // A rule of a newer server: nothing declared has it, so it is found.
  else to.commands.push(`+? ${rule}`);
}

/** The commands that a list of rules allows. */
function allowedBy(rules: readonly string[], server: Server): Record<string, true> {
  const text = rules.join(" ");
  let allowed = server.allowed.get(text);
  if (!allowed) {
    const set = new Set<string>();
    for (const rule of rules) command(set, rule[0]!, rule.slice(1), server);
    allowed = members(set);
    server.allowed.set(text, allowed);
  }
  return allowed;
}

function command(set: Set<string>, sign: string, name: string, { universe, categories, parts: subcommands }: Server): void {
  if (name === "@all" && sign === "-") { set.clear(); return; }
  const exact = name === "@all" ? [LATER, ...universe] : name.startsWith("@") ? categories[name.slice(1)] : universe.has(name) ? [name] : [];
  const named = [...(exact ?? []), ...(subcommands.get(name) ?? [])];
  // `+select|0`: a first argument, or a command that this server does not have.
  for (const one of named.length > 0 ? named : [name]) if (sign === "+") set.add(one); else set.delete(one);
}

function allowKey(keys: Map<string, Access>, pattern: string, access: Access): void {
  const before = keys.get(pattern);
  keys.set(pattern, before !== undefined && before !== access ? "read and write" : access);
}

/** Characters of a pattern that stand for themselves, from its start. */
export const headOf = (pattern: string): string => /^[^*?[\\]*/.exec(pattern)![0];
/** True where every key that `narrow` matches is one that `wide` matches, as far as `head*` can tell. */
const covers = (wide: string, narrow: string): boolean => wide !== narrow && wide === `${headOf(wide)}*` && headOf(narrow).startsWith(headOf(wide));

const members = (all: Iterable<string>): Record<string, true> => setOf([...all].sort());

function settled({ commands, keys, channels }: Draft, server: Server): Rights {
  const patterns = [...keys].filter(([p, access]) => ![...keys].some(([wide, wider]) => covers(wide, p) && (wider === "read and write" || wider === access)));
  return { commands: allowedBy(commands, server), keys: Object.fromEntries(patterns.sort(([a], [b]) => (a < b ? -1 : 1))), channels: members([...channels].filter((p) => ![...channels].some((wide) => covers(wide, p)))) };
}
