/** Reads a live Grafana by its documented HTTP API: organizations, who is in them, where their datasources lead, folders and dashboards. */
import { type ItemCoverage, type LiveItem, type Reading, type StoreAccess, StoreUnreadable } from "../../../model/plane.ts";
import { inTurn } from "../../../model/turns.ts";
import { isMap } from "../../../model/value.ts";
import { attempt, coverageOf, getJson, part, Refused } from "../http.ts";
import type { GrafanaState, Organization } from "./desired.ts";
import { dashboardValue, datasourceValue } from "./items.ts";

/** Stands in every reading of this plane, for its report: no Grafana could be had to try it on. */
export const UNPROVEN = "not verified on a real component: Grafana is tried on replies written from its API's documentation";

const PAGE = 1000;
/** Requests at one time. */
const AT_ONCE = 6;
/** What Grafana gives at most where it knows no pages; as many as that are not all. */
const MOST_DATASOURCES = 5000;

interface Member { user: number; login: string; role: string }
interface Org { id: number; name: string; members: Member[] }
type Get = (path: string, organization?: number) => Promise<unknown>;

/** A handful of requests an organization, and one a declared datasource and dashboard. The first decides whether the store says anything at all. */
export async function readGrafana(access: StoreAccess, state: GrafanaState): Promise<Reading> {
  const get: Get = (path, organization) => getJson(access, path, organization === undefined ? {} : { "X-Grafana-Org-Id": String(organization) });
  const health = part.map(await get("/api/health"), "health");
  const items: LiveItem[] = [];
  const coverage: ItemCoverage[] = [];
  const settings = await attempt(async () => settingsOf(part.map(await get("/api/admin/settings"), "settings")));
  const orgs = await attempt(() => organizationsOf(get));
  const users = await attempt(async () => pages(get, "/api/users"));
  const theirs = (orgs.value ?? []).filter(({ name }) => state.organizations.some(({ tenant }) => tenant === name));
  items.push(...theirs.map(({ name }): LiveItem => ({ kind: "organization", name, tenant: name, value: {} })));
  coverage.push(coverageOf("organization", theirs.length, orgs.reason));
  if (settings.value && orgs.value) items.push(settingsItem(settings.value, orgs.value, state));
  coverage.push(coverageOf("settings", settings.value && orgs.value ? 1 : 0, settings.reason ?? orgs.reason));
  const people = orgs.value && users.value ? await attempt(async () => peopleItems(orgs.value!, users.value!, state, access.user)) : undefined;
  items.push(...(people?.value ?? []));
  for (const what of ["user", "member", "server-administrators"]) coverage.push(coverageOf(what, people?.value?.filter(({ kind }) => kind === what).length ?? 0, orgs.reason ?? users.reason ?? people?.reason));
  coverage.push({ what: "viewer", state: "excluded", objects: 0, reason: "people come by single sign-on, which git does not declare: of members only administrators and those of several tenants' organizations are compared" });

  const content = new Map<string, { found: number; reason?: string | undefined }>(["datasource", "folder", "dashboard", "public-dashboard"].map((what) => [what, { found: 0, ...(orgs.reason !== undefined && { reason: orgs.reason }) }]));
  const failed: { what: string; organization: string; reason: string }[] = [];
  await inTurn(orgs.value ?? [], AT_ONCE, async (org) => {
    const declared = state.organizations.find(({ tenant }) => tenant === org.name);
    const kinds: [what: string, read: () => Promise<LiveItem[]>][] = [["datasource", () => datasourcesOf(get, org, declared, state)]];
    if (declared) kinds.push(["folder", () => foldersOf(get, org)], ["dashboard", () => dashboardsOf(get, org, declared)], ["public-dashboard", () => publicOf(get, org)]);
    const entered = await attempt(() => enter(get, org));
    for (const [what, read] of kinds) {
      const one = entered.reason === undefined ? await attempt(read) : entered;
      if (one.reason !== undefined) failed.push({ what, organization: org.name, reason: one.reason });
      const found = (one.value ?? []) as LiveItem[];
      items.push(...found);
      content.get(what)!.found += found.length;
    }
  });
  for (const [what, { found, reason: whole }] of content) coverage.push(coverageOf(what, found, whole), ...unread(what, failed, state));
  return { plane: "grafana", store: access.store, ...(typeof health["version"] === "string" && { version: health["version"] }), items: items.sort(byIdentity), coverage: merged(coverage), facts: { unproven: UNPROVEN } };
}

const byIdentity = (a: LiveItem, b: LiveItem): number => { const [x, y] = [a, b].map(({ kind, namespace, name }) => JSON.stringify([kind, namespace, name])); return x! < y! ? -1 : 1; };

