/** What an API server's authorizers would let a tenant's accounts do, asked under the probes' own role. */
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { probeKubernetes } from "../../../src/audit/kubernetes/probe.ts";
import type { DesiredEntry } from "../../../src/audit/desired/side.ts";
import { PROBE_RULES } from "../../../src/model/probe.ts";
import { type ControlPlane, startControlPlane } from "../provision/index.ts";
import { GROUP, makeAccount, must, openAs, tokenOf } from "./cluster.ts";

let plane: ControlPlane;
const account = (tenant: string, name: string): DesiredEntry => ({ apiVersion: "v1", kind: "ServiceAccount", namespace: `tenant-${tenant}`, name, file: "", document: 0, tenant, area: "walls" });
const desired = { entries: [account("acme", "api")], tenants: ["acme", "globex"] };

async function probe(as: string, inScope: (tenant: string | undefined) => boolean = () => true) {
  const live = await openAs(plane, await tokenOf(plane, as));
  try { return await probeKubernetes({ cluster: "eu", desired, live, inScope }); } finally { await live.close(); }
}
const said = ({ findings }: Awaited<ReturnType<typeof probe>>): string[] => findings.map(({ object: { namespace = "*", name } }) => `${name} in ${namespace}`).sort();

describe.skipIf(inject("controlPlane") === null)("probes of the API server", () => {
  beforeAll(async () => {
    plane = await startControlPlane();
    await makeAccount(plane, "prober", PROBE_RULES);
    await makeAccount(plane, "reader", []);
  });
  afterAll(() => plane?.stop());

  test("nothing is allowed: read, without a finding", async () => {
    const result = await probe("prober");
    expect(result.findings).toEqual([]);
    // Three accounts, three places, six things.
    expect(result.coverage).toEqual([{ plane: "kubernetes", what: "probes", state: "read", objects: 54 }]);
  });
  test("what a binding by a group allows is found, for whom and where", async () => {
    await must(plane, "POST", `/apis/${GROUP}/v1/clusterroles`, { metadata: { name: "leak" }, rules: [{ apiGroups: [""], resources: ["secrets"], verbs: ["get"] }] });
    await must(plane, "POST", `/apis/${GROUP}/v1/clusterrolebindings`, { metadata: { name: "leak" }, roleRef: { apiGroup: GROUP, kind: "ClusterRole", name: "leak" }, subjects: [{ kind: "Group", apiGroup: GROUP, name: "system:serviceaccounts:tenant-acme" }] });
    try {
      await expect.poll(async () => said(await probe("prober")), { timeout: 20_000 }).toEqual(["tenant-acme:api get secrets in *", "tenant-acme:api get secrets in bulkhead-database", "tenant-acme:api get secrets in tenant-globex", "tenant-acme:default get secrets in *", "tenant-acme:default get secrets in bulkhead-database", "tenant-acme:default get secrets in tenant-globex"].sort());
      expect(said(await probe("prober", (tenant) => tenant === "globex"))).toEqual([]);
    } finally {
      await must(plane, "DELETE", `/apis/${GROUP}/v1/clusterrolebindings/leak`);
    }
  });
  test("without the second role they are unknown, never clean", async () => {
    expect((await probe("reader")).coverage).toEqual([expect.objectContaining({ what: "probes", state: "unknown", reason: expect.stringContaining("bulkhead-auditor-probe") })]);
  });
});
