/** Every change made by hand is found, exactly, and is gone after the printed revert was run. The list is in docs/planes/redis.md. */
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { redisAudit } from "../../../src/layers/serving/plane.ts";
import type { ItemDifference } from "../../../src/model/plane.ts";
import { projectRoot, run } from "../provision/component.ts";
import { absent, password, type Stage, stage } from "./stage.ts";

let one: Stage;
beforeAll(async () => { if (!absent) one = await stage(); });
afterAll(() => one?.stop());

const found = async (): Promise<ItemDifference[]> => (await one.audit()).differences.filter(({ name }) => name !== "root");
/** Runs a printed command: redis-cli as it stands, with the password a person has; a Job by its own script. */
async function revert(difference: ItemDifference): Promise<void> {
  const { commands, note } = redisAudit.revert(difference, one.store);
  const command = commands[0]!;
  const job = /^kubectl --namespace bulkhead-serving create job --from=cronjob\/(\S+) \S+$/.exec(command);
  if (job) { await one.runJob(job[1]!); return; }
  // What Bulkhead's administrator may not do, a stronger user does.
  const strong = note?.startsWith("needs a user with") ? { user: "root", secret: one.server.rootPassword } : { user: "bulkhead-admin", secret: password("platform/cache-eu/admin") };
  const line = command.replace("--user bulkhead-admin", `--user ${strong.user}`);
  const { stdout, stderr } = await run("/bin/sh", ["-c", line], { env: { ...process.env, REDISCLI_AUTH: strong.secret, SSL_CERT_FILE: one.server.caFile } });
  expect(`${stdout}${stderr}`).toMatch(/^(OK|1|\s|Warning:[^\n]*)*$/);
}

