import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Audited, isChecked, type Memory, remember } from "../../src/audit/memory.ts";
import { fileOf, readState, stateText } from "../../src/audit/state.ts";
import type { Coverage, Finding, PlaneObject } from "../../src/model/finding.ts";
import { withoutPrivileges } from "../render/disk.ts";
import { folder } from "./repository.ts";

const object = (name: string, kind = "ConfigMap"): PlaneObject => ({ plane: "kubernetes", apiVersion: "v1", kind, namespace: "n", name });
const finding = (name: string, tenant: string | null = "acme", kind = "ConfigMap"): Finding => ({ id: `id-${name}`, object: object(name, kind), ...(tenant !== null && { tenant }), status: "changed", impact: "cosmetic", changes: [], revert: { commands: [] }, confidence: "typed", firstSeen: "", age: "new" });
const coverage = (state: Coverage["state"] = "read", what = "ConfigMap"): Coverage => ({ plane: "kubernetes", what, state, objects: 1 });
const audited = (findings: Finding[], more: Partial<Audited> = {}): Audited => ({ cluster: "eu", findings, pending: [], coverage: [coverage()], covers: () => true, ...more });
const at = (minute: number): string => new Date(Date.UTC(2026, 10, 24, 10, minute)).toISOString();
const ages = ({ findings }: Memory): string[] => findings.map(({ id, age, firstSeen }) => `${id} ${age} ${Math.round((Date.parse(firstSeen) - Date.parse(at(0))) / 60_000)}`);
const over = ({ resolved }: Memory): string[] => resolved.map(({ id }) => id);
const files = (dir: string): string[] => readdirSync(dir).filter((name) => name !== ".locks").sort();

test("a finding is new, open, resolved, and comes back", async () => {
  const dir = join(folder(), "state/of/audits");
  const tell = async (minute: number, findings: Finding[]): Promise<unknown> => { const memory = await remember(dir, audited(findings), at(minute)); expect(memory.notices).toEqual([]); return [ages(memory), over(memory)]; };
  expect(await tell(0, [finding("a"), finding("p", null)])).toEqual([["id-a new 0", "id-p new 0"], []]);
  expect(files(dir)).toEqual(["_platform.json", "acme.json"]);
  expect(await tell(1, [finding("a"), finding("p", null), finding("b")])).toEqual([["id-a open 0", "id-p open 0", "id-b new 1"], []]);
  expect(await tell(2, [finding("b")])).toEqual([["id-b open 1"], ["id-a", "id-p"]]);
  expect(await tell(3, [])).toEqual([[], ["id-b"]]);
  expect(await tell(4, [finding("a")])).toEqual([["id-a reopened 0"], []]);
  expect(await tell(5, [finding("a")])).toEqual([["id-a open 0"], []]);
});

test("a resolved finding says what it was", async () => {
  const dir = folder();
  await remember(dir, audited([finding("a")]), at(0));
  expect((await remember(dir, audited([]), at(1))).resolved).toEqual([{ id: "id-a", object: object("a"), tenant: "acme", firstSeen: at(0) }]);
});

