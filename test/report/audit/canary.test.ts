/** Secrets planted in every text of a report that could carry one are in no byte of any format. */
import { describe, expect, test } from "vitest";
import type { AuditReport, Change } from "../../../src/model/finding.ts";
import { alertsOf } from "../../../src/report/alert/alerts.ts";
import { type AuditFormat, renderAudit } from "../../../src/report/audit/render.ts";
import { safeReport } from "../../../src/report/audit/safe.ts";
import { metricsText } from "../../../src/report/textfile.ts";
import { drifted, finding } from "./sample.ts";

const CANARY = "C4n4ry-Zx81q";
const JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJjYW5hcnktWng4MXEifQ.c2lnbmF0dXJlLWNhbmFyeQ";
const BASE64 = Buffer.from(CANARY).toString("base64");
const KEY = `-----BEGIN RSA PRIVATE KEY-----\n${BASE64}${BASE64}\n-----END RSA PRIVATE KEY-----`;
const SECRETS = [CANARY, BASE64, JWT, JWT.split(".")[1]!, encodeURIComponent(CANARY), Buffer.from(CANARY).toString("hex")];
const LAST_APPLIED = JSON.stringify({ kind: "Secret", data: { user: BASE64 }, stringData: { user: CANARY } });

const at = (pointer: string, value: unknown): Change => ({ pointer, kind: "changed", desired: value, live: value });
const PLANTED: { name: string; report: AuditReport }[] = [
  { name: "the annotation that copies the whole object", report: drifted([finding({ changes: [at("/metadata/annotations/kubectl.kubernetes.io~1last-applied-configuration", LAST_APPLIED)] })]) },
  { name: "all annotations at once", report: drifted([finding({ changes: [at("/metadata/annotations", { "kubectl.kubernetes.io/last-applied-configuration": LAST_APPLIED, "vault.example/token": CANARY })] })]) },
  { name: "a whole object", report: drifted([finding({ changes: [at("", { metadata: { annotations: { "kubectl.kubernetes.io/last-applied-configuration": LAST_APPLIED } }, data: { "db.password": CANARY } })] })]) },
  ...["password", "DB_PASSWORD", "github-token", "api_key", "adminPassword", "clientSecret", "connection-string", ".dockerconfigjson", "credentials"].map((key) => ({ name: `a ConfigMap's ${key}`, report: drifted([finding({ changes: [at(`/data/${key}`, CANARY), at("/data", { [key]: CANARY })] })]) })),
  { name: "a number under a secret's key", report: drifted([finding({ changes: [at("/data/password", 81818181)] })]) },
  { name: "an environment variable", report: drifted([finding({ changes: [at("/spec/template/spec/containers/0/env/3", { name: "DB_PASSWORD", value: CANARY }), at("/spec/template/spec/containers/0/env", [{ name: "PGPASSWORD", value: CANARY }, { name: "API_TOKEN", value: CANARY }])] })]) },
  { name: "a file in a ConfigMap", report: drifted([finding({ changes: [at("/data/app.properties", `port=1\ndb.password=${CANARY}\n`), at("/data/app.json", JSON.stringify({ db: { password: CANARY } })), at("/data/app.yaml", `db:\n  password: "${CANARY}"\n`)] })]) },
  { name: "a token by its look, a key block, a login in a URL", report: drifted([finding({ changes: [at("/data/a", JWT), at("/data/b", `see ${KEY}`), at("/data/c", `postgres://app:${CANARY}@db/app`)] })]) },
  { name: "a patch", report: drifted([finding({ revert: { patch: [{ op: "replace", path: "/data/password", value: CANARY }], commands: [] } })]) },
  { name: "a patch that puts back a whole map", report: drifted([finding({ revert: { patch: [{ op: "test", path: "/data", value: { token: CANARY } }], commands: [] } })]) },
  { name: "notes", report: drifted([finding({ note: `password=${CANARY}`, revert: { commands: [], note: `token: ${CANARY}` }, changes: [{ ...at("/a", 1), note: `Authorization: Bearer ${CANARY}` }] })]) },
  { name: "a key in a note", report: drifted([finding({ note: `it holds ${KEY} now` })]) },
  { name: "commands", report: drifted([finding({ revert: { commands: [`argocd login https://admin:${CANARY}@argo`, `use ${JWT}`] } })]) },
  { name: "managers", report: drifted([finding({ claimedBy: [{ manager: JWT, operation: "Update", confidence: "exact" }], changes: [{ ...at("/a", 1), claimedBy: [{ manager: JWT, operation: "Update", confidence: "exact" }] }] })]) },
  { name: "pointers", report: drifted([finding({ changes: [at(`/metadata/annotations/${JWT}`, "x")] })]) },
  { name: "errors of what could not be read", report: drifted([], { coverage: [{ plane: "kubernetes", what: "Deployment.apps", state: "unknown", objects: 0, reason: `401 {"message":"bad token: ${CANARY}"} for Authorization: Basic ${BASE64} and Bearer ${JWT} at https://u:${CANARY}@h/` }] }) },
  { name: "notices, pending and rules", report: drifted([], { notices: [`secret=${CANARY}`, JWT], pending: [{ object: finding().object, appliedRevision: "a", note: `token=${CANARY}` }], allowed: {
    used: [{ rule: { kind: "*", reason: `password: ${CANARY}`, owner: "a", expires: "2027-01-01" }, index: 0, claimedBy: [{ manager: JWT, operation: "Update", confidence: "exact" }] }],
    expired: [{ rule: { kind: "*", reason: `password: ${CANARY}`, owner: "a", expires: "2020-01-01" }, index: 1 }], unmatched: [{ rule: { kind: "*", reason: JWT, owner: "a", expires: "2027-01-01" }, index: 2 }] } }) },
];

