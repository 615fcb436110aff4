/** Desired state of each Redis, as its ConfigMaps in `dist/` hold it: `desired(render(state)) = state` (D23). */
import { NAMESPACES } from "../../../model/names.ts";
import type { DesiredStore, Tree, TreeManifest } from "../../../model/plane.ts";
import { isMap } from "../../../model/value.ts";
import type { RedisUser } from "../state.ts";
import { STATE, STORE_ANNOTATION } from "../unit.ts";
import { platformScript, tenantScript } from "./script.ts";
import { SCRIPT, type UnitState } from "./unit.ts";

/** Where something stands in `dist/`. */
export type Place = Pick<TreeManifest, "file" | "owner" | "source">;
export interface DesiredUser extends RedisUser { /** Whether it has one. */ password: boolean; tenant?: string; place: Place }
export interface RedisState {
  /** Absent where the platform's own file is not in the tree: then nothing is known of its users and settings. */
  adminUser?: string;
  settings: Record<string, string>;
  modules: string[];
  users: DesiredUser[];
  tenants: string[];
  /** Of settings and modules. */
  place?: Place;
}

/** ConfigMaps of the Jobs; a Secret or a Job says nothing that they do not. */
export const wants = ({ kind, namespace, name }: { kind: string; namespace?: string; name: string }): boolean => kind === "ConfigMap" && namespace === NAMESPACES.serving && name.startsWith("redis-");

/** Stores by name. Throws where a script is not the one that its state makes: somebody changed one of the two. */
export function desiredRedis(tree: Tree): DesiredStore<RedisState>[] {
  const stores = new Map<string, DesiredStore<RedisState>>();
  for (const entry of tree.manifests) {
    const { metadata, data } = entry.manifest as { metadata: { name: string; namespace?: string; annotations?: Record<string, string> }; data?: Record<string, string> };
    if (!wants({ kind: String(entry.manifest["kind"]), name: metadata.name, ...(metadata.namespace !== undefined && { namespace: metadata.namespace }) }) || !metadata.annotations?.[STORE_ANNOTATION]) continue;
    const state = parsed(entry.file, data?.[STATE]);
    const place: Place = { file: entry.file, ...(entry.owner !== undefined && { owner: entry.owner }), ...(entry.source && { source: entry.source }) };
    const { store, endpoint, tenant, users } = state;
    const script = tenant === undefined ? platformScript(users.map(({ password, ...user }) => ({ ...user, ...(password && user.name !== state.adminUser && { passwordKey: "" }) })), state.adminUser!, state.settings!) : tenantScript(tenant, users);
    if (script !== data?.[SCRIPT]) throw new Error(`${entry.file}: ${SCRIPT} is not what ${STATE} says`);
    let found = stores.get(store);
    if (!found) { found = { store, endpoint, state: { settings: {}, modules: [], users: [], tenants: [] } }; stores.set(store, found); }
    if (found.endpoint !== endpoint) throw new Error(`${entry.file}: store ${store} is at ${endpoint}, and elsewhere at ${found.endpoint}`);
    const all = found.state;
    if (tenant === undefined) Object.assign(all, { adminUser: state.adminUser, settings: state.settings, modules: state.modules, place });
    else all.tenants.push(tenant);
    all.users.push(...users.map(({ name, rules, password }) => ({ name, rules, password: tenant !== undefined || password === true, ...(tenant !== undefined && { tenant }), place })));
  }
  return [...stores.values()].map((store) => ({ ...store, state: { ...store.state, tenants: store.state.tenants.sort(), users: store.state.users.sort((a, b) => (a.name < b.name ? -1 : 1)) } })).sort((a, b) => (a.store < b.store ? -1 : 1));
}

function parsed(file: string, text: string | undefined): UnitState {
  let state: unknown;
  try { state = JSON.parse(text ?? ""); } catch { state = undefined; }
  const isText = (value: unknown): value is string => typeof value === "string";
  const isUser = (value: unknown): boolean => isMap(value) && isText(value["name"]) && Array.isArray(value["rules"]) && value["rules"].every(isText);
  const platform = (s: Record<string, unknown>): boolean => isText(s["adminUser"]) && isMap(s["settings"]) && Object.values(s["settings"]).every(isText) && Array.isArray(s["modules"]) && s["modules"].every(isText);
  if (!isMap(state) || !isText(state["store"]) || !isText(state["endpoint"]) || !Array.isArray(state["users"]) || !state["users"].every(isUser) || (state["tenant"] === undefined ? !platform(state) : !isText(state["tenant"]))) {
    throw new Error(`${file}: ${STATE} is not what Bulkhead writes`);
  }
  return state as unknown as UnitState;
}
