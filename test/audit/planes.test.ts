/** The planes beside Kubernetes, over made-up stores: what a store that says nothing leaves open, and what an audit does with a difference. */
import { mkdtempSync, rmSync, writeFileSync, mkdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { shardOf } from "../../src/audit/shard.ts";
import { openBreaker } from "../../src/audit/planes/breaker.ts";
import { recordedReadings, recordReading } from "../../src/audit/planes/recorded.ts";
import { liveReadings, type ReadingSource } from "../../src/audit/planes/source.ts";
import { accessOf } from "../../src/audit/planes/target.ts";
import { runAudit, type RunOptions } from "../../src/audit/run.ts";
import type { AuditTarget } from "../../src/model/fleet.ts";
import { auditExit } from "../../src/model/finding.ts";
import { type DeclaredItem, type ItemCoverage, type LiveItem, type PlaneAudit, type Reading, type StoreAccess, StoreUnreadable } from "../../src/model/plane.ts";
import { mergeReports } from "../../src/report/audit/merge.ts";
import { renderAudit } from "../../src/report/audit/render.ts";
import { cluster, git, LIVE_NS, NS } from "./sides.ts";

const NOW = "2026-11-24T12:00:00Z";
const topic = (name: string, tenant: string, value: LiveItem["value"] = {}): LiveItem => ({ kind: "topic", name, tenant, value });
/** What git says of each store, and what it says itself. */
interface Made { store: string; git: DeclaredItem[]; live: LiveItem[] | StoreUnreadable; unknown?: ItemCoverage[] }

const planeOf = (made: readonly Made[]): PlaneAudit<Made> => ({
  plane: "kafka", wants: () => false,
  desired: () => made.map((state) => ({ store: state.store, endpoint: "broker:9093", state })),
  items: (state) => ({ items: state.git, unknown: [] }),
  read: async (_, { store, live, unknown = [] }) => {
    if (live instanceof StoreUnreadable) throw live;
    return { plane: "kafka", store, items: live, coverage: [{ what: "topic", state: "read", objects: live.length }, ...unknown].filter((line, _i, all) => !(line.state === "read" && all.some((other) => other.what === line.what && other.state === "unknown"))) as ItemCoverage[], facts: {} };
  },
  impact: () => "isolation",
  revert: ({ changes }) => ({ commands: changes.map(({ pointer }) => `put back ${pointer}`) }),
});
interface Case { allow?: object[]; readings?: ReadingSource; options?: Partial<RunOptions> }
const run = (made: readonly Made[], { allow = [], readings, options }: Case = {}) => {
  const policy = JSON.stringify({ version: 1, cluster: "eu", git: { repository: "r", path: "dist" }, allow, pendingLimit: 900, targets: {} });
  return runAudit({
    cluster: "eu", out: "dist", now: () => NOW, live: cluster([LIVE_NS]), desired: git([NS], { texts: [], readTexts: async () => [], commit: "c", at: async () => policy, tenants: ["a", "b"] }),
    audits: new Map([["kafka", async () => planeOf(made) as PlaneAudit]]), readingsOf: () => readings ?? liveReadings({ targets: new Map(), env: {}, timeoutMs: 1000 }), ...options,
  });
};

describe("a store beside Kubernetes", () => {
  test("as git says: clean, each plane with its verdicts and coverage", async () => {
    const report = await run([{ store: "s", git: [topic("t", "a")], live: [topic("t", "a")] }]);
    expect(report.findings).toEqual([]);
    expect(report.coverage.filter(({ plane }) => plane === "kafka")).toEqual([{ plane: "kafka", store: "s", what: "topic", state: "read", objects: 1 }]);
    expect(report.verdicts.filter(({ plane }) => plane === "kafka").map(({ tenant, verdict }) => [tenant, verdict])).toEqual([[undefined, "clean"], ["a", "clean"], ["b", "clean"]]);
    expect(auditExit(report)).toBe(0);
  });
  test("differs: one finding an item, with its revert", async () => {
    const report = await run([{ store: "s", git: [topic("t", "a", { n: 1, m: 1 }), topic("gone", "a")], live: [topic("t", "a", { n: 2, m: 1 }), { ...topic("extra", "b"), note: "it lies there" }] }]);
    expect(report.findings.map(({ status, object, tenant, note, revert }) => ({ status, object, tenant, note, commands: revert.commands }))).toEqual([
      { status: "missing", object: { plane: "kafka", store: "s", kind: "topic", name: "gone" }, tenant: "a", note: undefined, commands: [] },
      { status: "changed", object: { plane: "kafka", store: "s", kind: "topic", name: "t" }, tenant: "a", note: undefined, commands: ["put back /n"] },
      { status: "unmanaged", object: { plane: "kafka", store: "s", kind: "topic", name: "extra" }, tenant: "b", note: "it lies there", commands: [] },
    ]);
    expect(new Set(report.findings.map(({ id }) => id)).size).toBe(3);
    expect(auditExit(report)).toBe(1);
  });
  test("that says nothing: unknown for everybody, and the others are read", async () => {
    const report = await run([{ store: "down", git: [topic("t", "a")], live: new StoreUnreadable("the broker does not answer") }, { store: "up", git: [topic("t", "a")], live: [] }]);
    expect(report.findings.map(({ object: { store }, status }) => [store, status])).toEqual([["up", "missing"]]);
    expect(report.coverage.find(({ store }) => store === "down")).toMatchObject({ what: "everything", state: "unknown", reason: "the broker does not answer" });
    expect(report.verdicts.filter(({ plane }) => plane === "kafka").map(({ verdict }) => verdict)).toEqual(["unknown", "drifted", "unknown"]);
    expect(auditExit(await run([{ store: "down", git: [], live: new StoreUnreadable("no") }]))).toBe(3);
  });
  test("of which a kind was not read whole: nothing of it is missing, nothing is clean", async () => {
    const report = await run([{ store: "s", git: [topic("t", "a")], live: [], unknown: [{ what: "topic", state: "unknown", objects: 0, reason: "no right" }] }]);
    expect(report.findings).toEqual([]);
    expect(auditExit(report)).toBe(3);
  });
  test("of which git's side cannot be believed: unknown, and Kubernetes is audited", async () => {
    const broken: PlaneAudit = { ...(planeOf([]) as PlaneAudit), desired: () => { throw new Error("state.json of eu/x is not what its digest says"); } };
    const report = await run([], { options: { audits: new Map([["kafka", async () => broken]]) } });
    expect(report.coverage.find(({ plane }) => plane === "kafka")).toMatchObject({ what: "everything", state: "unknown", reason: expect.stringContaining("state.json of eu/x") });
    expect(report.coverage.some(({ plane, state }) => plane === "kubernetes" && state === "read")).toBe(true);
  });
  test("a bug in a reader is no incomplete audit: it is thrown", async () => {
    const broken: PlaneAudit = { ...(planeOf([{ store: "s", git: [], live: [] }]) as PlaneAudit), read: async () => { throw new TypeError("x is undefined"); } };
    await expect(run([], { options: { audits: new Map([["kafka", async () => broken]]) } })).rejects.toThrow("x is undefined");
  });
});

describe("what a run is restricted to", () => {
  const made: Made[] = ["s0", "s1", "s2", "s3"].map((store) => ({ store, git: [topic("t", "a"), topic("u", "b")], live: [] }));
  test("a tenant", async () => { expect((await run(made, { options: { tenants: ["b"] } })).findings.map(({ tenant }) => tenant)).toEqual(["b", "b", "b", "b"]); });
  test("planes", async () => {
    const report = await run(made, { options: { planes: ["kafka"] } });
    expect(new Set(report.coverage.map(({ plane }) => plane))).toEqual(new Set(["kafka"]));
    expect((await run(made, { options: { planes: ["kubernetes"] } })).findings).toEqual([]);
  });
  test("a shard reads its stores for every tenant, and the shards together are the whole", async () => {
    const shards = await Promise.all([0, 1].map((index) => run(made, { options: { shard: { index, of: 2 } } })));
    for (const [index, { coverage }] of shards.entries()) expect(coverage.flatMap(({ plane, store }) => (plane === "kafka" ? [store!] : []))).toEqual(made.flatMap(({ store }) => (shardOf(store, 2) === index ? [store] : [])));
    const [merged, whole] = [mergeReports(shards), await run(made)];
    expect(merged.findings).toEqual(whole.findings);
    expect(merged.verdicts.filter(({ plane }) => plane === "kafka")).toEqual(whole.verdicts.filter(({ plane }) => plane === "kafka"));
  });
});

describe("allow rules", () => {
  const rule = (more: object) => ({ reason: "r", owner: "o", expires: "2027-01-01", ...more });
  const made: Made[] = [{ store: "s", git: [topic("t", "a", { n: 1, m: 1 })], live: [topic("t", "a", { n: 2, m: 2 }), topic("extra", "a")] }];
  const left = async (...allow: object[]) => (await run(made, { allow })).findings.map(({ object: { name }, changes, revert }) => [name, ...changes.map(({ pointer }) => pointer), ...revert.commands].join(" ")).sort();
  test.each<[string, object[], string[]]>([
    ["none", [], ["extra", "t /m /n put back /m put back /n"]],
    ["a leaf, spelled out", [rule({ kind: "kafka/topic", name: "t", path: "/n" })], ["extra", "t /m put back /m"]],
    ["an item, spelled out", [rule({ kind: "kafka/topic", name: "extra" })], ["t /m /n put back /m put back /n"]],
    ["another plane's", [rule({ kind: "s3/topic", name: "extra" })], ["extra", "t /m /n put back /m put back /n"]],
    ["by a wildcard: never", [rule({ kind: "kafka/topic", name: "*" }), rule({ kind: "kafka/topic", name: "t", path: "/*" })], ["extra", "t /m /n put back /m put back /n"]],
    ["a kind of Kubernetes by that name", [rule({ kind: "*", path: "/n", name: "t" })], ["extra", "t /m /n put back /m put back /n"]],
  ])("%s", async (_, allow, expected) => { expect(await left(...allow)).toEqual(expected); });
  test("one that nothing matches fails the audit, unless the store was not read", async () => {
    const unused = [rule({ kind: "kafka/topic", name: "nothing" })];
    expect((await run([{ store: "s", git: [], live: [] }], { allow: unused })).allowed.unmatched).toHaveLength(1);
    expect((await run([{ store: "s", git: [], live: new StoreUnreadable("down") }], { allow: unused })).allowed.unmatched).toEqual([]);
  });
});

describe("probes", () => {
  const probed = { ...planeOf([{ store: "s", git: [], live: [] }]), probe: async () => ({ failures: [{ kind: "topic", name: "t", tenant: "a", note: "read without a right" }], coverage: [{ what: "probes", state: "read" as const, objects: 1 }] }) } as PlaneAudit;
  const audits = new Map([["kafka" as const, async () => probed]]);
  const live = (probe: boolean) => liveReadings({ targets: new Map(), env: {}, timeoutMs: 1000, ...(probe && { probe }) });
  test("are made only where they were asked for, and what they find is one of isolation", async () => {
    expect((await run([], { readings: live(false), options: { audits } })).findings).toEqual([]);
    expect((await run([], { readings: live(true), options: { audits } })).findings).toMatchObject([{ impact: "isolation", note: "read without a right", object: { kind: "topic-probe", name: "t" }, tenant: "a" }]);
  });
  test("that cannot be made leave their effects unknown", async () => {
    const failing = { ...probed, probe: async () => { throw new StoreUnreadable("no right to try"); } } as PlaneAudit;
    const report = await run([], { readings: live(true), options: { audits: new Map([["kafka" as const, async () => failing]]) } });
    expect(report.coverage.filter(({ plane }) => plane === "kafka")).toEqual([expect.objectContaining({ what: "probes", state: "unknown", reason: "no right to try" }), expect.objectContaining({ what: "topic", state: "read" })]);
  });
});

describe("a target", () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "bulkhead-targets-"));
    mkdirSync(join(folder, "s"));
    for (const [name, text] of [["username", "auditor\n"], ["password", "hunter2\n"], ["ca.crt", "PEM"]]) writeFileSync(join(folder, "s", name!), text!);
  });
  afterAll(() => { rmSync(folder, { recursive: true, force: true }); });
  const of = (target: AuditTarget | undefined, env: Record<string, string> = {}): StoreAccess => accessOf({ store: "s", endpoint: "git:1" }, { targets: new Map(target ? [["s", target]] : []), env, timeoutMs: 1 });

  test.each<[string, AuditTarget | undefined, Record<string, string>, Partial<StoreAccess>]>([
    ["nothing said: as git's objects reach it, without credentials", undefined, {}, { endpoint: "git:1" }],
    ["its endpoint, and a user by name", { endpoint: "here:2", user: "u", plain: true }, {}, { endpoint: "here:2", user: "u", plain: true }],
    ["from the environment", { user: { env: "U" }, password: { env: "P" }, plain: false }, { U: "u", P: "p" }, { endpoint: "git:1", user: "u", password: "p" }],
  ])("%s", (_, target, env, expected) => { expect(of(target, env)).toEqual({ store: "s", timeoutMs: 1, ...expected }); });
  test("from files as Secrets are mounted, and what the definition names wins", () => {
    expect(of(undefined, { BULKHEAD_CREDENTIALS: folder })).toMatchObject({ user: "auditor", password: "hunter2", ca: "PEM" });
    expect(of({ password: { env: "P" }, plain: false }, { BULKHEAD_CREDENTIALS: folder, P: "p" })).toMatchObject({ user: "auditor", password: "p" });
    expect(of({ password: { file: join(folder, "s", "password") }, plain: false }).password).toBe("hunter2");
  });
  test("probes log in as the second login where it has a password, else as the first", () => {
    const as = (target: AuditTarget, env: Record<string, string>) => { const { user, password } = accessOf({ store: "s", endpoint: "" }, { targets: new Map([["s", target]]), env, timeoutMs: 1 }, "prober"); return [user, password]; };
    const target: AuditTarget = { user: "reader", password: { env: "P" }, probe: { user: "prober", password: { env: "Q" } }, plain: false };
    expect(as(target, { P: "p", Q: "q" })).toEqual(["prober", "q"]);
    expect(as({ ...target, probe: { user: "prober" } }, { P: "p" })).toEqual(["reader", "p"]);
    expect(() => as(target, { P: "p" })).toThrow(/probe-password.*Q, which is not set/);
    expect(of(target, { P: "p", Q: "q" })).toMatchObject({ user: "reader", password: "p" });
  });
  test.each<[string, AuditTarget, RegExp]>([
    ["a variable that is not set", { password: { env: "P" }, plain: false }, /environment variable P, which is not set/],
    ["a file that is not there", { ca: { file: "/nowhere/ca" }, plain: false }, /file \/nowhere\/ca, which cannot be read \(ENOENT\)/],
  ])("%s leaves the store unknown", (_, target, message) => { expect(() => of(target)).toThrow(StoreUnreadable); expect(() => of(target)).toThrow(message); });
  test("no credential is in any report", async () => {
    const leaky = { ...planeOf([{ store: "s", git: [], live: [topic("t", "a")] }]), read: async (access: StoreAccess) => { if (access.password !== "hunter2") throw new Error("not the password"); return { plane: "kafka", store: "s", items: [topic("t", "a")], coverage: [], facts: {} } as Reading; } } as PlaneAudit;
    const report = await run([], { readings: liveReadings({ targets: new Map(), env: { BULKHEAD_CREDENTIALS: folder }, timeoutMs: 1 }), options: { audits: new Map([["kafka" as const, async () => leaky]]) } });
    expect(report.findings).toHaveLength(1);
    for (const format of ["text", "json", "markdown", "sarif", "junit"] as const) expect(renderAudit(report, format, { version: "1", color: false, prefix: "" })).not.toContain("hunter2");
  });
});

