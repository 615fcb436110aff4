/**
 * Stands in for `rpk`, which is Redpanda's and can be had from no package registry: commands run in a real shell, which finds this `rpk` first, and what it was
 * called with is done by the Kafka protocol. Lists of names are split as rpk's flag library splits them: as one line of CSV.
 */
import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { AclBinding, Broker } from "./broker.ts";

/** Words of each call, in order. */
export type Call = string[];

/** Runs a script in /bin/sh and gives the calls of rpk in it; nothing else is on its PATH. Throws where the shell or a call fails. */
export function callsOf(script: string): Call[] {
  const folder = mkdtempSync(join(tmpdir(), "bulkhead-rpk-"));
  try {
    const log = join(folder, "calls");
    writeFileSync(log, "");
    writeFileSync(join(folder, "rpk"), `#!/bin/sh\nprintf '%s\\0' "$#" "$@" >> '${log}'\necho '{"status":"OK"}'\n`);
    chmodSync(join(folder, "rpk"), 0o755);
    const { status, stderr } = spawnSync("/bin/sh", ["-eu", "-c", script], { cwd: folder, env: { PATH: folder }, encoding: "utf8" });
    if (status !== 0) throw new Error(`the shell ended with ${status}: ${stderr}`);
    const words = readFileSync(log, "utf8").split("\0").slice(0, -1);
    const calls: Call[] = [];
    for (let at = 0; at < words.length; at += Number(words[at]) + 1) calls.push(words.slice(at + 1, at + 1 + Number(words[at])));
    return calls;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** One line of CSV, as Go's reader takes it: quotes at the start of a field, doubled inside. */
export function csv(line: string): string[] {
  const fields: string[] = [];
  for (let at = 0; at <= line.length; ) {
    if (line[at] !== '"') {
      const end = line.indexOf(",", at) < 0 ? line.length : line.indexOf(",", at);
      if (line.slice(at, end).includes('"')) throw new Error(`bare quote in ${line}`);
      fields.push(line.slice(at, end));
      at = end + 1;
      continue;
    }
    const [whole, inner] = /^"((?:[^"]|"")*)"/.exec(line.slice(at)) ?? [];
    if (whole === undefined || ![",", undefined].includes(line[at + whole.length])) throw new Error(`unfinished quote in ${line}`);
    fields.push(inner!.replaceAll('""', '"'));
    at += whole.length + 1;
  }
  return fields;
}

/** Flags that are lists of CSV in rpk; of the others each use is one value. */
const LISTS = new Set(["allow-principal", "deny-principal", "allow-host", "deny-host", "operation", "topic", "group", "transactional-id", "name", "default", "add"]);
const SWITCHES = new Set(["cluster", "no-confirm"]);

function parse(words: readonly string[]): { names: string[]; flags: Map<string, string[]> } {
  const names: string[] = [];
  const flags = new Map<string, string[]>();
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!;
    if (word === "--") { names.push(...words.slice(i + 1)); break; }
    if (!word.startsWith("--")) { names.push(word); continue; }
    const [flag, ...rest] = word.slice(2).split("=");
    const value = SWITCHES.has(flag!) ? "true" : rest.length > 0 ? rest.join("=") : words[++i];
    if (value === undefined) throw new Error(`rpk: ${word} wants a value`);
    flags.set(flag!, [...(flags.get(flag!) ?? []), ...(LISTS.has(flag!) ? csv(value) : [value])]);
  }
  return { names, flags };
}

const pairs = (list: readonly string[]): Record<string, string> => Object.fromEntries(list.map((pair) => [pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1)]));

/** The rules that `rpk security acl` names: every combination of its lists. */
export function bindingsOf(words: readonly string[]): AclBinding[] {
  const { flags } = parse(words);
  const all = (flag: string) => flags.get(flag) ?? [];
  const pattern = (flags.get("resource-pattern-type")?.[0] ?? "literal") as "literal" | "prefixed";
  const targets = [...all("topic").map((name) => ({ resource: "topic", name })), ...all("group").map((name) => ({ resource: "group", name })), ...all("transactional-id").map((name) => ({ resource: "transactionalId", name })), ...all("cluster").map(() => ({ resource: "cluster", name: "kafka-cluster" }))];
  return (["allow", "deny"] as const).flatMap((permission) => all(`${permission}-principal`).flatMap((principal) => all(`${permission}-host`).flatMap((host) => targets.flatMap(({ resource, name }) =>
    all("operation").map((operation): AclBinding => ({ principal, host, allow: permission === "allow", operation, resource, pattern, name }))))));
}

/** Does what one call says. */
export async function perform(broker: Broker, call: Call): Promise<void> {
  const [area, verb] = call;
  const { names, flags } = parse(call.slice(2));
  const one = (flag: string): string => flags.get(flag)![0]!;
  switch (`${area} ${verb}`) {
    case "topic create": return broker.createTopics([{ name: names[0]!, partitions: Number(one("partitions")), replicas: Number(one("replicas")), config: pairs(flags.get("topic-config") ?? []) }]);
    case "topic delete": return broker.deleteTopics(...names);
    case "topic add-partitions": return broker.addPartitions(names[0]!, (await broker.topics()).get(names[0]!)! + Number(one("num")));
    case "topic alter-config": return broker.alterConfig(names[0]!, pairs(flags.get("set") ?? []), flags.get("delete") ?? []);
    case "security user": return broker.deleteUser(names[1]!);
    case "security acl": return names[0] === "create" ? broker.createAcls(...bindingsOf(call.slice(3))) : broker.deleteAcls(...bindingsOf(call.slice(3)));
    case "cluster quotas": {
      const entity = [...(flags.get("name") ?? []).map((pair) => ({ type: pair.slice(0, pair.indexOf("=")), name: pair.slice(pair.indexOf("=") + 1) })), ...(flags.get("default") ?? []).map((type) => ({ type, name: null }))];
      return broker.alterQuota(entity, Object.fromEntries(Object.entries(pairs(flags.get("add") ?? [])).map(([key, value]) => [key, Number(value)])), flags.get("delete") ?? []);
    }
    default: throw new Error(`rpk: ${call.join(" ")} is not stood in for`);
  }
}

/** Runs a script, and does what it calls rpk for. */
export async function runRpk(broker: Broker, script: string): Promise<void> {
  for (const call of callsOf(script)) await perform(broker, call);
}
