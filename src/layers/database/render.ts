/** State -> objects that apply it, and the files beside them. Everything runs in the platform's database namespace (D4). */
import { contentHash, fit, NAMESPACES, OWNER_ANNOTATION, TENANT_LABEL } from "../../model/names.ts";
import { type Manifest, type Output, PLATFORM_WAVES, place, type Placement, TENANT_WAVES } from "../layer.ts";
import { externalSecret, JOB_REFRESH, secretData, type SecretDatum } from "../manifest.ts";
import { podSpec } from "./pod.ts";
import { ENGINE, passwordSetting, unitSql } from "./sql/unit.ts";
import type { PlacedUnit, PlatformDatabase, TenantDatabase } from "./state.ts";
import { unitName } from "./state/name.ts";
import type { UnitState } from "./state/unit.ts";

const NAMESPACE = NAMESPACES.database;
/** ConfigMap of the engine; its name follows from its text, so a unit always runs with the engine it was rendered for. */
const ENGINE_CONFIG = `sql-engine-${contentHash(ENGINE)}`;
/** Secret with the migrator's credential of a store; it is in no tenant's namespace. */
const adminSecret = (store: string): string => fit(`sql-admin-${store}`, 253);

/** What a unit's objects and files have in common. */
interface Room { area: Placement["area"]; /** Folder of the unit's files below the layer's own. */ folder: string; waves: { secret: number; config: number; job: number } }

/** Writes one tenant's units. */
export function renderTenant(state: TenantDatabase, output: Output): void {
  const waves = { secret: TENANT_WAVES.secrets, config: TENANT_WAVES.config, job: TENANT_WAVES.jobs };
  for (const unit of state.units) renderUnit(unit, { area: "walls", folder: `${unit.store.name}/`, waves }, output);
}

/** Writes a cluster's stores: the engine once, then each store's own unit, its administrative credential and its shared tables. */
export function renderPlatform(state: PlatformDatabase, output: Output): void {
  // Jobs come last: a database that does not answer must not keep tenants from their ApplicationSets.
  const waves = { secret: PLATFORM_WAVES.content, config: PLATFORM_WAVES.content, job: PLATFORM_WAVES.applicationSets };
  const first = state.units[0]!.state;
  const placement: Placement = { area: { platform: "database" }, layer: "database", wave: waves.config, source: first.source, owner: first.owner };
  place(output.chart, { apiVersion: "v1", kind: "ConfigMap", metadata: metadata(ENGINE_CONFIG, first), immutable: true, data: { "engine.sql": ENGINE } }, placement);
  output.file({ area: placement.area, layer: "database", name: "engine.sql", text: ENGINE, source: first.source, owner: first.owner });
  for (const unit of state.units) {
    const folder = unit.state.kind === "bootstrap" ? unit.store.name : unit.state.unit.slice("shared/".length);
    const area = { platform: "database" as const, folder };
    if (unit.state.kind === "bootstrap") {
      place(output.chart, passwords(adminSecret(unit.store.name), unit, secretData(unit.store.adminKey, { username: "username", password: "password" })), { ...placement, area, wave: waves.secret, source: unit.state.source });
    }
    renderUnit(unit, { area, folder: "", waves }, output);
  }
}

function renderUnit(unit: PlacedUnit, room: Room, output: Output): void {
  const { state } = unit;
  const { text, digest } = unitSql(state);
  const name = unitName(state);
  const logins = state.roles.filter((r) => r.passwordKey);
  const at = (wave: number): Placement => ({ area: room.area, layer: "database", wave, source: state.source, owner: state.owner });
  if (logins.length > 0) {
    const data = logins.map((r) => ({ secretKey: r.name, key: r.passwordKey!, property: "password" }));
    place(output.chart, passwords(`${name}-logins`, unit, data), at(room.waves.secret));
  }
  const pod = (config: string) => podSpec({
    store: unit.store, admin: adminSecret(unit.store.name), engine: ENGINE_CONFIG, config,
    passwords: logins.map((r) => ({ secret: `${name}-logins`, key: r.name, setting: passwordSetting(r.name) })),
  });
  // A Job cannot be changed: whatever changes in it or in what it runs gives it, and its ConfigMap, another name.
  const hashed = `${name}-${contentHash(JSON.stringify([text, pod("")]))}`;
  const annotations = { "bulkhead.dev/digest": digest };
  const labels = { "app.kubernetes.io/name": "bulkhead-sql", "bulkhead.dev/store": unit.store.name };
  const template = { metadata: { labels, annotations }, spec: pod(hashed) };
  const job = { backoffLimit: 6, activeDeadlineSeconds: 3600, template };
  place(output.chart, { apiVersion: "v1", kind: "ConfigMap", metadata: metadata(hashed, state, annotations), immutable: true, data: { "unit.sql": text } }, at(room.waves.config));
  place(output.chart, { apiVersion: "batch/v1", kind: "Job", metadata: metadata(hashed, state, annotations), spec: job }, at(room.waves.job));
  place(output.chart, {
    apiVersion: "batch/v1", kind: "CronJob", metadata: metadata(name, state, annotations),
    // The heal of what somebody changed in the database (D13). Spread over the quarter of an hour by name.
    spec: {
      schedule: `${Number.parseInt(contentHash(name), 16) % 15}-59/15 * * * *`, timeZone: "Etc/UTC", concurrencyPolicy: "Forbid", successfulJobsHistoryLimit: 1, failedJobsHistoryLimit: 3,
      jobTemplate: { spec: { ...job, backoffLimit: 0, activeDeadlineSeconds: 800 } },
    },
  }, at(room.waves.job));
  const file = (end: string, content: string): void => output.file({ area: room.area, layer: "database", name: `${room.folder}${end}`, text: content, source: state.source, owner: state.owner });
  file("unit.sql", text);
  file("state.json", `${JSON.stringify({ digest, state }, null, 2)}\n`);
}

function metadata(name: string, state: UnitState, annotations: Record<string, string> = {}): Manifest["metadata"] {
  return {
    name, namespace: NAMESPACE,
    labels: { "app.kubernetes.io/name": "bulkhead-sql", ...(state.tenant && { [TENANT_LABEL]: state.tenant }) },
    annotations: { [OWNER_ANNOTATION]: state.owner, ...annotations },
  };
}

const passwords = (name: string, unit: PlacedUnit, data: readonly SecretDatum[]): Manifest => externalSecret(metadata(name, unit.state), { kind: "ClusterSecretStore", name: unit.secretStore }, data, { refreshInterval: JOB_REFRESH });
