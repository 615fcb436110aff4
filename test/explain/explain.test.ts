import { beforeAll, describe, expect, test } from "vitest";
import { bulkhead, project, write } from "../support/project.ts";
import { FIXTURE } from "./fixture.ts";

interface Place { place: string; causes: { kind: string; file: string; line?: number; column?: number; within?: string; used?: { file: string; line: number; column: number } }[]; rule?: { page: string; decision: string } }
let root: string;
beforeAll(() => {
  root = project(FIXTURE);
  expect(bulkhead(root, ["synth", "--as-of", "2026-11-24"])).toMatchObject({ code: 0 });
}, 120_000);

/** What is said first about a place, with file, line and column. */
function said({ causes: [first], rule }: Place): string {
  if (!first) return `rule ${rule!.page} ${rule!.decision}`;
  const { kind, file, line, column, within, used } = first;
  return `${kind} ${file}${line === undefined ? "" : `:${line}:${column}`}${within === undefined ? "" : ` ${within}()`}${used ? ` used ${used.file}:${used.line}:${used.column}` : ""}`;
}

const TABLE: Record<string, [place: string, said: string][]> = {
  "ResourceQuota/tenant-acme/compute": [
    ["/spec/hard/pods", "patch tenants/acme/tenant.ts:18:9"],
    ["/metadata/labels/acme.example~1cost", "patch tenants/acme/tenant.ts:19:9"],
    ["/spec/hard/limits.cpu", "plan tenants/platform.ts:40:60"],
    ["/spec/hard/requests.memory", "plan tenants/platform.ts:40:36"],
    ["/kind", "rule docs/resources.md D4"],
    ["/metadata/annotations/argocd.argoproj.io~1sync-wave", "rule docs/gitops.md#bootstrap D6"],
    ["/metadata/annotations/bulkhead.dev~1owner", "definition tenants/acme/tenant.ts:4:12"],
    ["/metadata/namespace", "path tenants/acme/tenant.ts"],
  ],
  "LimitRange/tenant-acme/containers": [
    ["/spec/limits/0/max/cpu", "patch tenants/acme/tenant.ts:23:65"],
    ["/spec/limits/0/default/memory", "plan tenants/platform.ts:41:33"],
    ["/spec/limits/0/type", "rule docs/resources.md D4"],
  ],
  "Topic/tenant-acme/tenant.acme.sales": [
    ["/spec/partitions", "definition tenants/acme/sales/domain.ts:5:5"],
    ["/spec/additionalConfig/retention.ms", "shared value tenants/_shared/columns.ts:22:23 used tenants/acme/sales/domain.ts:6:5"],
    ["/spec/additionalConfig/compression.type", "patch tenants/acme/sales/orders.ts:33:13"],
    ["/spec/additionalConfig/cleanup.policy", "rule docs/events.md D18"],
    ["/spec/replicationFactor", "default tenants/platform.ts:19:5"],
    ["/spec/cluster/clusterRef/name", "platform tenants/platform.ts:20:65"],
    ["/metadata/annotations/argocd.argoproj.io~1sync-options", "rule docs/gitops.md#bootstrap D6"],
  ],
  "User/tenant-acme/tenant.acme.reporting": [
    ["/metadata/name", "definition tenants/acme/tenant.ts:9:5"],
  ],
  "ConfigMap/tenant-acme/banner": [
    ["/data/text", "extension tenants/acme/sales/orders.ts:47:15"],
    ["/data/colour", "extension tenants/acme/sales/orders.ts:47:30"],
    ["/kind", "extension tenants/acme/sales/orders.ts:45:7"],
    ["/metadata/labels/tone", "extension tenants/acme/sales/orders.ts:46:45"],
    ["/metadata/labels/bulkhead.dev~1tenant", "path tenants/acme/tenant.ts"],
  ],
  "ConfigMap/tenant-acme/limits": [
    ["/data/rate", "extension tenants/_shared/objects.ts:4:10 used tenants/acme/sales/orders.ts:49:5"],
    ["/kind", "extension tenants/_shared/objects.ts:6:5 used tenants/acme/sales/orders.ts:49:5"],
  ],
  "GrafanaFolder/tenant-acme/sales": [
    ["/spec/title", "patch tenants/acme/sales/orders.ts:38:13"],
    ["/spec/resyncPeriod", "rule docs/observability.md#grafana D21"],
  ],
  "ObjectBucketClaim/bulkhead-storage/lake-eu--acme": [
    ["/spec/additionalConfig/bucketMaxSize", "plan tenants/platform.ts:44:18"],
    ["/spec/additionalConfig/bucketLifecycle", "definition tenants/acme/sales/orders.ts:28:40"],
    ["/spec/storageClassName", "platform tenants/platform.ts:27:94"],
    ["/spec/bucketName", "platform tenants/platform.ts:4:3"],
  ],
  "AppProject/argocd/tenant-acme": [
    ["/spec/sourceRepos/0", "platform tenants/platform.ts:5:10"],
    ["/spec/orphanedResources/warn", "rule docs/gitops.md#who-applies-what D4"],
  ],
  "PrometheusRule/bulkhead-observability/acme.sales.orders": [
    ["/spec/groups/0/rules/0/expr", "path tenants/acme/sales/domain.ts"],
    ["/spec/groups/0/rules/1/expr", "path tenants/acme/sales/domain.ts"],
    ["/spec/groups/1/rules/0/expr", "shared function tenants/_shared/columns.ts:19:3 promises() used tenants/acme/sales/orders.ts:29:3"],
  ],
  "Tenant/acme": [
    ["/spec/plan", "definition tenants/acme/tenant.ts:5:3"],
  ],
  "DataProduct/tenant-acme/sales.orders": [
    ["/spec/description", "definition tenants/acme/sales/orders.ts:12:3"],
  ],
  "prod-eu/tenants/acme/walls/database/warehouse-eu/unit.sql": [
    ["L6", "path tenants/acme/tenant.ts"],
    ["L22", "shared function tenants/_shared/columns.ts:9:17 identified() used tenants/acme/sales/orders.ts:18:7"],
    ["L23", "shared function tenants/_shared/columns.ts:3:3 pii() used tenants/acme/sales/orders.ts:7:3"],
    ["L25", "definition tenants/acme/sales/orders.ts:20:19"],
    ["L26", "definition tenants/acme/sales/orders.ts:21:17"],
    ["L27", "shared function tenants/_shared/columns.ts:13:19 identified() used tenants/acme/sales/orders.ts:18:7"],
    ["L39", "shared function tenants/_shared/columns.ts:5:3 pii() used tenants/acme/sales/orders.ts:7:3"],
    ["L40", "shared function tenants/_shared/columns.ts:5:3 pii() used tenants/acme/sales/orders.ts:8:3"],
    ["L50", "definition tenants/acme/sales/orders.ts:20:42"],
    ["L3", "rule docs/database.md#what-converges-and-what-is-refused D10"],
  ],
  "prod-eu/platform/database/reference__countries.countries/unit.sql": [
    ["L3", "rule docs/database.md#what-converges-and-what-is-refused D10"],
    ["L5", "path tenants/acme/reference/countries.ts"],
    ["L8", "shared table tenants/_shared/reference.ts:5:13"],
    ["L9", "shared table tenants/_shared/reference.ts:6:14"],
    ["L11", "shared table tenants/_shared/reference.ts:3:28"],
  ],
};

