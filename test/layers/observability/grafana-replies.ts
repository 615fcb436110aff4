/**
 * Grafana's HTTP API as its documentation describes the replies (Organization, User, Admin, Data source, Folder/Dashboard Search, Dashboard and Public dashboard
 * API). No Grafana could be had: what lies in it is made here from the rendered resources, as grafana-operator and the organization Job are documented to.
 */
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Tree } from "../../../src/model/plane.ts";

export interface Org { id: number; name: string; members: { userId: number; login: string; role: string }[]; datasources: Record<string, any>[]; folders: { uid: string; title: string; folderUid?: string }[]; dashboards: { folderUid?: string; model: Record<string, any> }[]; publicDashboards: { uid: string; dashboardUid: string; isEnabled: boolean }[] }
export interface Grafana { orgs: Org[]; users: { id: number; login: string; isAdmin: boolean; isDisabled: boolean }[]; settings: Record<string, Record<string, string>>; /** Which organizations the auditor may enter. */ denied: Set<string>; /** Paths that are refused. */ refused: Set<string>; asked: string[] }

/** What the rendered resources of a tree make. The server's administrator made the organizations, and is in each as its API says of who creates one. */
export function grafanaOf(rendered: Tree): Grafana {
  const tree = structuredClone(rendered);
  const of = (kind: string, tenant?: string) => tree.manifests.filter((one) => one.manifest["kind"] === kind && (tenant === undefined || one.tenant === tenant)).map(({ manifest }) => manifest as Record<string, any>);
  const grafana: Grafana = {
    users: [{ id: 1, login: "admin", isAdmin: true, isDisabled: false }, { id: 2, login: "auditor", isAdmin: true, isDisabled: false }, { id: 3, login: "viewer", isAdmin: false, isDisabled: false }],
    orgs: [{ id: 1, name: "Main Org.", members: [{ userId: 1, login: "admin", role: "Admin" }], datasources: [{ id: 1, uid: "other", name: "other", type: "graphite", access: "proxy", url: "http://graphite.example" }], folders: [], dashboards: [], publicDashboards: [] }],
    settings: { "auth.anonymous": { enabled: "false", org_name: "Main Org.", org_role: "Viewer" }, users: { allow_sign_up: "false", auto_assign_org: "true", auto_assign_org_id: "1" }, security: { admin_password: "************", secret_key: "leak-me-not" } },
    denied: new Set(), refused: new Set(), asked: [],
  };
  const jobs = of("CronJob").filter(({ metadata }) => metadata.name.startsWith("grafana-org-"));
  for (const [i, job] of jobs.entries()) {
    const env = job["spec"].jobTemplate.spec.template.spec.containers[0].env as { name: string; value: string }[];
    const [tenant, login] = ["TENANT", "LOGIN"].map((name) => env.find((one) => one.name === name)!.value) as [string, string];
    const id = 10 + i;
    grafana.users.push({ id: 100 + i, login, isAdmin: false, isDisabled: false });
    const folders = of("GrafanaFolder", tenant);
    grafana.orgs.push({
      id, name: tenant, publicDashboards: [], members: [{ userId: 1, login: "admin", role: "Admin" }, { userId: 2, login: "auditor", role: "Admin" }, { userId: 200 + i, login: `viewer-${tenant}`, role: "Viewer" }, { userId: 100 + i, login, role: "Admin" }],
      datasources: of("GrafanaDatasource", tenant).map(({ spec }, n) => { const { secureJsonData, editable: _, ...model } = spec.datasource; return { id: n + 1, orgId: id, uid: spec.uid, ...model, password: "", user: "", database: "", secureJsonFields: Object.fromEntries(Object.keys(secureJsonData).map((key) => [key, true])), version: 3, readOnly: false }; }),
      folders: folders.map(({ spec }) => ({ uid: spec.uid, title: spec.title })),
      dashboards: of("GrafanaDashboard", tenant).map(({ spec }, n) => ({ folderUid: folders.find(({ metadata }) => metadata.name === spec.folderRef)!["spec"].uid, model: { ...JSON.parse(spec.json), uid: spec.uid, id: n + 7, version: 4 } })),
    });
  }
  return grafana;
}

/** Answers as the documentation says. The list of datasources does not say which secrets are set; organizations' pages count from 0. */
function answer(grafana: Grafana, request: IncomingMessage): [number, unknown] {
  const url = new URL(request.url!, "http://x");
  const [path, page] = [url.pathname, Number(url.searchParams.get("page") ?? 1)];
  grafana.asked.push(`${request.method} ${path}`);
  if (path === "/api/health") return [200, { commit: "x", database: "ok", version: "13.1.0" }];
  if (request.headers.authorization !== `Basic ${Buffer.from("auditor:pw").toString("base64")}`) return [401, { message: "Invalid username or password" }];
  if (grafana.refused.has(path)) return [403, { message: "Permissions needed: secret-in-a-refusal" }];
  const paged = <T>(list: T[], from: number, size = Number(url.searchParams.get("perpage") ?? url.searchParams.get("limit") ?? 1000)): T[] => list.slice((page - from) * size, (page - from + 1) * size);
  if (path === "/api/admin/settings") return [200, grafana.settings];
  if (path === "/api/orgs") return [200, paged(grafana.orgs.map(({ id, name }) => ({ id, name })), 0)];
  if (path === "/api/users") return [200, paged(grafana.users.map((user) => ({ ...user, name: user.login, email: "", authLabels: [] })), 1)];
  const users = /^\/api\/orgs\/(\d+)\/users$/.exec(path);
  if (users) return [200, grafana.orgs.find(({ id }) => id === Number(users[1]))!.members.map((member) => ({ ...member, orgId: Number(users[1]), email: "" }))];
  const asked = grafana.orgs.find(({ id }) => id === Number(request.headers["x-grafana-org-id"]));
  // Who is no member is answered for his own organization.
  const org = asked && !grafana.denied.has(asked.name) ? asked : grafana.orgs[0]!;
  if (path === "/api/org") return [200, { id: org.id, name: org.name }];
  if (path === "/api/datasources") return [200, org.datasources.map(({ secureJsonFields: _, basicAuthUser: __, ...rest }) => rest)];
  if (path === "/api/search") return [200, paged<object>(url.searchParams.get("type") === "dash-folder" ? org.folders.map((one, i) => ({ id: i, type: "dash-folder", tags: [], ...one })) : org.dashboards.map(({ model, folderUid }) => ({ uid: model["uid"], title: model["title"], type: "dash-db", folderUid })), 1)];
  if (path === "/api/dashboards/public-dashboards") return [200, { publicDashboards: org.publicDashboards, totalCount: org.publicDashboards.length, page, perPage: 1000 }];
  const one = /^\/api\/(datasources|dashboards)\/uid\/(.+)$/.exec(path);
  const uid = decodeURIComponent(one?.[2] ?? "");
  const datasource = one?.[1] === "datasources" && org.datasources.find((of) => of["uid"] === uid);
  if (datasource) return [200, datasource];
  const dashboard = one?.[1] === "dashboards" && org.dashboards.find(({ model }) => model["uid"] === uid);
  if (dashboard) return [200, { dashboard: dashboard.model, meta: { isStarred: false, slug: "x", folderUid: dashboard.folderUid ?? "" } }];
  return [404, { message: "Not found" }];
}

export async function serveGrafana(grafana: Grafana): Promise<{ url: string; stop(): Promise<void> }> {
  const server: Server = createServer((request, response) => { const [status, body] = answer(grafana, request); response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body)); });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, stop: () => new Promise((done) => { server.close(() => done()); server.closeAllConnections(); }) };
}
