import { spawnSync } from "node:child_process";
import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import type { LiveError } from "../../../src/audit/live/failure.ts";
import type { SnapshotIndex } from "../../../src/audit/live/recorded.ts";
import { openSnapshot, type SnapshotOptions, writeSnapshot } from "../../../src/audit/live/snapshot.ts";
import { Unreadable } from "../../../src/audit/live/source.ts";
import type { Coverage } from "../../../src/model/finding.ts";
import { CONFIG_MAP, DEPLOYMENT, kind, SECRET } from "../../support/fake-cluster.ts";
import { folder, readAll, refusal } from "../../support/live.ts";
import { type Held, memorySource, object } from "../../support/memory-source.ts";

const EVENT = kind("v1", "Event", "events");
const REVIEW = kind("authentication.k8s.io/v1", "TokenReview", "tokenreviews", { namespaced: false, verbs: ["create"] });
const ROLE = kind("rbac.authorization.k8s.io/v1", "ClusterRole", "clusterroles", { namespaced: false });
const [HPA1, HPA2] = ["autoscaling/v1", "autoscaling/v2"].map((version) => kind(version, "HorizontalPodAutoscaler", "horizontalpodautoscalers", { preferred: version === "autoscaling/v2" })) as [typeof EVENT, typeof EVENT];
const KEYS = ["b/two", "a/one", "a-b/one", "a/two", "a/three"];
const ORDER = ["a-b/one", "a/one", "a/three", "a/two", "b/two"];
const MANAGED = { managedFields: [{ manager: "kubectl-edit", operation: "Update", time: "2026-01-01T00:00:00Z", fieldsV1: { "f:data": {} } }] };
const HELD: Held[] = [
  { kind: CONFIG_MAP, objects: KEYS.map((key) => object(CONFIG_MAP, key, { data: { key, odd: "\u2028 \u0000 é \"quoted\"\n" } })) },
  { kind: SECRET, objects: [object(SECRET, "a/s", { data: { password: "aHVudGVyMg==" } })] },
  { kind: EVENT, objects: [object(EVENT, "a/e")] },
  { kind: REVIEW, objects: [] },
  { kind: HPA2, objects: [object(HPA2, "a/h", { spec: { maxReplicas: 2 } })] },
  { kind: HPA1, objects: [object(HPA1, "a/h", { spec: { maxReplicas: 1 } })] },
  { kind: ROLE, objects: ["admin", "Ünicode", "system:x"].map((name) => object(ROLE, name)) },
  { kind: DEPLOYMENT, objects: [] },
];
HELD[0]!.objects[0]!.metadata = { ...HELD[0]!.objects[0]!.metadata, ...MANAGED } as never;
const UNKNOWN: Coverage[] = [{ plane: "kubernetes", what: "*.metrics.k8s.io", state: "unknown", objects: 0, reason: "discovery: down" }];
const TAKEN = new Date("2026-11-24T12:00:00Z");

async function taken(held = HELD, options: SnapshotOptions = {}): Promise<string> {
  const target = join(folder(), "snapshot");
  await writeSnapshot(memorySource(held, UNKNOWN), target, { taken: TAKEN, ...options });
  return target;
}
const CONFIG_MAPS = "configmaps.v1.jsonl.gz";
async function refusedWrite(target: string, options: SnapshotOptions = {}, source = memorySource(HELD)): Promise<string> {
  try {
    await writeSnapshot(source, target, options);
    return "written";
  } catch (error) {
    const { code, exit, message } = error as LiveError;
    return `${code} ${exit} ${message}`;
  }
}
const edit = (target: string, change: (index: SnapshotIndex) => void): void => {
  const path = join(target, "snapshot.json");
  const index = JSON.parse(readFileSync(path, "utf8")) as SnapshotIndex;
  change(index);
  writeFileSync(path, JSON.stringify(index));
};