describe.each(Object.entries(TABLE))("%s", (what, rows) => {
  let places: Map<string, Place>;
  beforeAll(() => {
    const { code, stdout, stderr } = bulkhead(root, ["explain", what, "--cluster", "prod-eu", "--format", "json"]);
    expect([code, stderr]).toEqual([0, ""]);
    places = new Map((JSON.parse(stdout).places as Place[]).map((p) => [p.place, p]));
  }, 120_000);
  test.each(rows)("%s is set by %s", (place, expected) => { expect(said(places.get(place)!)).toBe(expected); });
});

test("the table has at least four of each cause, and thirty leaves", () => {
  const all = Object.values(TABLE).flat().map(([, cause]) => cause.replace(/ (?:tenants|docs)\/.*/, ""));
  for (const kind of ["definition", "plan", "shared function", "patch", "extension", "rule"]) expect(all.filter((k) => k === kind).length, kind).toBeGreaterThanOrEqual(4);
  expect(all.length).toBeGreaterThanOrEqual(30);
});

const UNIT = "dist/prod-eu/tenants/acme/walls/database/warehouse-eu/unit.sql";
const QUOTA = "dist/prod-eu/tenants/acme/walls/resources/tenant-acme/resourcequota.compute.yaml";
test.each([
  ["a leaf", `${QUOTA}#/spec/hard/limits.cpu`, /set by  plan  tenants\/platform\.ts:40:60  plans\.standard\.compute\.limitsCpu = "16"\n  and by  definition  tenants\/acme\/tenant\.ts:5:3  plan = standard/],
  ["a line of SQL", `${UNIT}#L23`, /by pii\(\)  tenants\/_shared\/columns\.ts:3:3 .*used at tenants\/acme\/sales\/orders\.ts:7:3/],
  ["a line of an object", `${QUOTA}#L19`, /\/spec\/hard\/pods = "61"\n  set by  patch  tenants\/acme\/tenant\.ts:18:9 .*one pod more/],
  ["a map", `${QUOTA}#/metadata/labels`, /app\.kubernetes\.io~1managed-by/],
  ["an absolute path", "ABSOLUTE#/kind", /ResourceQuota/],
])("answers for %s", (_, what, expected) => {
  const { code, stdout } = bulkhead(root, ["explain", what.replace("ABSOLUTE", `${root}/${QUOTA}`)]);
  expect(code).toBe(0);
  expect(stdout).toMatch(expected);
});

