/** Settings that events isolation needs inside objects which others own (D7): listed, never rendered. */
import type { Platform } from "../../model/fleet.ts";
import type { Prerequisite } from "../layer.ts";

/** What each Redpanda at home on the cluster (or on any, without one) must have switched on. */
export function eventsPrerequisites(platform: Platform, cluster?: string): Prerequisite[] {
  const found = new Map<string, Prerequisite>();
  for (const store of Object.values(platform.stores)) {
    if (store.kind !== "redpanda" || (cluster !== undefined && store.home !== cluster)) continue;
    const object = { apiVersion: "cluster.redpanda.com/v1alpha2", kind: "Redpanda", namespace: store.namespace, name: store.cluster };
    const need = (pointer: string, value: unknown, why: string) => found.set(`${store.namespace}/${store.cluster}${pointer}`, { object, pointer, value, why });
    need("/spec/clusterSpec/auth/sasl/enabled", true, "without SASL there are no principals, and no ACL applies to anyone");
    need("/spec/clusterSpec/config/cluster/auto_create_topics_enabled", false, "a topic made by producing to it is in no definition and carries no classification");
    need("/spec/clusterSpec/config/cluster/kafka_enable_authorization", true, "ACLs are only looked at when authorization is on");
    need("/spec/clusterSpec/config/cluster/schema_registry_enable_authorization", true, "otherwise every user may read, write and delete every tenant's schemas (needs a licence)");
    need("/spec/clusterSpec/tls/enabled", true, "passwords and records cross the network, and quota Jobs connect with TLS only");
  }
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, prerequisite]) => prerequisite);
}