describe("what is written is read again", () => {
  test("objects in the server's order, with managedFields and every character", async () => {
    const source = await openSnapshot(await taken());
    const { keys, objects, reason } = await readAll(source, CONFIG_MAP);
    expect([reason, keys]).toEqual([undefined, ORDER]);
    expect(objects.at(-1)).toEqual(HELD[0]!.objects[0]);
    expect((await readAll(source, ROLE)).keys).toEqual(["admin", "system:x", "Ünicode"]);
    expect((await readAll(source, DEPLOYMENT)).keys).toEqual([]);
  });
  test("whence, when, version, kinds and what discovery did not tell", async () => {
    const target = await taken();
    const source = await openSnapshot(target);
    expect([source.from, source.version, source.taken]).toEqual([target, "v1.36.3", "2026-11-24T12:00:00.000Z"]);
    expect(await source.kinds()).toEqual({ kinds: HELD.map((one) => one.kind), unknown: UNKNOWN });
    expect((await openSnapshot(join(target, "snapshot.json"))).from).toBe(target);
  });
  test("one namespace, and metadata only", async () => {
    const source = await openSnapshot(await taken());
    expect((await readAll(source, CONFIG_MAP, { namespace: "a" })).keys).toEqual(["a/one", "a/three", "a/two"]);
    expect((await readAll(source, CONFIG_MAP, { namespace: "a-" })).keys).toEqual([]);
    expect((await readAll(source, CONFIG_MAP, { metadataOnly: true, namespace: "b" })).objects).toEqual([{ apiVersion: "v1", kind: "ConfigMap", metadata: HELD[0]!.objects[0]!.metadata }]);
  });
  test("a namespace that stands in an object's text is not in it", async () => {
    const spoof = { kind: CONFIG_MAP, objects: [object(CONFIG_MAP, "b/x", { data: { namespace: "a" } })] };
    expect(await readAll(await openSnapshot(await taken([spoof])), CONFIG_MAP, { namespace: "a" })).toEqual({ keys: [], objects: [], pages: 0 });
  });
  test("the summary says what was read, left out and unknown", async () => {
    const broken = [...HELD.filter((one) => one.kind !== ROLE), { kind: ROLE, objects: ["a", "b"].map((name) => object(ROLE, name)), broken: { after: 1, reason: "forbidden (403)" } }];
    const { objects, bytes, coverage } = await writeSnapshot(memorySource(broken, UNKNOWN), join(folder(), "s"), { taken: TAKEN });
    expect([objects, bytes > 100]).toEqual([7, true]);
    expect(coverage.map(({ what, state, objects: count, reason }) => `${what} ${state} ${count}${reason === undefined ? "" : ` ${reason}`}`)).toEqual([
      "ConfigMap read 5", "Secret excluded 0 Secrets are never read; what makes them (ExternalSecrets and the like) is compared", "Event excluded 0 Events are messages that expire, nobody declares them",
      "TokenReview.authentication.k8s.io excluded 0 it cannot be listed", "HorizontalPodAutoscaler.autoscaling read 1", "HorizontalPodAutoscaler.autoscaling excluded 0 recorded as autoscaling/v2",
      "Deployment.apps read 0", "ClusterRole.rbac.authorization.k8s.io unknown 1 forbidden (403)", "*.metrics.k8s.io unknown 0 discovery: down",
    ]);
  });
});

