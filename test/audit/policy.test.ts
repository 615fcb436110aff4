import { describe, expect, test } from "vitest";
import { readPolicy } from "../../src/audit/policy.ts";
import { openRevisionSide } from "../../src/audit/desired/revision.ts";
import { auditPolicyFile } from "../../src/layers/audit/policy.ts";
import type { AllowRule } from "../../src/model/finding.ts";
import type { Platform } from "../../src/model/fleet.ts";
import { digest } from "../../src/render/file.ts";
import { textPath } from "../../src/render/path.ts";
import { rendered, repository } from "./repository.ts";

const RULE: AllowRule = { kind: "Service", path: "/spec/x", manager: "m", reason: "r", owner: "o", expires: "2027-01-01" };
const UNREAD = { plane: "s3", store: "lake", what: "user", reason: "r", owner: "o", expires: "2027-01-01" };
const TARGET = { endpoint: "db.example:5432", user: "bh_auditor", password: { file: "/run/password" }, plain: false };
const PLATFORM = { stores: {}, git: { repository: "https://git.example/p.git", revision: "main", path: "dist" }, onCall: { team: "sre" }, source: { file: "tenants/platform.ts", path: "" }, auditPolicy: { allow: [RULE], pendingLimit: 600, targets: { warehouse: TARGET }, unread: [UNREAD] } } as unknown as Platform;
const read = async (text: string | undefined) => {
  const root = repository(rendered("dist/eu/platform", text === undefined ? {} : { "audit/policy.json": text }));
  const side = await openRevisionSide({ root, ref: "HEAD", out: "dist", cluster: "eu" });
  try { return { ...(await readPolicy(side, { out: "dist", cluster: "eu" })), entries: side.entries, notices: side.notices }; } finally { await side.close(); }
};

describe("the policy of an audit", () => {
  test("is what was rendered", async () => {
    const file = auditPolicyFile(PLATFORM, "eu");
    expect(textPath({ cluster: "eu", ...file })).toBe("eu/platform/audit/policy.json");
    expect(file).toMatchObject({ layer: "audit", owner: "sre", source: { file: "tenants/platform.ts", path: "audit" } });
    expect(digest(file.text)).toBe(digest(auditPolicyFile(structuredClone(PLATFORM), "eu").text));
    // No manifest, and Argo CD takes no JSON.
    expect(await read(file.text)).toEqual({ policy: { allow: [RULE], pendingLimit: 600, targets: new Map([["warehouse", TARGET]]), unread: [UNREAD], git: { repository: "https://git.example/p.git", path: "dist" } }, problems: [], entries: [], notices: [] });
  });

  test("lets nothing be where none was rendered", async () => { expect(await read(undefined)).toMatchObject({ policy: { allow: [], pendingLimit: 900 }, problems: [] }); });
  test("of manifests without a revision is the default too", async () => { expect(await readPolicy({ at: () => Promise.resolve("{") }, { out: "dist", cluster: "eu" })).toEqual({ policy: { allow: [], pendingLimit: 900, targets: new Map(), unread: [] }, problems: [] }); });

  const good = JSON.parse(auditPolicyFile(PLATFORM, "eu").text) as Record<string, unknown>;
  test.each<[string, string, RegExp]>([
    ["no JSON", "{", /not JSON/],
    ["a list", "[]", /it is none/],
    ["another version", JSON.stringify({ ...good, version: 2 }), /version 2, and this Bulkhead knows 1/],
    ["a credential itself", JSON.stringify({ ...good, targets: { warehouse: { plain: false, password: "secret" } } }), /target warehouse is none/],
    ["an unread rule that is none", JSON.stringify({ ...good, unread: [{ ...UNREAD, expires: "soon" }] }), /unread is none/],
    ["a target that is none", JSON.stringify({ ...good, targets: [] }), /targets are none/],
    ["no limit", JSON.stringify({ ...good, pendingLimit: "15m" }), /pendingLimit is missing/],
    ["no repository", JSON.stringify({ ...good, git: {} }), /git is missing/],
    ["a rule that is none", JSON.stringify({ ...good, allow: [RULE, { ...RULE, owner: 1 }] }), /allow rule 2 is none/],
    ["a rule for everything", JSON.stringify({ ...good, allow: [{ ...RULE, kind: "*", path: "/**" }] }), /allow rule 1 is none/],
    ["a path that is none", JSON.stringify({ ...good, allow: [{ ...RULE, path: "spec" }] }), /allow rule 1 is none/],
    ["a day that is none", JSON.stringify({ ...good, allow: [{ ...RULE, expires: "never" }] }), /allow rule 1 is none/],
  ])("that is %s is a problem, and lets nothing be", async (_, text, message) => {
    expect(await read(text)).toMatchObject({ policy: { allow: [] }, problems: [{ code: "BH7311", severity: "error", exit: 2, message: expect.stringMatching(message), source: { file: "dist/eu/platform/audit/policy.json" } }] });
  });
});