/** What could not be read of one organization is unknown of its tenant, or of all where it is nobody's: it may lead into any. */
function unread(what: string, failed: readonly { what: string; organization: string; reason: string }[], { organizations }: GrafanaState): ItemCoverage[] {
  const some = failed.filter((one) => one.what === what);
  if (some.length === 0) return [];
  const tenants = some.map(({ organization }) => organization);
  return [{ what, state: "unknown", objects: 0, reason: `of ${some.length} organizations: ${some[0]!.reason}`, ...(tenants.every((one) => organizations.some(({ tenant }) => tenant === one)) && { tenants: tenants.sort() }) }];
}

/** One row a kind: unknown wins. */
const merged = (coverage: readonly ItemCoverage[]): ItemCoverage[] =>
  [...Map.groupBy(coverage, ({ what }) => what).values()].map((rows) => { const bad = rows.find(({ state }) => state === "unknown"); return bad ? { ...bad, objects: rows.reduce((sum, { objects }) => sum + objects, 0) } : rows[0]!; });

/** All pages of a list whose pages count from 1. A page that repeats would go on for ever: more than a thousand are none. */
async function pages(get: Get, path: string, organization?: number, size: [name: string, of: number] = ["perpage", PAGE]): Promise<Record<string, unknown>[]> {
  const all: Record<string, unknown>[] = [];
  for (let page = 1; page <= 1000; page++) {
    const found = part.list(await get(`${path}${path.includes("?") ? "&" : "?"}${size[0]}=${size[1]}&page=${page}`, organization), "list").map((one) => part.map(one, "list"));
    all.push(...found);
    if (found.length < size[1]) return all;
  }
  throw new StoreUnreadable("its list does not end");
}

/** Organizations' pages count from 0, all others' from 1. */
async function organizationsOf(get: Get): Promise<Org[]> {
  const found = new Map<number, Org>();
  for (let page = 0; page <= 1000; page++) {
    const list = part.list(await get(`/api/orgs?perpage=${PAGE}&page=${page}`), "organizations").map((one) => part.map(one, "organization"));
    for (const { id, name } of list) found.set(part.number(id, "organization"), { id: part.number(id, "organization"), name: part.text(name, "organization"), members: [] });
    if (list.length < PAGE) break;
  }
  await inTurn([...found.values()], AT_ONCE, async (org) => {
    org.members = part.list(await get(`/api/orgs/${org.id}/users`), "members").map((one) => { const { userId, login, role } = part.map(one, "member"); return { user: part.number(userId, "member"), login: part.text(login, "member"), role: part.text(role, "member") }; });
  });
  return [...found.values()];
}

/** Proves that the organization asked for is the one that answers: otherwise another's things would be taken for its own. */
async function enter(get: Get, { id }: Org): Promise<void> {
  if (part.number(part.map(await get("/api/org", id), "organization")["id"], "organization") !== id) throw new StoreUnreadable("it answers for another organization than asked: the auditor is no member of it");
}

interface Settings { anonymous: boolean; newUsers: string }
/** All other settings are dropped here. What is not said is not believed to be off. */
function settingsOf(all: Record<string, unknown>): Settings {
  const [anonymous, users] = [part.map(all["auth.anonymous"], "settings"), part.map(all["users"], "settings")];
  return { anonymous: part.text(anonymous["enabled"], "settings") !== "false", newUsers: users["auto_assign_org"] === "false" ? "" : String(users["auto_assign_org_id"] ?? "1") };
}

function settingsItem({ anonymous, newUsers }: Settings, orgs: readonly Org[], state: GrafanaState): LiveItem {
  const into = orgs.find(({ id }) => String(id) === newUsers)?.name;
  const theirs = into !== undefined && state.organizations.some(({ tenant }) => tenant === into);
  return { kind: "settings", name: "grafana", value: { anonymous, new_users: theirs ? `in ${into}` : "in no tenant's organization" } };
}

function peopleItems(orgs: readonly Org[], users: readonly Record<string, unknown>[], state: GrafanaState, auditor: string | undefined): LiveItem[] {
  const tenants = new Map(state.organizations.map((one) => [one.tenant, one]));
  const logins = new Map(state.organizations.map((one) => [one.login, one.tenant]));
  const admins = new Set(users.filter((one) => one["isAdmin"] === true).map((one) => part.text(one["login"], "user")));
  const items: LiveItem[] = [];
  for (const one of users) {
    const login = part.text(one["login"], "user");
    const tenant = logins.get(login);
    if (tenant === undefined) continue;
    const memberships = orgs.flatMap(({ name, members }) => members.filter((member) => member.login === login).map(({ role }): [string, string] => [name, role]));
    items.push({ kind: "user", name: login, tenant, value: { server_administrator: admins.has(login), disabled: one["isDisabled"] === true, organizations: Object.fromEntries(memberships) } });
  }
  for (const { id, name, members } of orgs.filter((org) => tenants.has(org.name))) {
    for (const { user, login, role } of members) {
      if (logins.has(login) || admins.has(login)) continue;
      const others = orgs.filter((org) => org.name !== name && tenants.has(org.name) && org.members.some((member) => member.login === login)).map((org) => org.name).sort();
      if (role !== "Admin" && others.length === 0) continue;
      const note = others.length > 0 ? `the user is also in the organization of ${others.join(", ")}: sees both tenants` : "administers the tenant's organization: may add datasources with any URL, and members";
      items.push({ kind: "member", namespace: name, name: login, tenant: name, note, value: { role, organization_id: id, user_id: user } });
    }
  }
  const others = [...admins].filter((login) => login !== auditor && !logins.has(login));
  items.push({ kind: "server-administrators", name: "beside the auditor", note: "server administrators reach every organization", value: { count: others.length } });
  return items;
}

