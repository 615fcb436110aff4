/** Grafana's things in normal form, on both sides, and what a difference breaks. */
import type { Impact, Revert } from "../../../model/finding.ts";
import { fit, NAMESPACES } from "../../../model/names.ts";
import type { DeclaredItem, DesiredStore, ItemCoverage, ItemDifference, Normal, Reading } from "../../../model/plane.ts";
import { isMap } from "../../../model/value.ts";
import { shellWord } from "../../../model/shell.ts";
import { syncCommand } from "../command.ts";
import { GRAFANA_GROUP, type GrafanaState, type Organization } from "./desired.ts";

/** Leaves of a dashboard that Grafana gives it: numbers that count, and the uid that is its name here. */
const ASSIGNED_TO_DASHBOARDS: ReadonlySet<string> = new Set(["id", "version", "uid"]);

/** A dashboard's model without what Grafana counts. */
export const dashboardValue = (model: Readonly<Record<string, unknown>>, folder: string | undefined): Record<string, Normal> =>
  ({ folder: folder ?? "", model: Object.fromEntries(Object.entries(model).filter(([key]) => !ASSIGNED_TO_DASHBOARDS.has(key))) as Record<string, Normal> });

/** `editable` is erased: Grafana has it for what its own files provision only. Of secrets it is known which are set. What is not given is what Grafana sets. */
export function datasourceValue(model: Readonly<Record<string, unknown>>, secrets: readonly string[]): Record<string, Normal> {
  return {
    name: String(model["name"] ?? ""), type: String(model["type"] ?? ""), access: String(model["access"] ?? "proxy"), url: String(model["url"] ?? ""), user: String(model["user"] ?? ""), database: String(model["database"] ?? ""),
    basic_auth: model["basicAuth"] === true, basic_auth_user: String(model["basicAuthUser"] ?? ""), with_credentials: model["withCredentials"] === true, default: model["isDefault"] === true,
    json_data: (isMap(model["jsonData"]) ? model["jsonData"] : {}) as Record<string, Normal>, secrets: Object.fromEntries(secrets.map((name) => [name, "present"])),
  };
}



/** All that git declares, and the settings without which an organization is no wall. */
export function grafanaItems({ organizations }: GrafanaState, reading: Reading): { items: DeclaredItem[]; unknown: ItemCoverage[] } {
  const live = new Set(reading.items.filter(({ kind }) => kind === "organization").map(({ name }) => name));
  const admins = reading.items.find(({ kind }) => kind === "server-administrators")?.value;
  return {
    unknown: [],
    items: [
      { kind: "settings", name: "grafana", value: { anonymous: false, new_users: "in no tenant's organization" } },
      // Which login is the platform's own administrator stands in a Secret; that there is more than one beside the auditor does not need it.
      { kind: "server-administrators", name: "beside the auditor", value: Number(admins?.["count"] ?? 0) <= 1 && admins ? admins : { count: 1 } },
      ...organizations.flatMap((one) => organizationItems(one, live.has(one.tenant))),
    ],
  };
}

/** What lies in an organization that is not there is not said to be missing piece by piece. */
function organizationItems(of: Organization, there: boolean): DeclaredItem[] {
  const { tenant, login } = of;
  const about = ({ file, owner, source }: Pick<Organization, "file" | "owner" | "source">) => ({ tenant, file, ...(owner !== undefined && { owner }), ...(source && { source }) });
  const own: DeclaredItem[] = [
    { ...about(of), kind: "organization", name: tenant, value: {} },
    { ...about(of), kind: "user", name: login, value: { server_administrator: false, disabled: false, organizations: { [tenant]: "Admin" } } },
  ];
  return !there ? own : [
    ...own,
    ...of.datasources.map((one): DeclaredItem => ({ ...about(one), kind: "datasource", namespace: tenant, name: one.uid, value: datasourceValue(one.model, one.secrets) })),
    ...of.folders.map((one): DeclaredItem => ({ ...about(one), kind: "folder", namespace: tenant, name: one.uid, value: { title: one.title, parent: one.parent ?? "" } })),
    ...of.dashboards.map((one): DeclaredItem => ({ ...about(one), kind: "dashboard", namespace: tenant, name: one.uid, value: dashboardValue(one.model, one.folder) })),
  ];
}

const COSMETIC: ReadonlySet<string> = new Set(["dashboard", "folder"]);

/** Organizations, who is in them and where their datasources lead are the wall; a dashboard asks only what its organization may. */
export function grafanaImpact({ kind, status }: ItemDifference): Impact {
  if (COSMETIC.has(kind)) return "cosmetic";
  if (kind === "organization" || ((kind === "datasource" || kind === "user") && status === "missing")) return "access";
  return "isolation";
}

const KINDS: Readonly<Record<string, string>> = { datasource: "GrafanaDatasource", folder: "GrafanaFolder", dashboard: "GrafanaDashboard" };
const PATHS: Readonly<Record<string, string>> = { datasource: "datasources/uid", folder: "folders", dashboard: "dashboards/uid" };

/** What a Job makes is made again by it, what the operator makes by a sync; the rest is taken away over the API, with a login that curl reads from its own file. */
export function grafanaRevert({ kind, status, name, namespace, tenant, live }: ItemDifference, { endpoint, state }: DesiredStore<GrafanaState>): Revert {
  const base = endpoint.replace(/\/+$/, "");
  const call = (method: string, path: string, organization?: Normal): string => `curl --fail --netrc --request ${method}${organization === undefined ? "" : ` --header ${shellWord(`X-Grafana-Org-Id: ${String(organization)}`)}`} -- ${shellWord(`${base}/api/${path}`)}`;
  const id = live?.value["organization_id"];
  if (kind === "organization" || kind === "user") {
    const job = `grafana-org-${tenant ?? ""}`;
    return { commands: [`kubectl create job ${shellWord(fit(`${job}-by-hand`, 63))} --from=${shellWord(`cronjob/${fit(job, 52)}`)} --namespace ${NAMESPACES.observability}`], note: "the Job states an end: organization, user, role and nothing else; it runs every hour by itself" };
  }
  if (kind === "member") return { commands: [call("DELETE", `orgs/${String(id)}/users/${String(live?.value["user_id"])}`)], breakGlass: true, note: "where people come by single sign-on, its mapping to organizations must not say so either" };
  if (kind === "public-dashboard") return { commands: [call("DELETE", `dashboards/uid/${encodeURIComponent(String(live?.value["dashboard"]))}/public-dashboards/${encodeURIComponent(name)}`, id)], breakGlass: true, note: "whoever has its link sees the tenant's data without a login" };
  if (status === "unmanaged" && PATHS[kind]) return { commands: [call("DELETE", `${PATHS[kind]}/${encodeURIComponent(name)}`, id)], breakGlass: true, note: "git does not know it: delete it, or declare it" };
  const of = state.organizations.find((one) => one.tenant === namespace);
  const object = of && [...of.datasources, ...of.folders, ...of.dashboards].find((one) => one.uid === name);
  if (KINDS[kind] && object && of.namespace !== undefined) return { commands: [syncCommand({ group: GRAFANA_GROUP, kind: KINDS[kind], namespace: of.namespace, name: object.name }, tenant)], note: "grafana-operator writes it anew, at the latest after its resync period" };
  if (kind === "settings") return { commands: [], note: "in Grafana's own configuration auth.anonymous must be off, and users.auto_assign_org_id must not be a tenant's organization" };
  return { commands: [], note: "a server administrator reaches every organization: take the right from all but the platform's own" };
}
