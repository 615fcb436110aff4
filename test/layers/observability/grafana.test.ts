/** The grafana plane on replies written from the API's documentation: nothing here is proven on a real Grafana. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { compareItems } from "../../../src/compare/items.ts";
import type { GrafanaState } from "../../../src/layers/observability/grafana/desired.ts";
import { observabilityLayer } from "../../../src/layers/observability/index.ts";
import { grafanaAudit } from "../../../src/layers/observability/plane.ts";
import { tenantState } from "../../../src/layers/observability/state.ts";
import type { DesiredStore, ItemCoverage, ItemDifference, Reading, Tree } from "../../../src/model/plane.ts";
import { collect, platform, sample, tenant } from "./fixture.ts";
import { type Grafana, grafanaOf, type Org, serveGrafana } from "./grafana-replies.ts";
import { exampleTree, manifestsOf } from "./tree.ts";

const example = exampleTree();
let grafana: Grafana;
let server: { url: string; stop(): Promise<void> };
let store: DesiredStore<GrafanaState>;
async function stage(tree: Tree): Promise<void> {
  grafana = grafanaOf(tree);
  server = await serveGrafana(grafana);
  store = { ...grafanaAudit.desired(tree)[0]!, endpoint: server.url };
}
beforeEach(() => stage(example));
afterEach(() => server.stop());

async function audit(password = "pw"): Promise<{ reading: Reading; differences: ItemDifference[]; unknown: ItemCoverage[] }> {
  const reading = await grafanaAudit.read({ store: "grafana", endpoint: server.url, user: "auditor", password, plain: true, timeoutMs: 5000 }, store.state);
  const { items, unknown } = grafanaAudit.items(store.state, reading);
  return { reading, unknown, differences: compareItems(items, reading.items, [...reading.coverage, ...unknown]) };
}
const told = (differences: readonly ItemDifference[]): string[] => differences.map(({ status, kind, namespace, name, changes }) => [status, kind, ...(namespace === undefined ? [] : [namespace]), name, ...changes.map(({ pointer }) => pointer)].join(" "));
const org = (name = "northwind"): Org => grafana.orgs.find((one) => one.name === name)!;

describe("the law, on replies from the documentation", () => {
  test("what git declares is what is read, and the reading says that it is unproven", async () => {
    const { reading, differences } = await audit();
    expect(told(differences)).toEqual([]);
    expect(reading.facts).toEqual({ unproven: expect.stringContaining("not verified on a real component") });
    expect(reading.coverage.map(({ what, state }) => `${what} ${state}`)).toEqual(["organization read", "settings read", "user read", "member read", "server-administrators read", "viewer excluded", "datasource read", "folder read", "dashboard read", "public-dashboard read"]);
    expect(reading.version).toBe("13.1.0");
    expect(JSON.stringify(reading)).not.toMatch(/leak-me-not|graphite/);
    expect(grafana.asked.every((one) => one.startsWith("GET "))).toBe(true);
  });
  test("any rendered tenants", async () => {
    const tenants = [sample("acme"), tenant("acme-corp", [{ id: "a" }]), tenant("zeta", [])];
    const manifests = tenants.flatMap((one) => manifestsOf(collect((output) => observabilityLayer.renderTenant!(tenantState({ platform: platform(), cluster: "prod-eu", tenant: one }), output)), one.id));
    await server.stop();
    await stage({ cluster: "prod-eu", manifests, texts: [] });
    expect(told((await audit()).differences)).toEqual([]);
    // desired(render(state)) = state
    for (const one of tenants) {
      const state = tenantState({ platform: platform(), cluster: "prod-eu", tenant: one });
      const found = store.state.organizations.find((of) => of.tenant === one.id)!;
      expect(found.namespace).toBe(state.namespace);
      expect(found.datasources.map(({ uid }) => uid)).toEqual([state.datasourceUid]);
      expect(found.folders.map(({ uid, title, name }) => ({ uid, title, name }))).toEqual(state.folders.map(({ uid, title, name }) => ({ uid, title, name })));
      expect(found.dashboards.map(({ model, folder }) => ({ model, folder }))).toEqual(state.dashboards.map(({ model, folder }) => ({ model, folder: state.folders.find(({ name }) => name === folder)!.uid })));
    }
  });
});

const DATASOURCE = "northwind bh-northwind-metrics";
describe("every change is found", () => {
  test.each<[string, () => void, string[], string, RegExp | string]>([
    ["anonymous access", () => { grafana.settings["auth.anonymous"]!["enabled"] = "true"; }, ["changed settings grafana /anonymous"], "isolation", ""],
    ["new users come into a tenant's organization", () => { grafana.settings["users"]!["auto_assign_org_id"] = String(org().id); }, ["changed settings grafana /new_users"], "isolation", ""],
    ["a second server administrator", () => { grafana.users[2]!.isAdmin = true; }, ["changed server-administrators beside the auditor /count"], "isolation", ""],
    ["a tenant's user administers the server", () => { grafana.users.find(({ login }) => login === "bulkhead-northwind")!.isAdmin = true; }, ["changed user bulkhead-northwind /server_administrator"], "isolation", "kubectl create job grafana-org-northwind-by-hand --from=cronjob/grafana-org-northwind --namespace bulkhead-observability"],
    ["a tenant's user is in another organization", () => { org("helvetia-insurance").members.push({ userId: 101, login: "bulkhead-northwind", role: "Viewer" }); }, ["changed user bulkhead-northwind /organizations/helvetia-insurance"], "isolation", /^kubectl create job/],
    ["a tenant's user is no administrator any more", () => { org().members.at(-1)!.role = "Viewer"; }, ["changed user bulkhead-northwind /organizations/northwind"], "isolation", /^kubectl create job/],
    ["an organization is gone", () => { grafana.orgs = grafana.orgs.filter(({ name }) => name !== "northwind"); }, ["missing organization northwind", "changed user bulkhead-northwind /organizations/northwind"], "access", /^kubectl create job/],
    ["somebody else administers an organization", () => { org().members.push({ userId: 9, login: "mallory", role: "Admin" }); }, ["unmanaged member northwind mallory"], "isolation", /^curl --fail --netrc --request DELETE -- http:\/\/127.0.0.1:\d+\/api\/orgs\/1\d\/users\/9$/],
    ["a viewer of two tenants", () => { for (const name of ["northwind", "helvetia-insurance"]) org(name).members.push({ userId: 9, login: "mallory", role: "Viewer" }); }, ["unmanaged member helvetia-insurance mallory", "unmanaged member northwind mallory"], "isolation", /^curl/],
    ["a datasource leads elsewhere", () => { org().datasources[0]!["url"] = "http://metrics-helvetia-insurance.bulkhead-observability.svc:8080"; }, [`changed datasource ${DATASOURCE} /url`], "isolation", "argocd app sync content-northwind --resource grafana.integreatly.org:GrafanaDatasource:tenant-northwind/metrics"],
    ["a datasource sends a header", () => { org().datasources[0]!["jsonData"]["httpHeaderName1"] = "X-Bulkhead-Tenant"; }, [`changed datasource ${DATASOURCE} /json_data/httpHeaderName1`], "isolation", /^argocd/],
    ["a datasource has another user", () => { org().datasources[0]!["basicAuthUser"] = "helvetia-insurance"; }, [`changed datasource ${DATASOURCE} /basic_auth_user`], "isolation", /^argocd/],
    ["a datasource lost its password", () => { org().datasources[0]!["secureJsonFields"] = {}; }, [`changed datasource ${DATASOURCE} /secrets/basicAuthPassword`], "isolation", /^argocd/],
    ["a datasource is asked by the browser", () => { org().datasources[0]!["access"] = "direct"; }, [`changed datasource ${DATASOURCE} /access`], "isolation", /^argocd/],
    ["an extra datasource", () => { org().datasources.push({ uid: "x/../y", name: "x", type: "prometheus", url: "http://prometheus-operated.monitoring.svc:9090", jsonData: { token: "leak-me-not" } }); }, ["unmanaged datasource northwind x/../y"], "isolation", /^curl --fail --netrc --request DELETE --header 'X-Grafana-Org-Id: 1\d' -- http:\/\/127.0.0.1:\d+\/api\/datasources\/uid\/x%2F..%2Fy$/],
    ["a datasource of somebody's leads to a tenant's gate", () => { grafana.orgs[0]!.datasources.push({ uid: "spy", name: "spy", type: "prometheus", url: "http://metrics-northwind.bulkhead-observability.svc:8080/" }); }, ["unmanaged datasource Main Org. spy"], "isolation", /^curl/],
    ["a folder has another title", () => { org().folders[0]!.title = "x"; }, [`changed folder northwind bh-northwind-${"crm"} /title`], "cosmetic", /GrafanaFolder:tenant-northwind/],
    ["an extra folder", () => { org().folders.push({ uid: "extra", title: "x" }); }, ["unmanaged folder northwind extra"], "cosmetic", /^curl/],
    ["a dashboard was edited", () => { org().dashboards[0]!.model["panels"][0].title = "x"; }, ["changed dashboard northwind bh-northwind-crm-customers /model/panels"], "cosmetic", /GrafanaDashboard:tenant-northwind\/crm\.customers/],
    ["a dashboard has one more setting", () => { org().dashboards[0]!.model["links"] = [{ url: "http://evil.example" }]; }, ["changed dashboard northwind bh-northwind-crm-customers /model/links"], "cosmetic", /^argocd/],
    ["a dashboard was moved", () => { delete org().dashboards[0]!.folderUid; }, ["changed dashboard northwind bh-northwind-crm-customers /folder"], "cosmetic", /^argocd/],
    ["a dashboard is gone", () => { org().dashboards.shift(); }, ["missing dashboard northwind bh-northwind-crm-customers"], "cosmetic", /^argocd/],
    ["an extra dashboard", () => { org().dashboards.push({ model: { uid: "extra", title: "x" } }); }, ["unmanaged dashboard northwind extra"], "cosmetic", /^curl/],
    ["a dashboard is public", () => { org().publicDashboards.push({ uid: "p", dashboardUid: "bh-northwind-crm-customers", isEnabled: true }); }, ["unmanaged public-dashboard northwind p"], "isolation", /api\/dashboards\/uid\/bh-northwind-crm-customers\/public-dashboards\/p$/],
  ])("%s", async (_, change, expected, impact, command) => {
    change();
    const { differences, reading } = await audit();
    expect(told(differences)).toEqual(expected);
    expect(differences.map((one) => grafanaAudit.impact(one))).toContain(impact);
    const reverts = differences.map((one) => grafanaAudit.revert(one, store));
    if (command !== "") for (const { commands } of reverts.slice(0, 1)) expect(commands[0]).toMatch(typeof command === "string" ? new RegExp(`^${command.replace(/[.]/g, "\\.")}$`) : command);
    expect(reverts.every(({ commands, note }) => commands.length > 0 || note !== undefined)).toBe(true);
    expect(JSON.stringify(reading)).not.toContain("leak-me-not");
  });
  test.each<[string, () => void]>([
    ["numbers that Grafana counts", () => { org().dashboards[0]!.model["version"] = 99; org().dashboards[0]!.model["id"] = 5; }],
    ["a viewer of one tenant", () => { org().members.push({ userId: 9, login: "ann", role: "Viewer" }); }],
    ["an organization of nobody's here", () => { grafana.orgs.push({ ...structuredClone(grafana.orgs[0]!), id: 77, name: "others" }); }],
    ["a public dashboard that is switched off", () => { org().publicDashboards.push({ uid: "p", dashboardUid: "x", isEnabled: false }); }],
  ])("no difference: %s", async (_, change) => {
    change();
    expect(told((await audit()).differences)).toEqual([]);
  });
});

describe("what cannot be read is unknown", () => {
  test("an organization that the auditor may not enter: another answers for it, and nothing of it is missing", async () => {
    grafana.denied.add("northwind");
    const { differences, reading } = await audit();
    expect(told(differences)).toEqual([]);
    for (const what of ["datasource", "folder", "dashboard", "public-dashboard"]) expect(reading.coverage.find((one) => one.what === what)).toMatchObject({ state: "unknown", tenants: ["northwind"], reason: expect.stringContaining("another organization than asked") });
  });
  test("a login without a server administrator's rights sees nothing that is believed", async () => {
    const { differences, reading } = await audit("wrong");
    expect(told(differences)).toEqual([]);
    expect(reading.coverage.filter(({ state }) => state === "read")).toEqual([]);
    expect(reading.coverage.find(({ what }) => what === "organization")!.reason).toContain("credentials");
  });
  test.each<[string, string[]]>([
    ["/api/users", ["user", "member", "server-administrators"]],
    ["/api/admin/settings", ["settings"]],
    ["/api/orgs", ["organization", "settings", "user", "member", "server-administrators", "datasource", "folder", "dashboard", "public-dashboard"]],
    ["/api/datasources", ["datasource"]],
    ["/api/search", ["folder", "dashboard"]],
    ["/api/datasources/uid/bh-northwind-metrics", ["datasource"]],
    ["/api/dashboards/public-dashboards", ["public-dashboard"]],
  ])("what %s says is refused: only what it tells is unknown, and nothing is a difference", async (path, kinds) => {
    grafana.refused.add(path);
    const { differences, reading } = await audit();
    expect(told(differences)).toEqual([]);
    expect(reading.coverage.filter(({ state }) => state === "unknown").map(({ what }) => what).sort()).toEqual([...kinds].sort());
    expect(JSON.stringify(reading)).not.toContain("secret-in-a-refusal");
  });
  test("more than a page of organizations, users and dashboards", async () => {
    for (let i = 0; i < 1100; i++) { grafana.orgs.push({ ...structuredClone(grafana.orgs[0]!), id: 1000 + i, name: `o${i}`, members: [] }); grafana.users.push({ id: 1000 + i, login: `u${i}`, isAdmin: false, isDisabled: false }); }
    org().dashboards.unshift(...Array.from({ length: 1100 }, (_, i) => ({ model: { uid: `e${i}`, title: "x" } })));
    const { differences, reading } = await audit();
    expect(differences.filter(({ kind, status }) => kind === "dashboard" && status === "unmanaged")).toHaveLength(1100);
    expect(differences).toHaveLength(1100);
    expect(reading.coverage.find(({ what }) => what === "dashboard")).toMatchObject({ state: "read" });
  });
  test.each<[string, (tree: Tree) => void, RegExp]>([
    ["a dashboard that is no JSON", (tree) => { (tree.manifests.find(({ manifest }) => manifest["kind"] === "GrafanaDashboard")!.manifest["spec"] as Record<string, unknown>)["json"] = "{"; }, /holds no dashboard as JSON/],
    ["a folder without uid", (tree) => { delete (tree.manifests.find(({ manifest }) => manifest["kind"] === "GrafanaFolder")!.manifest["spec"] as Record<string, unknown>)["uid"]; }, /has no uid/],
  ])("git's own file that cannot be believed is an error: %s", (_, change, message) => {
    const tree = structuredClone(example);
    change(tree);
    expect(() => grafanaAudit.desired(tree)).toThrow(message);
  });
});
