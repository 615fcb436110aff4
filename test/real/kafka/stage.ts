/** Brokers that hold what git says, and the auditor as git declares it. */
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { load } from "js-yaml";
import { compareItems } from "../../../src/compare/items.ts";
import { eventsLayer } from "../../../src/layers/events/index.ts";
import { kafkaAudit } from "../../../src/layers/events/plane.ts";
import { eventsPlatformState, eventsState } from "../../../src/layers/events/state.ts";
import type { KafkaState } from "../../../src/layers/events/desired.ts";
import type { Platform, Tenant } from "../../../src/model/fleet.ts";
import { type DesiredStore, type ItemDifference, type Reading, type StoreAccess, StoreUnreadable, type Tree, type TreeManifest } from "../../../src/model/plane.ts";
import { collect } from "../../layers/events/fixture.ts";
import { Broker } from "../apply/broker.ts";
import { applyRedpanda, passwordOf } from "../apply/redpanda.ts";
import { type KafkaOptions, type KafkaServer, startKafka } from "../provision/index.ts";

const dist = resolve(import.meta.dirname, "../../../dist");
const identityOf = (manifest: any) => ({ apiVersion: manifest.apiVersion, kind: manifest.kind, namespace: manifest.metadata.namespace, name: manifest.metadata.name });

/** The committed example, as an audit reads it. */
export function committed(cluster: string): Tree {
  const files = readdirSync(join(dist, cluster), { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".yaml")).sort();
  const manifests = files.map((file): TreeManifest => {
    const tenant = /^tenants\/([^/]+)\//.exec(file)?.[1];
    return { manifest: load(readFileSync(join(dist, cluster, file), "utf8")) as Record<string, unknown>, file: `${cluster}/${file}`, ...(tenant && { tenant }) };
  });
  return { cluster, manifests: manifests.filter(({ manifest }) => kafkaAudit.wants(identityOf(manifest))), texts: [] };
}

/** Tenants rendered in memory, and the platform's half. */
export function rendered(platform: Platform, tenants: readonly Tenant[], cluster = "prod-eu"): Tree {
  const own = collect((output) => eventsLayer.renderPlatform!(eventsPlatformState({ platform, cluster, sharedTables: [] })!, output)).map(({ manifest }) => ({ manifest, tenant: undefined }));
  const theirs = tenants.flatMap((tenant) => { const state = eventsState({ platform, tenant, cluster }); return state ? collect((output) => eventsLayer.renderTenant!(state, output)).map(({ manifest }) => ({ manifest, tenant: tenant.id })) : []; });
  const manifests = [...own, ...theirs].map(({ manifest, tenant }): TreeManifest => ({ manifest: structuredClone(manifest), file: `${cluster}/${manifest.kind}.${manifest.metadata.name}.yaml`, ...(tenant && { tenant }) }));
  return { cluster, manifests: manifests.filter(({ manifest }) => kafkaAudit.wants(identityOf(manifest))), texts: [] };
}

/** One store of a tree. */
export class Stage {
  readonly server: KafkaServer;
  readonly admin: Broker;
  tree!: Tree;
  store!: DesiredStore<KafkaState>;
  private constructor(server: KafkaServer, admin: Broker) { this.server = server; this.admin = admin; }

  static async start(options: KafkaOptions = {}): Promise<Stage> {
    const server = await startKafka(options);
    try {
      return new Stage(server, await Broker.open(server.data));
    } catch (error) {
      await server.stop();
      throw error;
    }
  }
  async stop(): Promise<void> { await this.admin.close(); await this.server.stop(); }

  /** Makes the brokers hold a tree's first store. */
  async hold(tree: Tree): Promise<void> {
    this.tree = tree;
    this.store = (kafkaAudit.desired(tree) as DesiredStore<KafkaState>[])[0]!;
    await this.apply();
  }
  /** Takes everything away but the superuser. */
  async empty(): Promise<void> {
    await this.admin.deleteTopics(...[...(await this.admin.topics()).keys()].filter((name) => !name.startsWith("__")));
    for (const user of (await this.admin.users()).keys()) if (user !== this.server.data.user) await this.admin.deleteUser(user);
    await this.admin.deleteAclsOf(null);
    for (const { entity, keys } of await this.admin.quotas()) await this.admin.alterQuota(entity, {}, keys);
  }
  /** What the operator does at its next look, and the quota Jobs. */
  async apply(): Promise<void> { await applyRedpanda(this.admin, this.tree.manifests.map(({ manifest }) => manifest)); }

  /** The rendered auditor's login. */
  get auditor(): string { return `bulkhead.audit.${this.store.store}`; }
  access(more: Partial<StoreAccess> = {}): StoreAccess {
    return { store: this.store.store, endpoint: this.server.data.endpoint, user: this.auditor, password: passwordOf(this.auditor), plain: true, timeoutMs: 30_000, ...more };
  }
  login(user: string, clientId?: string): Promise<Broker> { return Broker.open({ endpoint: this.server.data.endpoint, user, password: passwordOf(user) }, clientId); }

  read(more: Partial<StoreAccess> = {}): Promise<Reading> { return kafkaAudit.read(this.access(more), this.store.state); }
  /** What differs once `done` likes it, or after some seconds: a broker learns of a change a moment after it was answered. */
  async settled(done: (found: ItemDifference[]) => boolean = (found) => found.length === 0): Promise<ItemDifference[]> {
    for (const end = Date.now() + 30_000; ; await pause(50)) {
      const late = Date.now() > end;
      const found = await this.differences().catch((error: unknown) => { if (late || !(error instanceof StoreUnreadable)) throw error; return undefined; });
      if (found && (done(found) || late)) return found;
    }
  }
  /** What differs from git, as the auditor reads it. */
  async differences(): Promise<ItemDifference[]> {
    const reading = await this.read();
    const unread = reading.coverage.filter(({ state }) => state === "unknown");
    if (unread.length > 0) throw new Error(`not read: ${JSON.stringify(unread)}`);
    return compareItems(kafkaAudit.items(this.store.state, reading).items, reading.items, reading.coverage);
  }
}