describe("what cannot be read is not whole", () => {
  test.each<[string, typeof EVENT, string]>([
    ["a kind that was never read", SECRET, "Secrets are never read; what makes them (ExternalSecrets and the like) is compared"],
    ["a kind that cannot be listed", REVIEW, "tokenreviews.authentication.k8s.io cannot be listed"],
    ["another version", HPA1, "not in the snapshot: recorded as autoscaling/v2"],
    ["a kind that the server did not have", kind("x/v1", "Y", "ys"), "the snapshot does not have Y.x of x/v1"],
  ])("%s", async (_, of, reason) => {
    expect(await readAll(await openSnapshot(await taken()), of)).toMatchObject({ keys: [], reason });
  });
  test("a kind that the live side could not give whole: what came before, and the reason", async () => {
    const target = await taken([{ ...HELD[0]!, broken: { after: 3, reason: "too many requests (429)" } }]);
    expect(await readAll(await openSnapshot(target), CONFIG_MAP)).toMatchObject({ keys: ORDER.slice(0, 3), reason: "too many requests (429)" });
  });
  test("a live side that gives no order", async () => {
    expect(await readAll(await openSnapshot(await taken([{ ...HELD[0]!, unordered: true }])), CONFIG_MAP)).toMatchObject({ keys: [], reason: "objects came in no order" });
  });
  test("bodies of what was recorded without", async () => {
    const target = await taken(HELD, { select: ({ kind: name }) => (name === "ConfigMap" ? "metadata" : undefined) });
    const source = await openSnapshot(target);
    expect((await readAll(source, CONFIG_MAP)).reason).toBe("the snapshot has only metadata of it");
    expect((await readAll(source, CONFIG_MAP, { metadataOnly: true })).keys).toEqual(ORDER);
    expect((await readAll(source, DEPLOYMENT)).reason).toBe("not in the snapshot: not asked for");
  });

  const rewrite = (target: string, change: (text: string) => string): Buffer => gzipSync(change(gunzipSync(readFileSync(join(target, CONFIG_MAPS))).toString("utf8")));
  /** Puts other bytes in place, of which the index knows the size only. */
  const put = (target: string, bytes: Buffer): void => { writeFileSync(join(target, CONFIG_MAPS), bytes); edit(target, (index) => { index.kinds[0]!.bytes = bytes.length; }); };
  test.each<[string, (target: string) => void, RegExp]>([
    ["a bit turned over", (target) => { const bytes = readFileSync(join(target, CONFIG_MAPS)); bytes[40]! ^= 1; writeFileSync(join(target, CONFIG_MAPS), bytes); }, /^configmaps.v1.jsonl.gz (is damaged: Z_|is not as it was written|line [0-9]+ is no ConfigMap)/],
    ["an object taken out", (target) => put(target, rewrite(target, (text) => text.split("\n").toSpliced(2, 1).join("\n"))), /^configmaps.v1.jsonl.gz is not as it was written: its digest differs$/],
    ["a value changed", (target) => put(target, rewrite(target, (text) => text.replace('"a/one"', '"a/ONE"'))), /its digest differs$/],
    ["the end cut off", (target) => put(target, readFileSync(join(target, CONFIG_MAPS)).subarray(0, -20)), /^configmaps.v1.jsonl.gz is damaged: Z_BUF_ERROR$/],
    ["a line cut off", (target) => put(target, rewrite(target, (text) => text.slice(0, -20))), /^configmaps.v1.jsonl.gz ends in the middle of a line$/],
    ["another order", (target) => put(target, rewrite(target, (text) => text.trimEnd().split("\n").reverse().join("\n").concat("\n"))), /^configmaps.v1.jsonl.gz line 2 stands in no order$/],
    ["no JSON", (target) => put(target, rewrite(target, (text) => text.replace("{", ""))), /^configmaps.v1.jsonl.gz line 1 is no ConfigMap of v1$/],
    ["another kind", (target) => put(target, rewrite(target, (text) => text.replace('"ConfigMap"', '"Secret"'))), /^configmaps.v1.jsonl.gz line 1 is no ConfigMap of v1$/],
    ["another count", (target) => edit(target, (index) => { index.kinds[0]!.objects = 6; }), /^configmaps.v1.jsonl.gz has 5 objects and not 6$/],
  ])("%s", async (_, damage, reason) => {
    const target = await taken();
    damage(target);
    const read = await readAll(await openSnapshot(target), CONFIG_MAP);
    expect(read.reason).toMatch(reason);
  });

  test.each<[string, (target: string) => void, RegExp]>([
    ["a file missing", (target) => rmSync(join(target, CONFIG_MAPS)), /^BH7213 2 the snapshot .* is not whole: configmaps.v1.jsonl.gz is missing/],
    ["a file shorter", (target) => truncateSync(join(target, CONFIG_MAPS), 10), /^BH7213 2 the snapshot .* is not whole: configmaps.v1.jsonl.gz has 10 bytes and not [0-9]+/],
    ["a file longer", (target) => appendFileSync(join(target, CONFIG_MAPS), "x"), /^BH7213 2 /],
    ["the index missing", (target) => rmSync(join(target, "snapshot.json")), /^BH7213 2 the snapshot .* is not whole: snapshot.json is missing, which is written last/],
    ["the index cut off", (target) => truncateSync(join(target, "snapshot.json"), 100), /^BH7211 2 .*snapshot.json is not JSON/],
    ["the index of something else", (target) => writeFileSync(join(target, "snapshot.json"), "{}"), /^BH7211 2 .*snapshot.json is no snapshot's index/],
    ["the index null", (target) => writeFileSync(join(target, "snapshot.json"), "null"), /^BH7211 2 .*snapshot.json is no snapshot's index/],
    ["a kind incomplete", (target) => edit(target, (index) => { delete (index.kinds[1] as { verbs?: unknown }).verbs; }), /^BH7211 2 .*has an incomplete kind at kinds\[1\]/],
    ["a digest missing", (target) => edit(target, (index) => { delete index.kinds[0]!.sha256; }), /^BH7211 2 .*has an incomplete kind at kinds\[0\]/],
    ["a file elsewhere", (target) => edit(target, (index) => { index.kinds[0]!.file = "../../etc/passwd.jsonl.gz"; }), /^BH7211 2 .*names a file at kinds\[0\] that is none of a snapshot: \.\.\/\.\./],
    ["a newer format", (target) => edit(target, (index) => { index.format = 2; }), /^BH7212 2 .*is of format 2, and this bulkhead reads up to 1 \| update bulkhead$/],
  ])("%s: it does not open", async (_, damage, expected) => {
    const target = await taken();
    damage(target);
    expect(await refusal(openSnapshot(target))).toMatch(expected);
  });
});

describe("Secrets", () => {
  test("are not asked for, whatever the caller selects, and no byte of them is written", async () => {
    const source = memorySource(HELD);
    const target = join(folder(), "s");
    await writeSnapshot(source, target, { select: () => "whole" });
    expect(source.asked).not.toContain("v1 Secret");
    const all = readdirSync(target).map((name) => (name.endsWith(".gz") ? gunzipSync(readFileSync(join(target, name))) : readFileSync(join(target, name))).toString("latin1")).join("\n");
    expect(all).not.toContain("aHVudGVyMg");
    expect(all).toContain('"kind":"Event"');
  });
  test("only this account can read what was written", async () => {
    const target = await taken();
    expect([target, ...readdirSync(target).map((name) => join(target, name))].map((path) => statSync(path).mode & 0o077)).toEqual([target, ...readdirSync(target)].map(() => 0));
  });
});

describe("writing is all or nothing", () => {
  test.each<[string, () => string, SnapshotOptions, RegExp]>([
    ["a snapshot is there", () => { const target = join(folder(), "s"); mkdirSync(target); writeFileSync(join(target, "snapshot.json"), "{}"); return target; }, {}, /^BH7214 2 .*s exists and holds a snapshot$/],
    ["other files are there", () => { const target = folder(); writeFileSync(join(target, "mine"), ""); return target; }, { replace: true }, /^BH7214 2 .* exists and holds other files$/],
    ["other files lie beside a snapshot", () => { const target = folder(); for (const name of ["mine", "snapshot.json"]) writeFileSync(join(target, name), ""); return target; }, { replace: true }, /^BH7214 2 .* exists and holds a snapshot$/],
    ["a file is there", () => { const target = join(folder(), "s"); writeFileSync(target, ""); return target; }, {}, /^BH7214 2 .* is no folder that a snapshot can be written to: ENOTDIR$/],
    ["the folder above does not exist", () => join(folder(), "a/b"), {}, /^BH7214 2 the snapshot .* cannot be written: ENOENT$/],
  ])("refused where %s, and nothing changes", async (_, make, options, expected) => {
    const target = make();
    const around = (): string[] => (existsSync(dirname(target)) ? readdirSync(dirname(target)).sort() : []);
    const before = around();
    expect(await refusedWrite(target, options)).toMatch(expected);
    expect(around()).toEqual(before);
  });
  test("an empty folder is filled, and a snapshot is replaced on purpose", async () => {
    const target = folder();
    expect(await refusedWrite(target)).toBe("written");
    expect(await refusedWrite(target, { replace: true }, memorySource([{ kind: CONFIG_MAP, objects: [] }]))).toBe("written");
    expect(readdirSync(target).sort()).toEqual([CONFIG_MAPS, "snapshot.json"]);
    expect(readdirSync(dirname(target)).filter((name) => name.startsWith(`${basename(target)}.`))).toEqual([]);
  });
  test.each<[string, () => Error]>([["discovery says nothing", () => new Unreadable("forbidden")], ["a bug", () => new TypeError("x")]])("when %s nothing is left behind", async (_, make) => {
    const target = join(folder(), "s");
    const source = memorySource(HELD);
    const failing = make() instanceof Unreadable ? { ...source, kinds: () => Promise.reject(make()) } : { ...source, list: () => { throw make(); } };
    await expect(writeSnapshot(failing, target)).rejects.toThrow(make().message);
    expect(readdirSync(dirname(target))).toEqual([]);
  });
  test("a caller that stops gets no snapshot", async () => {
    const target = join(folder(), "s");
    const stop = new AbortController();
    stop.abort();
    await expect(writeSnapshot(memorySource(HELD), target, { signal: stop.signal })).rejects.toThrow(/abort/);
    expect(readdirSync(dirname(target))).toEqual([]);
  });
  test("killed in the middle: what it leaves behind does not open, and the next one is written", async () => {
    const target = join(folder(), "s");
    const script = `
      import { writeSnapshot } from ${JSON.stringify(new URL("../../../src/audit/live/snapshot.ts", import.meta.url).href)};
      const kind = { apiVersion: "v1", kind: "ConfigMap", plural: "configmaps", namespaced: true, verbs: ["list"], preferred: true };
      const list = async function* () { for (let i = 0; ; i++) { yield [{ apiVersion: "v1", kind: "ConfigMap", metadata: { name: String(i).padStart(9, "0") }, x: "x".repeat(1e5) }]; if (i === 200) process.kill(process.pid, "SIGKILL"); } };
      await writeSnapshot({ from: "x", kinds: async () => ({ kinds: [kind], unknown: [] }), list, close: async () => {} }, ${JSON.stringify(target)});`;
    expect(spawnSync(process.execPath, ["--input-type=module-typescript", "-e", script], { encoding: "utf8" }).signal).toBe("SIGKILL");
    expect(existsSync(target)).toBe(false);
    const [left] = readdirSync(dirname(target));
    expect(left).toMatch(/^s\.partial-/);
    expect(await refusal(openSnapshot(join(dirname(target), left!)))).toMatch(/^BH7213 2 .*snapshot.json is missing, which is written last/);
    renameSync(join(dirname(target), left!), target);
    expect(await refusal(openSnapshot(target))).toMatch(/^BH7213 2 /);
    rmSync(target, { recursive: true });
    expect(await refusedWrite(target)).toBe("written");
  });
});

test("kinds with names that no file may have", async () => {
  const odd = [kind("v1", "A", "../evil"), kind("v1", "B", "UPPER"), kind("v1", "C", "x".repeat(300))];
  const target = await taken(odd.map((of) => ({ kind: of, objects: [object(of, "a/b")] })));
  expect(readdirSync(target).sort()).toEqual(["kind-0.jsonl.gz", "kind-1.jsonl.gz", "kind-2.jsonl.gz", "snapshot.json"]);
  const source = await openSnapshot(target);
  for (const of of odd) expect((await readAll(source, of)).keys).toEqual(["a/b"]);
});
