/** What git says of a store: the states beside the SQL in `dist/`, believed only where SQL, digest, ConfigMap and Job are what the state renders (D23). */
import { NAMESPACES } from "../../model/names.ts";
import type { DesiredStore, Tree, TreeText } from "../../model/plane.ts";
import { isMap } from "../../model/value.ts";
import { unitSql } from "./sql/unit.ts";
import type { UnitState } from "./state/unit.ts";

/** One unit as git holds it. */
export interface DesiredUnit { state: UnitState; digest: string; /** Its `state.json`, below `dist/`. */ file: string }
/** One store: its own unit, its shared tables', its tenants'. In the order of their files. */
export interface StoreState { store: string; database: string; units: DesiredUnit[] }

const STATE = /(?:^|\/)database\/[^/]+\/state\.json$/;
const ENGINE = /(?:^|\/)platform\/database\/engine\.sql$/;

/** The texts of this plane. */
export const isDatabaseText = (file: string): boolean => STATE.test(file) || ENGINE.test(file) || /(?:^|\/)database\/[^/]+\/unit\.sql$/.test(file);
/** Its manifests: what applies the texts. */
export const appliesSql = ({ kind, namespace, name }: { kind: string; namespace?: string; name: string }): boolean =>
  namespace === NAMESPACES.database && (kind === "Job" || kind === "ConfigMap") && name.startsWith("sql-");

/** Every store of the tree. Throws an Error that names the file where one cannot be believed. */
export function desiredStores(tree: Tree): DesiredStore<StoreState>[] {
  const texts = new Map(tree.texts.map((one) => [one.file, one]));
  const engine = tree.texts.find(({ file }) => ENGINE.test(file));
  const carried = new Set(tree.manifests.flatMap(({ manifest }) => (manifest["kind"] === "ConfigMap" && isMap(manifest["data"]) ? Object.values(manifest["data"]) : [])));
  const stores = new Map<string, StoreState>();
  for (const text of tree.texts.filter(({ file }) => STATE.test(file)).sort((a, b) => (a.file < b.file ? -1 : 1))) {
    const unit = believe(text, texts.get(text.file.replace(/state\.json$/, "unit.sql")), engine, carried);
    const { store } = unit.state;
    if (!stores.has(store)) stores.set(store, { store, database: "", units: [] });
    stores.get(store)!.units.push(unit);
  }
  return [...stores.values()].map((state) => {
    const { host, port, database } = targetOf(tree, state.store);
    const own = state.units.filter((unit) => unit.state.kind === "bootstrap");
    if (own.length !== 1) throw new Error(`store ${state.store} has ${own.length} units of its own in git, and must have one`);
    const twice = state.units.find((unit, i) => state.units.findIndex((other) => other.state.unit === unit.state.unit) !== i);
    if (twice) throw new Error(`${twice.file}: unit ${twice.state.unit} is there twice`);
    return { store: state.store, endpoint: `${host.includes(":") ? `[${host}]` : host}:${port}`, state: { ...state, database } };
  });
}

function believe(text: TreeText, sql: TreeText | undefined, engine: TreeText | undefined, carried: ReadonlySet<unknown>): DesiredUnit {
  const { file } = text;
  if (!sql) throw new Error(`${file}: the SQL that it describes is not beside it`);
  if (!engine) throw new Error(`${file}: the engine that its SQL calls, platform/database/engine.sql, is not in git`);
  const held = parse(text);
  const rendered = render(held.state, engine.text, file);
  if (held.digest !== rendered.digest || sql.text !== rendered.text) {
    throw new Error(`${file}: it does not match ${sql.file}: one of them was changed by hand, or another version of Bulkhead wrote them; run bulkhead synth`);
  }
  if (!carried.has(sql.text) || !carried.has(engine.text)) throw new Error(`${file}: no ConfigMap in git carries ${carried.has(sql.text) ? engine.file : sql.file} as it stands there`);
  return { state: held.state, digest: held.digest, file };
}

function parse({ text, file }: TreeText): { digest: string; state: UnitState } {
  let value: unknown;
  try { value = JSON.parse(text); } catch { throw new Error(`${file}: no JSON`); }
  const state = isMap(value) ? value["state"] : undefined;
  if (!isMap(value) || typeof value["digest"] !== "string" || !isMap(state) || typeof state["unit"] !== "string" || typeof state["store"] !== "string" || !isMap(state["source"])) throw new Error(`${file}: no state of a SQL unit`);
  return { digest: value["digest"], state: state as unknown as UnitState };
}

function render(state: UnitState, engine: string, file: string): { text: string; digest: string } {
  try { return unitSql(state, engine); } catch { throw new Error(`${file}: no state of a SQL unit`); }
}

/** Where the store's Jobs connect to. */
function targetOf(tree: Tree, store: string): { host: string; port: string; database: string } {
  const found = new Set<string>();
  for (const { manifest, file } of tree.manifests) {
    const job = manifest as unknown as { kind: string; metadata?: { labels?: Record<string, string> }; spec?: { template?: { spec?: { containers?: { env?: { name: string; value?: string }[] }[] } } } };
    if (job.kind !== "Job" || job.metadata?.labels?.["bulkhead.dev/store"] !== store && job.spec?.template !== undefined && labelsOf(job.spec.template)["bulkhead.dev/store"] !== store) continue;
    const env = new Map((job.spec?.template?.spec?.containers?.[0]?.env ?? []).map((one) => [one.name, one.value]));
    const target = ["PGHOST", "PGPORT", "PGDATABASE"].map((name) => env.get(name));
    if (target.some((value) => value === undefined)) throw new Error(`${file}: it does not say which database it connects to`);
    found.add(JSON.stringify(target));
  }
  if (found.size !== 1) throw new Error(found.size === 0 ? `store ${store}: no Job in git applies its SQL` : `store ${store}: its Jobs connect to different databases`);
  const [host, port, database] = JSON.parse([...found][0]!) as [string, string, string];
  return { host, port, database };
}
const labelsOf = (template: object): Record<string, string> => (template as { metadata?: { labels?: Record<string, string> } }).metadata?.labels ?? {};
