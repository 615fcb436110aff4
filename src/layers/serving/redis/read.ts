/** Reads a Redis as the auditor: lists users, settings, modules and libraries. About 28 requests, whatever the number of users. */
import { tenantOfRedisUser } from "../../../model/names.ts";
import { type ItemCoverage, type LiveItem, type Reading, type StoreAccess, StoreUnreadable } from "../../../model/plane.ts";
import { openRedis, type RedisConnection } from "./connection.ts";
import type { RedisState } from "./desired.ts";
import { ACL_FILE, ACL_FILE_SET, CATEGORIES, KINDS, type RedisKind } from "./items.ts";
import { type Categories, normalUser } from "./normal.ts";
import { reachOf } from "./reach.ts";
import { fieldOf, RedisError, type Reply } from "./resp.ts";
import { SETTINGS, START_SETTINGS } from "./rules.ts";

/** Only these are asked for: others hold passwords. */
const ASKED = [...Object.keys(SETTINGS), ...Object.keys(START_SETTINGS), ACL_FILE];
/** Why something is not known; never the server's own words. */
class Unknown extends Error {}

/** Everything the auditor sees. A kind that it may not list, or in which it would miss itself, is unknown. Throws StoreUnreadable where nothing is. */
export async function readRedis(access: StoreAccess, state: RedisState): Promise<Reading> {
  const connection = await openRedis(access);
  const items: LiveItem[] = [];
  const coverage: ItemCoverage[] = [];
  const facts: Record<string, string> = {};
  const readers: Record<RedisKind, () => Promise<LiveItem[]>> = {
    user: () => readUsers(connection, access, state, facts),
    setting: () => readSettings(connection),
    module: () => readNames(connection, ["MODULE", "LIST"], "name", "module", "its commands may do anything"),
    library: () => readNames(connection, ["FUNCTION", "LIST"], "library_name", "library", "runs with the rights of whoever calls it, whatever tenant that is"),
  };
  try {
    for (const what of KINDS) {
      try {
        const found = await readers[what]();
        items.push(...found);
        coverage.push({ what, state: "read", objects: found.length });
      } catch (error) {
        if (!(error instanceof Unknown) && !(error instanceof StoreUnreadable)) throw error;
        coverage.push({ what, state: "unknown", objects: 0, reason: error.message });
      }
    }
  } finally { connection.close(); }
  return { plane: "redis", store: access.store, version: connection.version, items, coverage, facts };
}

function listed(reply: Reply, what: string): Reply[] {
  if (Array.isArray(reply)) return reply;
  if (reply instanceof RedisError && reply.code === "NOPERM") throw new Unknown(`the auditor may not list ${what}`);
  throw new Unknown(`the server does not list ${what}`);
}
function texts(reply: Reply, what: string): string[] {
  const list = listed(reply, what);
  if (!list.every((one) => typeof one === "string")) throw new Unknown(`the server's list of ${what} is none`);
  return list as string[];
}

async function readUsers(connection: RedisConnection, access: StoreAccess, state: RedisState, facts: Record<string, string>): Promise<LiveItem[]> {
  const names = texts((await connection.ask([["ACL", "CAT"]]))[0]!, "categories of commands").sort();
  const members = await connection.ask(names.map((name) => ["ACL", "CAT", name]));
  const categories: Categories = Object.fromEntries(names.map((name, i) => [name, texts(members[i]!, "categories of commands").sort()] as const));
  facts[CATEGORIES] = JSON.stringify(categories);
  const users = texts((await connection.ask([["ACL", "LIST"]]))[0]!, "users").map((line) => {
    const [word, name, ...rules] = line.split(" ");
    if (word !== "user" || name === undefined) throw new Unknown("the server's list of users is none");
    return { name, rules };
  });
  // A list without whoever asks, or without `default`, which always is, is not the list.
  for (const name of ["default", access.user ?? "default"]) if (!users.some((user) => user.name === name)) throw new Unknown("the list of users lacks one that must be in it");
  const tenants = new Set(state.tenants);
  const declared = new Set(state.users.map(({ name }) => name));
  return users.flatMap(({ name, rules }): LiveItem[] => {
    const value = normalUser(rules, categories);
    const tenant = tenantOfRedisUser(name, tenants);
    if (declared.has(name)) return [{ kind: "user", name, ...(tenant !== undefined && { tenant }), value }];
    const note = reachOf(value, state.tenants);
    if (note === undefined && tenant === undefined) return [];
    return [{ kind: "user", name, ...(tenant !== undefined && { tenant }), value, note: note ?? `has the name of a user of ${tenant}, and reaches nothing now` }];
  });
}

async function readSettings(connection: RedisConnection): Promise<LiveItem[]> {
  const pairs = texts((await connection.ask([["CONFIG", "GET", ...ASKED]]))[0]!, "settings");
  const items: LiveItem[] = [];
  for (let i = 0; i + 1 < pairs.length; i += 2) {
    const [name, value] = [pairs[i]!.toLowerCase(), pairs[i + 1]!];
    if (ASKED.includes(name)) items.push({ kind: "setting", name, value: { value: name === ACL_FILE ? (value === "" ? "" : ACL_FILE_SET) : value } });
  }
  return items;
}

async function readNames(connection: RedisConnection, command: readonly string[], field: string, kind: RedisKind, note: string): Promise<LiveItem[]> {
  const what = kind === "module" ? "modules" : "libraries of functions";
  return listed((await connection.ask([command]))[0]!, what).map((entry) => {
    const name = fieldOf(entry, field);
    if (typeof name !== "string") throw new Unknown(`the server's list of ${what} is none`);
    return { kind, name, value: {}, note };
  });
}