describe("what was not checked again is not resolved", () => {
  test.each<[string, Partial<Audited>]>([
    ["its kind could not be read", { coverage: [coverage("unknown"), coverage("read", "Service")] }],
    ["its kind was left out", { coverage: [coverage("excluded")] }],
    ["its kind was read for other tenants only", { coverage: [coverage(), { ...coverage("unknown"), tenants: ["acme"] }] }],
    ["nothing names its kind, and something is unknown", { coverage: [coverage("read", "Service"), coverage("unknown", "metrics.k8s.io/v1")] }],
    ["its plane was not audited", { coverage: [{ ...coverage(), plane: "kafka" }] }],
    ["nothing was", { coverage: [] }],
    ["its tenant was not asked for", { covers: (tenant) => tenant !== "acme" }],
    ["it is another cluster's", { cluster: "us" }],
    ["it is pending now", { pending: [{ object: object("a"), appliedRevision: "1", note: "" }] }],
  ])("%s", async (_, more) => {
    const dir = folder();
    await remember(dir, audited([finding("a")]), at(0));
    expect(over(await remember(dir, audited([], more), at(1)))).toEqual([]);
    expect(ages(await remember(dir, audited([finding("a")]), at(2)))).toEqual(["id-a open 0"]);
  });
  test.each<[string, Partial<PlaneObject>, Coverage[], boolean]>([
    ["a kind that the server no longer has, where all is known", {}, [coverage("read", "Service")], true],
    ["a kind in another version", { apiVersion: "apps/v2", kind: "D" }, [coverage("read", "D.apps")], true],
    ["a store's object, all of it read", { plane: "postgres", store: "w", apiVersion: undefined, kind: "policy" }, [{ plane: "postgres", store: "w", what: "policies", state: "read", objects: 1 }, { plane: "postgres", store: "x", what: "policies", state: "unknown", objects: 1 }], true],
    ["a store's object, some of it unknown", { plane: "postgres", store: "w", apiVersion: undefined, kind: "policy" }, [{ plane: "postgres", store: "w", what: "policies", state: "read", objects: 1 }, { plane: "postgres", store: "w", what: "roles", state: "unknown", objects: 1 }], false],
  ])("%s", (_, more, covered, expected) => { expect(isChecked({ ...object("a"), ...more }, "acme", covered)).toBe(expected); });
});

test("a finding whose tenant changes keeps its age, and is not resolved for the old one", async () => {
  const dir = folder();
  await remember(dir, audited([finding("a", null)]), at(0));
  const memory = await remember(dir, audited([finding("a", "acme")]), at(1));
  expect([ages(memory), over(memory)]).toEqual([["id-a open 0"], []]);
  expect(over(await remember(dir, audited([]), at(2)))).toEqual(["id-a"]);
});

test("clusters that share a folder do not meet", async () => {
  const dir = folder();
  await remember(dir, audited([finding("a")]), at(0));
  const other = audited([{ ...finding("a"), id: "us-a" }], { cluster: "us" });
  expect([ages(await remember(dir, other, at(1))), over(await remember(dir, audited([]), at(2)))]).toEqual([["us-a new 1"], ["id-a"]]);
  expect(ages(await remember(dir, other, at(3)))).toEqual(["us-a open 1"]);
});

test("an audit that began before another one's end changes nothing of what that one found", async () => {
  const dir = folder();
  await remember(dir, audited([finding("a"), finding("b")]), at(0));
  await remember(dir, audited([finding("a"), finding("c")]), at(5));
  const late = await remember(dir, audited([finding("a"), finding("b")]), at(3));
  expect([ages(late), over(late)]).toEqual([["id-a open 0", "id-b open 0"], []]);
  expect(ages(await remember(dir, audited([finding("b"), finding("c")]), at(6)))).toEqual(["id-b reopened 0", "id-c open 5"]);
});

test("what is over is forgotten after 90 days, and not before", async () => {
  const dir = folder();
  await remember(dir, audited([finding("a")]), at(0));
  await remember(dir, audited([]), at(1));
  const later = (days: number): string => new Date(Date.parse(at(1)) + days * 86_400_000).toISOString();
  await remember(dir, audited([finding("x")]), later(89));
  expect(readFileSync(join(dir, "acme.json"), "utf8")).toContain("id-a");
  await remember(dir, audited([finding("x")]), later(91));
  expect(readFileSync(join(dir, "acme.json"), "utf8")).not.toContain("id-a");
});

test("names of tenants that are no names of files", async () => {
  const dir = folder();
  const tenants = ["../up", "A", "a", "x/y", "_platform", ".", "n".repeat(63)];
  await remember(dir, audited(tenants.map((tenant, i) => finding(String(i), tenant))), at(0));
  expect(files(dir)).toHaveLength(tenants.length);
  expect(existsSync(join(dir, "../up.json"))).toBe(false);
  expect(over(await remember(dir, audited([]), at(1)))).toHaveLength(tenants.length);
});

