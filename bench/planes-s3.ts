/** The s3 plane over a real radosgw with 1,000 tenants' buckets, each with its policy, lifecycle, quota and owner (`npm run bench -- planes`). */
import type { StoreState } from "../src/layers/storage/desired.ts";
import { s3Audit } from "../src/layers/storage/plane.ts";
import { TENANT_LABEL } from "../src/model/names.ts";
import type { DesiredStore } from "../src/model/plane.ts";
import { platform, tenant } from "../test/layers/events/fixture.ts";
import { renderStorage } from "../test/layers/storage/fleets.ts";
import { applyRook } from "../test/real/apply/rook.ts";
import { startFaults } from "../test/support/faults.ts";
import { type CephKeys, startCeph } from "../test/real/provision/index.ts";
import { auditAs } from "../test/real/storage/stage.ts";
import { renderedTree } from "../test/real/storage/tree.ts";
import type { PlaneRow } from "./row.ts";

const BUCKETS = 1000;
/** Tenants that are set up at once. */
const HANDS = 12;

/** Starts a Ceph of its own, sets it up, reads and compares it, three times. */
export async function benchS3(say: (line: string) => void): Promise<PlaneRow[]> {
  const ceph = await startCeph();
  try {
    const p = platform();
    const tenants = Array.from({ length: BUCKETS }, (_, i) => tenant(`t${i}`, [{ id: "sales", products: [{ id: "orders", files: "internal", expireAfter: 30 }, { id: "refunds", files: "confidential" }] }]));
    const manifests = renderStorage(p, tenants).manifests;
    const auditor = manifests.filter(({ metadata }) => metadata.namespace === "bulkhead-audit");
    // Workloads' users are no part of what is read, and policies may name users that are not there.
    const needed = manifests.filter(({ kind, metadata }) => kind === "ObjectBucketClaim" || metadata.namespace === "bulkhead-storage");
    const groups = Map.groupBy(needed, ({ metadata }) => metadata.labels?.[TENANT_LABEL]);
    const keys = await applyRook(ceph, auditor);
    say(`s3: setting up ${BUCKETS} buckets`);
    const left = [...groups.values()];
    await Promise.all(Array.from({ length: HANDS }, async () => { for (let group = left.pop(); group; group = left.pop()) await applyRook(ceph, group); }));
    const [store] = s3Audit.desired(renderedTree(manifests)) as DesiredStore<StoreState>[];
    const counter = await startFaults({ url: ceph.endpoint, keepHost: true });
    await auditAs(store!, counter.url, keys.get(store!.state.auditor) as CephKeys, 60_000);
    const requests = counter.seen.length;
    await counter.close();
    const runs: number[] = [];
    for (let round = 1; round <= 3; round++) {
      const started = performance.now();
      const { differences, reading } = await auditAs(store!, ceph.endpoint, keys.get(store!.state.auditor) as CephKeys, 60_000);
      runs.push((performance.now() - started) / 1000);
      if (differences.length > 0 || reading.items.filter(({ kind }) => kind === "bucket").length !== BUCKETS) throw new Error("the measured audit is not what it should be");
      say(`s3: ${BUCKETS} buckets, round ${round}: ${runs.at(-1)!.toFixed(1)} s`);
    }
    return [{ what: "1,000 buckets: list, policies, ACLs, lifecycles, versioning, compared", seconds: runs.sort((a, b) => a - b)[1]!, bar: 20, note: `${requests} requests` }];
  } finally {
    await ceph.stop();
  }
}