const FORMATS: [string, (report: AuditReport) => string][] = [
  ...(["text", "json", "markdown", "sarif", "junit", "html"] satisfies AuditFormat[]).map((format): [string, (report: AuditReport) => string] => [format, (report) => renderAudit(report, format, { version: "1.2.3" })]),
  ["alerts and their memory", (report) => JSON.stringify(alertsOf(report, { interval: 3600, now: new Date("2026-11-24T10:01:00Z") }))],
  ["metrics", (report) => metricsText(report)],
];

describe.each(FORMATS)("%s", (_, format) => {
  test.each(PLANTED)("$name", ({ report }) => {
    const text = format(report);
    // Also as the format writes it: without what it puts between.
    for (const shape of [text, text.replace(/\\[`*_"]|\\n|\n\s*/g, "")]) expect([...SECRETS, "81818181"].filter((secret) => shape.includes(secret))).toEqual([]);
  });
});

test("a mask is as long as what it hides, masking twice is masking once, and the rest stays", () => {
  const before = drifted([finding({ changes: [at("/data", { password: CANARY, port: 5432, file: `a=1\npassword=${CANARY}\n` })] })]);
  const safe = safeReport(before);
  expect(safe.findings[0]!.changes[0]!.live).toEqual({ password: "•".repeat(CANARY.length), port: 5432, file: `a=1\npassword=${"•".repeat(CANARY.length)}\n` });
  expect(safeReport(safe)).toEqual(safe);
});

test("what holds no secret is left as it is, a revert of an ExternalSecret among it", () => {
  const innocent = drifted([finding({ note: "secret store unreachable", changes: [at("/spec/automountServiceAccountToken", false), at("/spec/secretName", "tls")], revert: { patch: [{ op: "remove", path: "/spec/x" }], commands: ["argocd app sync content-acme --resource external-secrets.io:ExternalSecret:tenant-acme/db"] } })]);
  expect(safeReport(innocent)).toEqual(innocent);
});

test("a patch that would write a mask is left out, and that is said", () => {
  const [revert] = safeReport(PLANTED.find(({ name }) => name === "a patch")!.report).findings.map((f) => f.revert);
  expect(revert).toEqual({ commands: [], note: "the patch is left out: it would hold what looks like a secret" });
});