describe("a state file that is not what an audit writes is said, moved aside and begun anew; nothing is resolved because of it", () => {
  const good = stateText("acme", { "id-a": { cluster: "eu", object: object("a"), firstSeen: at(0), last: at(0), state: "open" } });
  test.each<[string, string]>([
    ["no JSON", "{"],
    ["empty", ""],
    ["cut off", good.slice(0, -20)],
    ["a list", "[]"],
    ["another form", '{"version":1,"tenant":"acme","findings":[]}'],
    ["no version", good.replace('"version": 1', '"version": "1"')],
    ["a time that is none", good.replaceAll(at(0), "yesterday")],
    ["a state that is none", good.replace('"open"', '"closed"')],
    ["an object of no plane", good.replace("kubernetes", "moon")],
    ["another tenant's", good.replace('"acme"', '"globex"')],
  ])("%s", async (_, text) => {
    const dir = folder({ "acme.json": text });
    const memory = await remember(dir, audited([finding("b")]), at(1));
    expect([ages(memory), over(memory), memory.notices]).toEqual([["id-b new 1"], [], [expect.stringMatching(/^the state file acme.json was not what an audit writes: moved aside as acme.json.corrupt-2026-11-24T/)]]);
    expect(files(dir)).toEqual(["acme.json", expect.stringMatching(/^acme.json.corrupt-/)]);
    expect(readFileSync(join(dir, files(dir)[1]!), "utf8")).toBe(text);
    expect((await remember(dir, audited([finding("b")]), at(2))).notices).toEqual([]);
  });
  test("the whole one is none of these", () => { expect(readState(join(folder({ "acme.json": good }), "acme.json")).state).toBe("read"); });

  test.each<[string, (dir: string) => void, RegExp]>([
    ["a newer Bulkhead's", (dir) => { writeFileSync(join(dir, "acme.json"), '{"version":2}'); }, /a newer Bulkhead wrote it [(]version 2[)]/],
    ["a folder", (dir) => { mkdirSync(join(dir, "acme.json")); }, /cannot be read [(]EISDIR[)]/],
  ])("%s is left as it is", async (_, make, notice) => {
    const dir = folder();
    make(dir);
    const memory = await remember(dir, audited([finding("b"), finding("g", "globex")]), at(1));
    expect(ages(memory)).toEqual(["id-b new 1", "id-g new 1"]);
    expect(memory.notices).toEqual([expect.stringMatching(notice)]);
    expect(files(dir)).toEqual(["acme.json", "globex.json"]);
    if (!notice.source.includes("EISDIR")) expect(readFileSync(join(dir, "acme.json"), "utf8")).toBe('{"version":2}');
  });
});

describe("a folder that cannot be used delays ages, not findings", () => {
  test("a file in its place", async () => {
    const dir = join(folder({ state: "" }), "state");
    expect(await remember(dir, audited([finding("a")]), at(0))).toEqual({ findings: [{ ...finding("a"), firstSeen: at(0) }], resolved: [], notices: [expect.stringMatching(/cannot be used [(]EEXIST[)]: this audit is not remembered, and resolves nothing/)] });
  });
  test("held by another audit", async () => {
    const dir = folder();
    await remember(dir, audited([finding("a"), finding("b")]), at(0));
    const holder = spawn(process.execPath, ["--input-type=module", "-e", `import { lockFolder } from ${JSON.stringify(resolve(import.meta.dirname, "../../src/render/lock.ts"))}; await lockFolder(${JSON.stringify(join(dir, ".locks"))}, 0); console.log("held"); setInterval(() => {}, 1000);`], { stdio: ["ignore", "pipe", "inherit"] });
    try {
      await new Promise((done) => { holder.stdout.once("data", done); });
      const memory = await remember(dir, audited([finding("a")]), at(1), { patience: 0 });
      expect([ages(memory), over(memory), memory.notices]).toEqual([["id-a open 0"], [], [expect.stringMatching(new RegExp(`another audit [(]process ${holder.pid}[)] keeps the state folder`))]]);
    } finally { holder.kill("SIGKILL"); }
    await new Promise((done) => { holder.on("close", done); });
    expect(over(await remember(dir, audited([finding("a")]), at(2)))).toEqual(["id-b"]);
  });
  test("another host's lock counts for five minutes", async () => {
    const dir = folder({ ".locks/1-0-abcdef01": "" });
    expect((await remember(dir, audited([]), at(0), { patience: 0 })).notices).toHaveLength(1);
    utimesSync(join(dir, ".locks/1-0-abcdef01"), new Date(Date.now() - 301_000), new Date(Date.now() - 301_000));
    expect((await remember(dir, audited([]), at(0), { patience: 0 })).notices).toEqual([]);
  });
  test("without permission to write", () => {
    const dir = folder();
    const script = `import { remember } from ${JSON.stringify(resolve(import.meta.dirname, "../../src/audit/memory.ts"))}; console.log(JSON.stringify(await remember(${JSON.stringify(dir)}, { ...${JSON.stringify(audited([finding("a")]))}, covers: () => true }, "${at(0)}")));`;
    const [command, ...args] = withoutPrivileges(["sh", "-c", `chmod 555 ${dir}; "$0" "$@"; chmod 755 ${dir}`, process.execPath, "--input-type=module", "-e", script]);
    const { stdout } = spawnSync(command!, args, { encoding: "utf8" });
    expect(JSON.parse(stdout)).toMatchObject({ findings: [{ id: "id-a", age: "new" }], notices: [expect.stringMatching(/EACCES/)] });
  });
});

