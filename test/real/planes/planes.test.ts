/** One audit over every store that has a real server: clean, with one that is down, and with things changed by hand, live and from a snapshot. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { openRevisionSide } from "../../../src/audit/desired/revision.ts";
import { PLANE_AUDITS } from "../../../src/audit/planes/index.ts";
import { readPlanes } from "../../../src/audit/planes/planes.ts";
import { recordReading } from "../../../src/audit/planes/recorded.ts";
import { liveReadings } from "../../../src/audit/planes/source.ts";
import { readPolicy } from "../../../src/audit/policy.ts";
import type { AuditReport, Finding } from "../../../src/model/finding.ts";
import { home } from "../../support/project.ts";
import { run } from "../audit/stage.ts";
import { absent } from "../redis/stage.ts";
import { writePolicy } from "../storage/mutations.ts";
import { CLUSTER, openStage, PLANES, type Stage } from "./stage.ts";

/** What `npm start` audits. */
const RECORDED = join(home, "test/recorded", CLUSTER);
/** Somebody's changes, one by one, and what each is. */
const CHANGES: readonly [string, (stage: Stage) => Promise<unknown>, string][] = [
  ["a wall is dropped", ({ postgres }) => postgres.admin.query("DROP POLICY bh_wall ON northwind__sales__orders.orders"), "northwind missing postgres/policy northwind__sales__orders orders.bh_wall"],
  ["a reader may read the table itself", ({ postgres }) => postgres.admin.query("GRANT SELECT ON northwind__crm__customers.customers TO northwind_reporting"), "northwind changed postgres/table northwind__crm__customers customers"],
  ["the API's login is above row security", ({ postgres }) => postgres.admin.query("ALTER ROLE bh_api BYPASSRLS"), "- changed postgres/role bh_api"],
  ["a stranger reads a prefix without its dot", ({ kafka }) => kafka.admin.createAcls({ principal: "User:mallory", host: "*", resource: "topic", pattern: "prefixed", name: "tenant.north", operation: "Read", allow: true } as never), "- unmanaged kafka/acl User:mallory"],
  ["records are kept for ever", ({ kafka }) => kafka.admin.alterConfig("tenant.northwind.sales", { "retention.ms": "-1" }), "northwind changed kafka/topic tenant.northwind.sales"],
  ["a bucket is read by everybody", ({ storage }) => writePolicy(storage, (policy) => { policy.Statement = policy.Statement.filter(({ Effect }) => Effect === "Allow"); policy.Statement.push({ Sid: "public", Effect: "Allow", Principal: { AWS: ["*"] }, Action: ["s3:GetObject"], Resource: ["arn:aws:s3:::meridian-northwind/*"] }); }), "northwind changed s3/policy meridian-northwind"],
  ["a user reads every key", ({ redis }) => redis.server.cli(["ACL", "SETUSER", "northwind.reporting", "~*"]), "northwind changed redis/user northwind.reporting"],
];
const told = ({ tenant, status, object: { plane, kind, namespace, name } }: Finding): string => `${tenant ?? "-"} ${status} ${plane}/${kind} ${namespace === undefined ? "" : `${namespace} `}${plane === "kafka" && kind === "acl" ? "" : name}`.trim();
const identities = (report: AuditReport): unknown[] => report.findings.map(({ id, status, changes, impact, tenant }) => ({ id, status, impact, tenant, changes: changes.map(({ pointer, kind, live, desired }) => ({ pointer, kind, live, desired })) }));