test.each([
  ["an unknown path", `${QUOTA.replace("compute", "compote")}`, "BH0020", /did you mean "prod-eu\/tenants\/acme\/walls\/resources\/tenant-acme\/resourcequota.compute.yaml"/],
  ["an unknown object", "ResourceQuota/tenant-acme/compuet", "BH0020", /did you mean "ResourceQuota\/tenant-acme\/compute"/],
  ["several objects", "ResourceQuota/compute", "BH0021", /tenant-acme\/compute[\s\S]*tenant-globex\/compute/],
  ["an unknown pointer", `${QUOTA}#/spec/hard/pod`, "BH0022", /did you mean "\/spec\/hard\/pods"/],
  ["no pointer", `${QUOTA}#spec`, "BH0022", /JSON|json/],
  ["a line too far", `${UNIT}#L9999`, "BH0022", /the file has [0-9]+ lines/],
  ["the header", `${QUOTA}#L1`, "BH0022", /tenants\/acme\/tenant\.ts/],
  ["a pointer into text", `${UNIT}#/a`, "BH0022", /#L12/],
  ["an inventory", "dist/prod-eu/tenants/acme/inventory.json", "BH0020", /lists the other files/],
])("refuses %s", (_, what, code, hint) => {
  const run = bulkhead(root, ["explain", what]);
  expect(run.code).toBe(2);
  expect(run.stderr).toContain(`error[${code}]`);
  expect(run.stderr).toMatch(hint);
});

test("says so when dist/ is not what the definitions give, and explains what they give", () => {
  const other = project(FIXTURE);
  expect(bulkhead(other, ["synth", "--as-of", "2026-11-24"])).toMatchObject({ code: 0 });
  write(other, { "tenants/acme/sales/domain.ts": FIXTURE["tenants/acme/sales/domain.ts"]!.replace("partitions: 6", "partitions: 7") });
  const { stdout, stderr, code } = bulkhead(other, ["explain", "Topic/tenant.acme.sales#/spec/partitions"]);
  expect(code).toBe(0);
  expect(stdout).toMatch(/partitions = 7/);
  expect(stderr).toMatch(/is not what the definitions give now/);
});