describe("a breaker", () => {
  const fail = () => Promise.reject(new StoreUnreadable("down"));
  test("asks again, opens when nothing answers, and closes when something does", async () => {
    const breaker = openBreaker({ pause: 1, rest: 40 });
    let asked = 0;
    await expect(breaker.run(() => { asked++; return fail(); })).rejects.toThrow("down");
    expect([asked, breaker.state]).toEqual([3, "open"]);
    await expect(breaker.run(async () => { asked++; return 1; })).rejects.toThrow(/left alone/);
    expect(asked).toBe(3);
    await expect.poll(() => breaker.run(async () => 1).catch(() => 0)).toBe(1);
    expect(breaker.state).toBe("closed");
  });
  test("one that answers the second time was never down", async () => {
    const breaker = openBreaker({ pause: 1 });
    let asked = 0;
    await expect(breaker.run(() => (asked++ === 0 ? fail() : Promise.resolve(7)))).resolves.toBe(7);
    expect(breaker.state).toBe("closed");
  });
  test("a bug is not asked again", async () => {
    let asked = 0;
    await expect(openBreaker({ pause: 1 }).run(() => { asked++; return Promise.reject(new TypeError("bug")); })).rejects.toThrow("bug");
    expect(asked).toBe(1);
  });
});

describe("readings in a snapshot", () => {
  let folder: string;
  beforeAll(() => { folder = mkdtempSync(join(tmpdir(), "bulkhead-readings-")); });
  afterAll(() => { rmSync(folder, { recursive: true, force: true }); });
  const made: Made[] = [{ store: "a/../b", git: [topic("t", "a", { n: 1 })], live: [topic("t", "a", { n: 2 }), topic("x\u001b[31m", "a")] }];
  test("give what the store gave", async () => {
    const audit = planeOf(made);
    recordReading(folder, await audit.read({} as StoreAccess, made[0]!));
    const [recorded, live] = [await run(made, { readings: recordedReadings(folder) }), await run(made)];
    expect(recorded.findings).toEqual(live.findings);
    expect(recorded.coverage).toEqual(live.coverage);
  });
  test.each<[string, string | undefined]>([["not there", undefined], ["no JSON", "{"], ["of another form", '{"format":2,"reading":{}}'], ["of another store", JSON.stringify({ format: 1, reading: { plane: "kafka", store: "z", items: [], coverage: [], facts: {} } })], ["with an item that is none", JSON.stringify({ format: 1, reading: { plane: "kafka", store: "s", items: [{}], coverage: [], facts: {} } })]])("%s: unknown", async (_, text) => {
    mkdirSync(join(folder, "stores"), { recursive: true });
    rmSync(join(folder, "stores/kafka.s.json"), { force: true });
    if (text !== undefined) writeFileSync(join(folder, "stores/kafka.s.json"), text);
    expect(auditExit(await run([{ store: "s", git: [topic("t", "a")], live: [] }], { readings: recordedReadings(folder) }))).toBe(3);
  });
});