describe("processes", () => {
  const memory = JSON.stringify(resolve(import.meta.dirname, "../../src/audit/memory.ts"));
  const script = (dir: string, findings: Finding[], now: string, before = "", more = ""): string => `import { remember } from ${memory}; let n = 0; const step = (name) => { n++; ${before} };
    const told = await remember(${JSON.stringify(dir)}, { ...${JSON.stringify(audited(findings))}, covers: () => true ${more} }, ${JSON.stringify(now)}, { step }); console.log(JSON.stringify(told));`;

  test("killed at any step leaves the old file or the new one, and the next audit goes on", async () => {
    const ends = new Map<string, string>();
    for (let at_ = 1; ; at_++) {
      const dir = folder();
      await remember(dir, audited([finding("a"), finding("p", null)]), at(0));
      const state = (): string => files(dir).filter((name) => !name.endsWith(".draft")).map((name) => readFileSync(join(dir, name), "utf8")).join("");
      const old = state();
      const { signal, stderr, stdout } = spawnSync(process.execPath, ["--input-type=module", "-e", script(dir, [finding("a"), finding("b"), finding("p", null)], at(1), `if (n === ${at_}) { console.log(name); process.kill(process.pid, "SIGKILL"); }`)], { encoding: "utf8" });
      expect(stderr).toBe("");
      for (const name of files(dir).filter((n) => n.endsWith(".json"))) expect(readState(join(dir, name)).state).toBe("read");
      if (signal === null) break;
      ends.set(`${at_} ${stdout.trim()}`, state() === old ? "old" : "changed");
      const next = await remember(dir, audited([finding("a"), finding("b"), finding("p", null)]), at(2));
      expect([next.notices, ages(next).filter((age) => !age.startsWith("id-b"))]).toEqual([[], ["id-a open 0", "id-p open 0"]]);
      expect(files(dir)).toEqual(["_platform.json", "acme.json"]);
    }
    expect(Object.fromEntries(ends)).toEqual({ "1 draft": "old", "2 sync": "old", "3 rename": "old", "4 folder": "changed", "5 draft": "changed", "6 sync": "changed", "7 rename": "changed", "8 folder": "changed" });
  });

  test("many at once lose nothing", async () => {
    const dir = folder();
    const unknown = `, coverage: [{ plane: "kubernetes", what: "ConfigMap", state: "unknown", objects: 0 }]`;
    const results = await Promise.all(Array.from({ length: 6 }, (_, i) => new Promise<string>((done) => {
      const child = spawn(process.execPath, ["--input-type=module", "-e", script(dir, [finding(`x${i}`), finding("all")], at(1), "", unknown)], { stdio: ["ignore", "pipe", "pipe"] });
      let text = "";
      for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (more: string) => { text += more; });
      child.on("close", () => { done(text); });
    })));
    for (const text of results) expect(JSON.parse(text)).toMatchObject({ notices: [] });
    const read = readState(join(dir, fileOf("acme")));
    expect(read.state === "read" && Object.keys(read.findings)).toEqual(["id-all", ...Array.from({ length: 6 }, (_, i) => `id-x${i}`)]);
    expect(results.map((text) => (JSON.parse(text) as Memory).findings[1]!.age).sort()).toEqual(["new", ...Array(5).fill("open")]);
  });
});

