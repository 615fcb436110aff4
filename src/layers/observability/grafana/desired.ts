/** What `dist/` says of Grafana: an organization and a user a tenant, and what lies in the organization. */
import { NAMESPACES } from "../../../model/names.ts";
import type { SourceRef } from "../../../model/problem.ts";
import type { DesiredStore, Tree, TreeManifest } from "../../../model/plane.ts";
import { isMap } from "../../../model/value.ts";

interface Declared { /** Of the resource. */ name: string; file: string; owner?: string; source?: SourceRef }
/** `spec.datasource` with its uid; of secrets only the names. */
export interface Datasource extends Declared { uid: string; model: Record<string, unknown>; secrets: string[] }
export interface Folder extends Declared { uid: string; title: string; parent?: string }
export interface Dashboard extends Declared { uid: string; folder?: string; model: Record<string, unknown> }
export interface Organization extends Declared {
  /** Its name in Grafana, and the tenant. */
  tenant: string;
  /** Of its one user. */
  login: string;
  namespace?: string;
  datasources: Datasource[];
  folders: Folder[];
  dashboards: Dashboard[];
}
export interface GrafanaState { organizations: Organization[]; /** Hosts of tenants' gates. */ gates: Record<string, string> }

export const GRAFANA_GROUP = "grafana.integreatly.org";
/** True for the CronJobs that make organizations. */
export const isOrganizationName = (name: string): boolean => name.startsWith("grafana-org-");
const isOrganizationJob = ({ manifest }: TreeManifest): boolean => manifest["kind"] === "CronJob" && isMap(manifest["metadata"]) && manifest["metadata"]["namespace"] === NAMESPACES.observability && isOrganizationName(String(manifest["metadata"]["name"]));

/** One Grafana a URL; most platforms have one. */
export function grafanaDesired({ manifests }: Tree): DesiredStore<GrafanaState>[] {
  const stores = new Map<string, Organization[]>();
  for (const job of manifests.filter(isOrganizationJob)) {
    const env = environment(job);
    const [url, tenant, login] = [env["GRAFANA_URL"], env["TENANT"], env["LOGIN"]];
    if (!url || !tenant || !login) throw new Error(`${job.file} makes an organization and does not say where, for whom and by which login`);
    stores.set(url, [...(stores.get(url) ?? []), { tenant, login, ...declared(job), ...contentOf(manifests, tenant, url) }]);
  }
  return [...stores].map(([url, organizations], i) => {
    const own = organizations.sort((a, b) => (a.tenant < b.tenant ? -1 : 1));
    const gates = Object.fromEntries(own.flatMap(({ tenant, datasources }) => datasources.flatMap(({ model }) => (URL.canParse(String(model["url"])) ? [[new URL(String(model["url"])).host, tenant]] : []))));
    return { store: i === 0 ? "grafana" : `grafana-${i + 1}`, endpoint: url, state: { organizations: own, gates } };
  });
}

function declared({ manifest, file, owner, source }: TreeManifest): Declared {
  const name = isMap(manifest["metadata"]) ? manifest["metadata"]["name"] : undefined;
  if (typeof name !== "string") throw new Error(`${file} has no name`);
  return { name, file, ...(owner !== undefined && { owner }), ...(source && { source }) };
}

function environment({ manifest }: TreeManifest): Record<string, string> {
  const found: Record<string, string> = {};
  const collect = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(collect);
    else if (isMap(value)) { if (typeof value["name"] === "string" && typeof value["value"] === "string") found[value["name"]] = value["value"]; else Object.values(value).forEach(collect); }
  };
  collect(manifest["spec"]);
  return found;
}

/** Resources go to the Grafana resource of their own namespace, which has the organization's user (D21). */
function contentOf(manifests: readonly TreeManifest[], tenant: string, url: string): Pick<Organization, "namespace" | "datasources" | "folders" | "dashboards"> {
  const own = manifests.filter((one) => one.tenant === tenant && String(one.manifest["apiVersion"]).startsWith(`${GRAFANA_GROUP}/`));
  const of = (kind: string): { one: TreeManifest; spec: Record<string, unknown> }[] => own.filter(({ manifest }) => manifest["kind"] === kind).map((one) => ({ one, spec: isMap(one.manifest["spec"]) ? one.manifest["spec"] : {} }));
  const instance = of("Grafana").find(({ spec }) => isMap(spec["external"]) && spec["external"]["url"] === url)?.one;
  const namespace = instance && (instance.manifest["metadata"] as { namespace?: string }).namespace;
  const folders = of("GrafanaFolder").map(({ one, spec }): Folder => ({ ...declared(one), uid: text(one, spec["uid"]), title: text(one, spec["title"]), ...(spec["parentFolderUID"] !== undefined && { parent: text(one, spec["parentFolderUID"]) }) }));
  const datasources = of("GrafanaDatasource").map(({ one, spec }): Datasource => {
    const { secureJsonData, uid, ...model } = isMap(spec["datasource"]) ? spec["datasource"] : {};
    return { ...declared(one), uid: text(one, spec["uid"] ?? uid), model, secrets: Object.keys(isMap(secureJsonData) ? secureJsonData : {}).sort() };
  });
  const dashboards = of("GrafanaDashboard").map(({ one, spec }): Dashboard => {
    const model = parsed(one, spec["json"]);
    const folder = spec["folderUID"] ?? folders.find(({ name }) => name === spec["folderRef"])?.uid;
    return { ...declared(one), uid: text(one, spec["uid"] ?? model["uid"]), model, ...(folder !== undefined && { folder: text(one, folder) }) };
  });
  return { ...(namespace !== undefined && { namespace }), datasources, folders, dashboards };
}

function text({ file }: TreeManifest, value: unknown): string {
  if (typeof value !== "string" || value === "") throw new Error(`${file} has no uid, title or folder where one is needed: what Grafana made of it cannot be found again`);
  return value;
}

function parsed({ file }: TreeManifest, json: unknown): Record<string, unknown> {
  let model: unknown;
  try { model = JSON.parse(String(json)); } catch { model = undefined; }
  if (!isMap(model)) throw new Error(`${file} holds no dashboard as JSON`);
  return model;
}
