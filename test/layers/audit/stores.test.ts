/** How the auditor's pods reach the stores at home on their cluster (D26, D27). */
import { describe, expect, test } from "vitest";
import type { PlatformInput } from "../../../src/define/define.ts";
import { auditPolicyFile } from "../../../src/layers/audit/policy.ts";
import { AUDIT, one, rendered, resolved } from "./fixture.ts";

const STORES: PlatformInput["stores"] = {
  warehouse: { kind: "postgres", home: "eu", host: "db.postgres.svc", database: "warehouse", adminKey: "platform/warehouse/migrator", image: "docker.io/library/postgres:18.1", namespace: "postgres", podLabels: { app: "db" } },
  stream: { kind: "redpanda", home: "eu", namespace: "redpanda", cluster: "stream", brokers: "stream.redpanda.svc", adminKey: "platform/stream/admin", image: "docker.redpanda.com/redpandadata/redpanda:v26.2.2", podLabels: { app: "redpanda" } },
  cache: { kind: "redis", home: "eu", host: "cache.redis.svc", adminKey: "platform/cache/admin", image: "docker.io/library/redis:7.4.1", namespace: "redis", podLabels: { app: "redis" }, limits: "instance" },
  lake: { kind: "ceph", home: "eu", namespace: "rook-ceph", objectStore: "lake", storageClass: "lake", endpoint: "rgw.rook-ceph.svc", podLabels: { app: "rgw" } },
};
const objects = rendered({}, {}, {}, STORES);
const pod = one(objects, "CronJob", "audit").spec.jobTemplate.spec.template.spec;
const volumes = Object.fromEntries(pod.volumes.filter((v: any) => v.name.startsWith("store-")).map((v: any) => [v.name, v.projected.sources.map(({ secret }: any) => `${secret.name}${secret.optional ? "?" : ""} ${secret.items.map((i: any) => `${i.key}=${i.path}`).join()}`)]));
const external = (name: string) => one(objects, "ExternalSecret", name).spec.data.map((d: any) => `${d.secretKey}=${d.remoteRef.key}#${d.remoteRef.property}`);

describe("credentials of stores", () => {
  test("are one folder a store, and none keeps a pod from starting", () => expect(volumes).toEqual({
    "store-cache": ["store-cache? password=password", "store-cache-ca? ca.crt=ca.crt"],
    "store-lake": ["rook-ceph-object-user-lake-bulkhead.audit.lake? AccessKey=username,SecretKey=password"],
    "store-stream": ["kafka-stream? password=password", "store-stream? ca.crt=ca.crt"],
    "store-warehouse": ["store-warehouse? password=password"],
  }));
  test("come from the login's own key; of the brokers' administrator only the authority", () => {
    expect(external("store-warehouse")).toEqual(["password=platform/database/warehouse/logins/bh_auditor#password"]);
    expect(external("store-stream")).toEqual(["ca.crt=platform/stream/admin#ca"]);
  });
  test("are the audit step's alone", () => {
    const holders = [...pod.initContainers, ...pod.containers].filter((c: any) => c.volumeMounts.some((m: any) => m.name.startsWith("store-")));
    expect(holders.map((c: any) => c.name)).toEqual(["audit"]);
    expect(holders[0].volumeMounts.filter((m: any) => m.name.startsWith("store-"))).toEqual(["cache", "lake", "stream", "warehouse"].map((store) => ({ name: `store-${store}`, mountPath: `/stores/${store}`, readOnly: true })));
    expect(holders[0].env).toContainEqual({ name: "BULKHEAD_CREDENTIALS", value: "/stores" });
  });
});

test("shards may go to the stores' pods, the merge may not", () => {
  const ways = (name: string) => one(objects, "NetworkPolicy", name).spec.egress.flatMap((rule: any) => rule.to.flatMap((to: any) => (to.podSelector ? [`${Object.values(to.namespaceSelector.matchLabels).join()}/${Object.values(to.podSelector.matchLabels).join()} ${(rule.ports ?? []).map((p: any) => p.port).join()}`] : [])));
  expect(ways("audit-shard")).toEqual(expect.arrayContaining(["rook-ceph/rgw 443", "redpanda/redpanda 9093", "postgres/db 5432"]));
  expect(ways("audit-merge").filter((way: string) => /rook|redpanda|postgres/.test(way))).toEqual([]);
});

test("probes are made where the platform says so, with the second login of the stores that have one", () => {
  const probing = rendered({ probe: true }, {}, {}, STORES);
  expect(one(probing, "ExternalSecret", "store-cache-probe").spec.data).toEqual([{ secretKey: "probe-password", remoteRef: { key: "platform/redis/cache/logins/bulkhead-prober", property: "password" } }]);
  expect(objects.filter(({ manifest }) => manifest.metadata.name.endsWith("-probe"))).toEqual([expect.objectContaining({ manifest: expect.objectContaining({ kind: "ClusterRole" }) })]);
  const env = (probe: boolean) => one(rendered({ probe }, {}, {}, STORES), "CronJob", "audit").spec.jobTemplate.spec.template.spec.initContainers.find((c: any) => c.name === "audit").env.filter((e: any) => e.name === "PROBE");
  expect([env(false), env(true)]).toEqual([[], [{ name: "PROBE", value: "yes" }]]);
});

test("the policy names the logins that git knows, and the definition wins", () => {
  const { platform } = resolved(AUDIT, {}, {}, STORES);
  const targets = (more: object = {}) => JSON.parse(auditPolicyFile({ ...platform!, auditPolicy: { ...platform!.auditPolicy, targets: more as never } }, "eu").text).targets;
  expect(targets()).toEqual({ cache: { plain: false, user: "bulkhead-auditor", probe: { user: "bulkhead-prober" } }, lake: { plain: false }, stream: { plain: false, user: "bulkhead.audit.stream" }, warehouse: { plain: false, user: "bh_auditor" } });
  expect(targets({ warehouse: { plain: true, user: "me" }, prometheus: { plain: true } })).toMatchObject({ warehouse: { plain: true, user: "me" }, prometheus: { plain: true } });
});