describe("against a model", () => {
  const TENANTS = ["acme", "globex", undefined];
  const KINDS = ["ConfigMap", "Service"];
  const NAMES = ["a", "b", "c"];
  /** One audit: what differs, what could not be read, who was asked for, and when it began. */
  const audit = fc.record({
    found: fc.subarray(NAMES.flatMap((name) => KINDS.map((kind) => ({ name, kind })))),
    owner: fc.nat({ max: 2 }), unknown: fc.subarray(KINDS), scope: fc.subarray([0, 1, 2], { minLength: 1 }), back: fc.nat({ max: 3 }),
    event: fc.constantFrom("none", "none", "none", "corrupt"),
  });
  interface Known { tenant: number; first: number; last: number; open: boolean }

  test("any sequence of audits ages and resolves as the model says", async () => {
    await fc.assert(fc.asyncProperty(fc.array(audit, { minLength: 1, maxLength: 12 }), async (audits) => {
      const dir = folder();
      const model = new Map<string, Known>();
      for (const [i, { found, owner, unknown, scope, back, event }] of audits.entries()) {
        const minute = Math.max(0, i * 2 - back * 2);
        // A finding's tenant is its name's, shifted: it changes from audit to audit.
        const tenantOf = (name: string): number => (NAMES.indexOf(name) + owner) % 3;
        const inScope = found.filter(({ name }) => scope.includes(tenantOf(name)));
        if (event === "corrupt") {
          writeFileSync(join(dir, fileOf(TENANTS[scope[0]!])), "{");
          for (const [id, known] of model) if (known.tenant === scope[0]) model.delete(id);
        }
        const memory = await remember(dir, audited(inScope.map(({ name, kind }) => ({ ...finding(name, TENANTS[tenantOf(name)] ?? null, kind), id: `${kind}-${name}` })), {
          coverage: KINDS.map((kind) => coverage(unknown.includes(kind) ? "unknown" : "read", kind)), covers: (tenant) => scope.includes(TENANTS.indexOf(tenant)),
        }), at(minute));

        const expected: string[] = [];
        // Only files of tenants in scope, or of what was found, are looked at.
        const visible = new Set(scope);
        for (const { name, kind } of inScope) {
          const id = `${kind}-${name}`;
          const known = model.get(id);
          const before = known && visible.has(known.tenant) ? known : undefined;
          const late = before !== undefined && minute < before.last;
          const first = before ? Math.min(before.first, minute) : minute;
          expected.push(`${id} ${before === undefined ? "new" : before.open || late ? "open" : "reopened"} ${first}`);
          if (before || known === undefined) model.set(id, late ? { ...before!, tenant: tenantOf(name), first } : { tenant: tenantOf(name), first, last: minute, open: true });
        }
        // What moved out of sight is a finding of its own: such runs say nothing about the rest.
        if (inScope.some(({ name, kind }) => { const known = model.get(`${kind}-${name}`); return known && !visible.has(known.tenant); })) return;
        const gone = [...model].filter(([id, known]) => known.open && visible.has(known.tenant) && !inScope.some(({ name, kind }) => `${kind}-${name}` === id) && minute >= known.last && !unknown.includes(id.split("-")[0]!)).map(([id]) => id).sort();
        for (const id of gone) model.set(id, { ...model.get(id)!, open: false, last: minute });
        expect([ages(memory), over(memory)]).toEqual([expected, gone]);
        if (event !== "corrupt") expect(memory.notices).toEqual([]);
      }
      rmSync(dir, { recursive: true });
    }), { numRuns: 150 });
  });
});