const NORTHWIND = "northwind.pipeline";
const READER = "northwind.reporting";
const set = (...words: string[]): string[] => ["ACL", "SETUSER", ...words];
type Expected = { kind?: string; name: string; status?: "changed" | "missing" | "unmanaged"; pointers?: string[]; note?: RegExp; impact?: string };
const MUTATIONS: readonly [string, string[], Expected][] = [
  ["a key pattern without its colon", set(NORTHWIND, "~northwind*"), { name: NORTHWIND, pointers: ["/keys/northwind*", "/keys/northwind:*"] }],
  ["every key", set(READER, "~*"), { name: READER, pointers: ["/keys/*", "/keys/northwind:sales:orders:orders:*"] }],
  ["another key space of the tenant", set(READER, "%R~northwind:logistics:tracking:positions:*"), { name: READER, pointers: ["/keys/northwind:logistics:tracking:positions:*"] }],
  ["writing where only reading was", set(READER, "%W~northwind:sales:orders:orders:*"), { name: READER, pointers: ["/keys/northwind:sales:orders:orders:*"] }],
  ["SCAN", set(NORTHWIND, "+scan"), { name: NORTHWIND, pointers: ["/commands/scan"] }],
  ["CLIENT TRACKING, which tells all key names", set(NORTHWIND, "+client|tracking"), { name: NORTHWIND, pointers: ["/commands/client|tracking"] }],
  ["one subcommand of FUNCTION", set(NORTHWIND, "+function|flush"), { name: NORTHWIND, pointers: ["/commands/function|flush"] }],
  ["a database by its number", set(READER, "+select|0"), { name: READER, pointers: ["/commands/select|0"] }],
  ["every channel", set(NORTHWIND, "allchannels"), { name: NORTHWIND, pointers: ["/channels/*", "/channels/northwind:*"] }],
  ["a selector beside the rules", set(READER, "(~* +get)"), { name: READER, pointers: [String.raw`/selectors/{"commands":{"get":true},"keys":{"*":"read and write"},"channels":{}}`] }],
  ["any password", set(NORTHWIND, "nopass"), { name: NORTHWIND, pointers: ["/password"], impact: "isolation" }],
  ["a second password", set(NORTHWIND, ">another"), { name: NORTHWIND, pointers: ["/password"], impact: "isolation" }],
  ["no password", set(NORTHWIND, "resetpass"), { name: NORTHWIND, pointers: ["/password"], impact: "access" }],
  ["switched off", set(READER, "off"), { name: READER, pointers: ["/enabled"], impact: "access" }],
  ["a command taken away", set(READER, "-hgetall"), { name: READER, pointers: ["/commands/hgetall"], impact: "access" }],
  ["payloads are not looked at", set(NORTHWIND, "skip-sanitize-payload"), { name: NORTHWIND, pointers: ["/sanitize"] }],
  ["a user that is gone", ["ACL", "DELUSER", READER], { name: READER, status: "missing", impact: "access" }],
  ["default lets everybody in", set("default", "on", "nopass"), { name: "default", pointers: ["/enabled", "/password"], impact: "isolation" }],
  ["the auditor reads keys", set("bulkhead-auditor", "+get", "~*"), { name: "bulkhead-auditor", pointers: ["/commands/get", "/keys/*"] }],
  ["the administrator of Jobs has a key", set("bulkhead-admin", "~northwind:*"), { name: "bulkhead-admin", pointers: ["/keys/northwind:*"] }],
  ["the prober may set users", set("bulkhead-prober", "+acl|setuser"), { name: "bulkhead-prober", pointers: ["/commands/acl|setuser"] }],
  ["another user of the tenant", set("northwind.shadow", "on", ">x", "~northwind:*", "+get"), { name: "northwind.shadow", status: "unmanaged", note: /^reaches keys of northwind$/ }],
  ["one of the tenant's that reaches nothing yet", set("northwind.later"), { name: "northwind.later", status: "unmanaged", note: /has the name of a user of northwind/ }],
  ["a stranger with a tenant's prefix", set("stranger", "on", ">x", "%R~north*", "+get"), { name: "stranger", status: "unmanaged", note: /^reaches keys of northwind$/ }],
  ["a stranger without keys who may SCAN", set("looker", "on", "nopass", "+scan"), { name: "looker", status: "unmanaged", note: /^reaches what is everybody's, by scan; any password will do$/ }],
  ["a stranger whose rights are in a selector", set("sly", "on", ">x", "(~helvetia-insurance:* +get)"), { name: "sly", status: "unmanaged", note: /^reaches keys of helvetia-insurance$/ }],
  ["a stranger on a tenant's channels", set("listener", "on", ">x", "&north*", "+subscribe"), { name: "listener", status: "unmanaged", note: /^reaches channels of northwind$/ }],
  ["a name that would end a quote, run a command and paint a terminal", set(`northwind.x";FLUSHALL;'$(id)\u001b[31m\u202e`, "on", ">x", "~*", "+get"), { name: `northwind.x";FLUSHALL;'$(id)\u001b[31m\u202e`, status: "unmanaged" }],
  ["new users listen to all channels", ["CONFIG", "SET", "acl-pubsub-default", "allchannels"], { kind: "setting", name: "acl-pubsub-default", pointers: ["/value"] }],
  ["protected mode off", ["CONFIG", "SET", "protected-mode", "no"], { kind: "setting", name: "protected-mode", pointers: ["/value"] }],
  ["a library of functions", ["FUNCTION", "LOAD", "#!lua name=peek\nredis.register_function('peek', function(keys) return 1 end)"], { kind: "library", name: "peek", status: "unmanaged", note: /runs with the rights of whoever calls it/ }],
];

describe.skipIf(absent)("changes by hand", () => {
  test.each(MUTATIONS)("%s", async (_name, command, { kind = "user", name, status = "changed", pointers = [], note, impact = "isolation" }) => {
    expect(await found()).toEqual([]);
    const answer = await one.server.cli(command);
    expect(answer).not.toMatch(/^\(error\)|ERR/);
    const differences = await found();
    expect(differences.map((d) => [d.kind, d.name, d.status, d.changes.map(({ pointer }) => pointer.replaceAll("~1", "/").replaceAll("~0", "~")).sort()])).toEqual([[kind, name, status, pointers]]);
    const [difference] = differences as [ItemDifference];
    expect(redisAudit.impact(difference)).toBe(impact);
    if (note) expect(difference.live!.note).toMatch(note);
    for (const line of redisAudit.revert(difference, one.store).commands) expect(line).toMatch(/^[\x20-\x7e]+$/);
    await revert(difference);
    expect(await found()).toEqual([]);
  });

  test("each is in the published list", () => {
    const page = readFileSync(`${projectRoot}/docs/planes/redis.md`, "utf8");
    expect(MUTATIONS.map(([name]) => name).filter((name) => !page.includes(`| ${name} |`))).toEqual([]);
    expect(MUTATIONS.length).toBeGreaterThanOrEqual(15);
  });
});

describe.skipIf(absent)("the same meaning in other words is no difference", () => {
  test.each([
    ["a pattern that another covers", set(NORTHWIND, "~northwind:sales:*", "%R~northwind:x")],
    ["a channel that another covers", set(NORTHWIND, "&northwind:sales")],
    ["a selector that allows nothing", set(NORTHWIND, "(~* -@all)")],
    ["commands taken away and given again one by one", set(READER, "-get", "-mget", "+mget", "+get")],
    ["a stranger who reaches nobody", set("elsewhere", "on", ">x", "~other:*", "+get")],
    ["a stranger who cannot log in", set("asleep", "off", ">x", "~*", "+@all")],
  ])("%s", async (_name, command) => {
    expect(await one.server.cli(command)).toBe("OK");
    expect(await found()).toEqual([]);
    for (const job of one.jobs) await one.runJob(job);
    for (const name of ["elsewhere", "asleep"]) await one.server.cli(["ACL", "DELUSER", name]);
  });
});

test.skipIf(absent)("what a server takes at its start only is found, and no command is promised", async () => {
  const open = await stage(one.tree, true, ["--enable-debug-command", "local", "--enable-module-command", "local", "--enable-protected-configs", "yes"]);
  try {
    const differences = (await open.audit()).differences.filter(({ name }) => name !== "root");
    expect(differences.map(({ name, changes }) => [name, changes[0]?.live])).toEqual([["enable-debug-command", "local"], ["enable-module-command", "local"], ["enable-protected-configs", "yes"]]);
    for (const difference of differences) expect(redisAudit.revert(difference, open.store)).toMatchObject({ commands: [], note: expect.stringContaining(difference.name) });
  } finally { await open.stop(); }
});