describe.skipIf(inject("kafka") === null || inject("ceph") === null || inject("postgres18") === null || absent)("every store of the example", () => {
  let stage: Stage;
  beforeAll(async () => { stage = await openStage(); }, 600_000);
  afterAll(() => stage?.end());
  const audit = async (...args: string[]) => {
    const { report, code, stderr } = await stage.audit("--format", "json", ...args);
    expect(report, stderr).toBeDefined();
    return { report: report!, code, stderr };
  };

  test("as git says: nothing is found, every plane was read whole with the rendered credentials", async () => {
    await expect.poll(async () => (await audit()).report.findings.map(told), { timeout: 60_000 }).toEqual([]);
    const { report, code } = await audit();
    expect([code, report.coverage.filter(({ state }) => state === "unknown")]).toEqual([0, []]);
    for (const plane of PLANES) {
      expect(report.coverage.filter((line) => line.plane === plane && line.state === "read").length, plane).toBeGreaterThan(0);
      expect(report.verdicts.filter((line) => line.plane === plane).map(({ verdict }) => verdict)).toEqual(["clean", "clean", "clean"]);
    }
  });

  test("one that is down is unknown, and keeps nobody waiting", async () => {
    const before = readFileSync(join(stage.root, "dist", CLUSTER, "platform/audit/policy.json"), "utf8");
    stage.target((targets) => { targets["cache-eu"] = { ...targets["cache-eu"], endpoint: "127.0.0.1:1" }; });
    try {
      const { report, code } = await audit();
      expect(code).toBe(3);
      expect(report.coverage.filter(({ state }) => state === "unknown").map(({ plane, store, what }) => [plane, store, what])).toEqual([["redis", "cache-eu", "everything"]]);
      expect(report.verdicts.filter(({ verdict }) => verdict !== "clean").map(({ plane }) => plane)).toEqual(["redis", "redis", "redis"]);
    } finally {
      const { targets } = JSON.parse(before) as { targets: Record<string, object> };
      stage.target((now) => { Object.assign(now, targets); });
    }
  });

  test("a credential that is wrong, or not where it is said to be, is unknown and in no output", async () => {
    const { env } = stage;
    const saved = { ...env };
    Object.assign(env, { WAREHOUSE_PASSWORD: "wr0ng-canary", STREAM_PASSWORD: "" });
    try {
      const { report, code, stderr } = await audit();
      expect(code).toBe(3);
      expect(report.coverage.filter(({ state }) => state === "unknown").map(({ plane }) => plane)).toEqual(["postgres", "kafka"]);
      for (const value of ["wr0ng-canary", ...Object.values(saved)]) expect(JSON.stringify(report) + stderr).not.toContain(value);
    } finally {
      Object.assign(env, saved);
    }
  });

  describe("changed by hand", () => {
    let folder: string;
    beforeAll(async () => {
      for (const [, change] of CHANGES) await change(stage);
      folder = mkdtempSync(join(tmpdir(), "bulkhead-readings-"));
    });
    afterAll(() => rmSync(folder, { recursive: true, force: true }));
    const expected = CHANGES.map(([, , line]) => line).sort();

    test("each change is one finding, and nothing else is", async () => {
      await expect.poll(async () => (await audit()).report.findings.map(told).sort(), { timeout: 60_000 }).toEqual(expected);
      const { report, code } = await audit();
      expect(code).toBe(1);
      for (const { revert, impact, object } of report.findings) { expect(revert.commands.length, object.name).toBeGreaterThan(0); expect(impact).not.toBe("cosmetic"); }
      // Two at least say where they were declared.
      expect(report.findings.filter(({ source }) => source !== undefined).length).toBeGreaterThan(2);
    });
    test("of one plane, and of one tenant", async () => {
      const of = async (...args: string[]) => (await audit(...args)).report.findings.map(told).sort();
      expect(await of("--tenant", "northwind")).toEqual(expected.filter((line) => line.startsWith("northwind")));
      expect(await of("--tenant", "helvetia-insurance")).toEqual([]);
      const { report } = await run(stage.root, ["audit", "--cluster", CLUSTER, "--plane", "s3", "--format", "json"], undefined, stage.env);
      expect(report!.findings.map(told)).toEqual(expected.filter((line) => line.includes(" s3/")));
    });
    test("a snapshot says the same, holds no secret, and is what `npm start` shows", async () => {
      const desired = await openRevisionSide({ root: stage.root, ref: "HEAD", out: "dist", cluster: CLUSTER });
      try {
        const { policy } = await readPolicy(desired, { out: "dist", cluster: CLUSTER });
        const readings = liveReadings({ targets: policy.targets, env: stage.env, timeoutMs: 30_000 });
        const audits = new Map([...PLANE_AUDITS].filter(([plane]) => (PLANES as readonly string[]).includes(plane)));
        const coverage = await readPlanes({ cluster: CLUSTER, desired, audits, readings }, (reading) => {
          recordReading(folder, reading);
          if (process.env["BULKHEAD_RECORD"]) recordReading(RECORDED, reading);
        });
        // What Rook cannot let anybody read: the platform's definition says so, and an audit goes by it.
        expect(coverage.filter(({ state }) => state === "unknown").map(({ plane, what }) => [plane, what])).toEqual([["s3", "user"], ["s3", "users beside git's"]]);
      } finally {
        await desired.close();
      }
      const live = await audit();
      const recorded = await audit("--live", folder);
      expect(identities(recorded.report)).toEqual(identities(live.report));
      for (const plane of PLANES) {
        const [store] = live.report.coverage.filter((line) => line.plane === plane).map((line) => line.store!);
        const text = readFileSync(join(folder, "stores", `${plane}.${store}.json`), "utf8");
        for (const secret of Object.values(stage.env)) expect(text).not.toContain(secret);
        expect(existsSync(join(RECORDED, "stores", `${plane}.${store}.json`)), "npm run record writes the demonstration's readings again").toBe(true);
      }
      const demonstrated = await run(home, ["audit", "--cluster", CLUSTER, "--plane", ...PLANES, "--live", RECORDED, "--format", "json"]);
      // No rule lets that person be there.
      expect(demonstrated.report!.findings.map(told).sort(), "npm run record writes the demonstration's readings again").toEqual([...expected, "- unmanaged redis/user root"].sort());
    });
  });
});
