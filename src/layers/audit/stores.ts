/** How the auditor's pods reach the stores at home on their cluster: whose pods they are, and where the credentials come from. */
import type { Platform, Store } from "../../model/fleet.ts";
import { auditorKafkaSecret, auditorKafkaUser, auditUid, fit, platformSecretKey, REDIS_AUDITOR, REDIS_PROBER } from "../../model/names.ts";
import type { Peer } from "./state.ts";

/** A Secret in the auditor's namespace, and which of its keys is which file. */
interface Source { secret: string; files: Record<string, string> }
/** An ExternalSecret that makes one: property of the platform's secret store by key of the Secret. */
interface External { name: string; key: string; properties: Record<string, string> }

export interface AuditStore {
  store: string;
  pods: Peer;
  port: number;
  /** Login, where it has a name that git knows, and the one for probes. */
  user?: string;
  prober?: string;
  sources: Source[];
  externals: External[];
}

/** Folder in which a store's files are mounted, by the store's name. */
export const STORES_FOLDER = "/stores";

const external = (name: string, key: string, properties: Record<string, string>): { source: Source; external: External } => ({
  source: { secret: name, files: Object.fromEntries(Object.keys(properties).map((file) => [file, file])) }, external: { name, key, properties },
});

/** The stores of a cluster, by name. */
export function auditStores(platform: Platform, cluster: string): AuditStore[] {
  const probe = platform.audit?.probe ?? false;
  return Object.values(platform.stores).filter(({ home, kind }) => home === cluster && kind !== "starrocks").sort((a, b) => (a.name < b.name ? -1 : 1)).map((store): AuditStore => {
    const { name, namespace, podLabels, port } = store;
    return { store: name, pods: { namespace, podLabels }, port, ...credentials(store, probe) };
  });
}

function credentials(store: Store, probe: boolean): Pick<AuditStore, "user" | "prober" | "sources" | "externals"> {
  switch (store.kind) {
    case "postgres": {
      const { source, external: made } = external(fit(`store-${store.name}`, 63), platformSecretKey("database", store.name, "logins", store.auditorLogin), { password: "password" });
      return { user: store.auditorLogin, sources: [source], externals: [made] };
    }
    case "redpanda": {
      // Of the administrator's key only the authority.
      const { source, external: made } = external(fit(`store-${store.name}`, 63), store.adminKey, { "ca.crt": "ca" });
      return { user: auditorKafkaUser(store.name), sources: [{ secret: auditorKafkaSecret(store.name), files: { password: "password" } }, source], externals: [made] };
    }
    case "redis": {
      const login = external(fit(`store-${store.name}`, 63), platformSecretKey("redis", store.name, "logins", REDIS_AUDITOR), { password: "password" });
      const authority = external(fit(`store-${store.name}-ca`, 63), store.adminKey, { "ca.crt": "ca" });
      const second = external(fit(`store-${store.name}-probe`, 63), platformSecretKey("redis", store.name, "logins", REDIS_PROBER), { "probe-password": "password" });
      const all = [login, authority, ...(probe ? [second] : [])];
      return { user: REDIS_AUDITOR, prober: REDIS_PROBER, sources: all.map(({ source }) => source), externals: all.map(({ external: made }) => made) };
    }
    // Its plane has no reader yet: the auditor gets nothing that it does not use.
    case "starrocks": return { sources: [], externals: [] };
    // Rook puts a user's keys beside the object, under this name.
    case "ceph": return { sources: [{ secret: `rook-ceph-object-user-${store.objectStore}-${auditUid(store.name)}`, files: { AccessKey: "username", SecretKey: "password" } }], externals: [] };
  }
}