async function datasourcesOf(get: Get, { id, name }: Org, declared: Organization | undefined, { gates }: GrafanaState): Promise<LiveItem[]> {
  const list = part.list(await get("/api/datasources", id), "datasources").map((one) => part.map(one, "datasource"));
  if (list.length >= MOST_DATASOURCES) throw new StoreUnreadable(`it lists at most ${MOST_DATASOURCES} datasources, and there may be more`);
  const items: LiveItem[] = [];
  for (const one of list) {
    const uid = part.text(one["uid"], "datasource");
    const known = declared?.datasources.some((of) => of.uid === uid);
    const url = String(one["url"] ?? "");
    const gate = URL.canParse(url) ? gates[new URL(url).host] : undefined;
    // Elsewhere than in a tenant's organization a datasource matters where it leads to a tenant's gate.
    if (!declared && gate === undefined) continue;
    const whole = known ? part.map(await get(`/api/datasources/uid/${encodeURIComponent(uid)}`, id), "datasource") : one;
    const secrets = isMap(whole["secureJsonFields"]) ? Object.entries(whole["secureJsonFields"]).filter(([, set]) => set === true).map(([key]) => key).sort() : [];
    const { json_data: settings, ...value } = datasourceValue(whole, secrets);
    const note = gate !== undefined && gate !== name ? `it leads to the gate of ${gate}` : "git does not know where it leads";
    // Settings of one that nobody declared may hold what is nobody's business here.
    items.push({ kind: "datasource", namespace: name, name: uid, tenant: declared ? name : gate!, ...(!known && { note }), value: { ...value, ...(known ? { json_data: settings! } : { organization_id: id }) } });
  }
  return items;
}

/** Search gives pages of at most 5,000. */
const search = (get: Get, type: string, id: number): Promise<Record<string, unknown>[]> => pages(get, `/api/search?type=${type}`, id, ["limit", PAGE]);

async function foldersOf(get: Get, { id, name }: Org): Promise<LiveItem[]> {
  return (await search(get, "dash-folder", id)).map(({ uid, title, folderUid }) => ({ kind: "folder", namespace: name, name: part.text(uid, "folder"), tenant: name, value: { title: part.text(title, "folder"), parent: String(folderUid ?? "") } }));
}

/** Models of declared dashboards; of others that they are there is enough. */
async function dashboardsOf(get: Get, { id, name }: Org, { dashboards }: Organization): Promise<LiveItem[]> {
  const items: LiveItem[] = [];
  for (const found of await search(get, "dash-db", id)) {
    const uid = part.text(found["uid"], "dashboard");
    const about = { kind: "dashboard", namespace: name, name: uid, tenant: name };
    if (!dashboards.some((of) => of.uid === uid)) { items.push({ ...about, note: "git does not know it", value: { title: String(found["title"] ?? ""), organization_id: id } }); continue; }
    const { dashboard, meta } = part.map(await get(`/api/dashboards/uid/${encodeURIComponent(uid)}`, id), "dashboard");
    items.push({ ...about, value: dashboardValue(part.map(dashboard, "dashboard"), String(part.map(meta, "dashboard")["folderUid"] ?? "")) });
  }
  return items;
}

/** A Grafana that does not know public dashboards has none. */
async function publicOf(get: Get, { id, name }: Org): Promise<LiveItem[]> {
  const items: LiveItem[] = [];
  for (let page = 1; page <= 1000; page++) {
    let answer: unknown;
    try { answer = await get(`/api/dashboards/public-dashboards?perpage=${PAGE}&page=${page}`, id); } catch (error) { if (error instanceof Refused && error.status === 404) return items; throw error; }
    const list = part.list(part.map(answer, "public dashboards")["publicDashboards"] ?? [], "public dashboards").map((one) => part.map(one, "public dashboard"));
    for (const { uid, dashboardUid, isEnabled } of list) if (isEnabled !== false) items.push({ kind: "public-dashboard", namespace: name, name: part.text(uid, "public dashboard"), tenant: name, note: "anybody with its link sees the tenant's data", value: { dashboard: String(dashboardUid ?? ""), organization_id: id } });
    if (list.length < PAGE) return items;
  }
  throw new StoreUnreadable("its list does not end");
}
