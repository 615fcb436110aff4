import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { parse } from "yaml";
import type { KubeObject } from "../../../src/compare/types.ts";
import { applyOrder } from "../../../src/layers/gitops/index.ts";
import { loadSchemas } from "../../../src/verify/schema.ts";
import { Applier, cluster, installCrds, makeForeignNamespaces } from "../fleet/applier.ts";
import { type ControlPlaneData, connectControlPlane } from "../provision/index.ts";
import { compareObjects } from "../../../src/compare/compare.ts";
import { lines, Reader } from "./reader.ts";

const data = inject("controlPlane");

describe.skipIf(data === null)("the example fleet, read back from a real API server", () => {
  const plane = connectControlPlane(data ?? ({} as ControlPlaneData));
  const reader = new Reader(plane);
  const files = applyOrder(cluster("prod-eu"));
  const manifests = files.map(({ text }) => parse(text) as KubeObject);
  // Bulkhead's own kinds are in no folder of imports/: their CRDs are part of the fleet.
  const schemas = loadSchemas(undefined, manifests.filter(({ kind }) => kind === "CustomResourceDefinition"));
  afterAll(() => { plane.close(); });
  beforeAll(async () => {
    await installCrds(plane);
    await makeForeignNamespaces(plane);
    expect((await new Applier(plane).settle(files, Date.now() + 120_000)).rejected).toEqual([]);
  });

  test("no object differs, all are typed, and nothing is said of any", async () => {
    const found: string[] = [];
    for (const desired of manifests) {
      const comparison = compareObjects(desired, await reader.live(desired), schemas);
      const about = [...lines(comparison), ...comparison.notes, ...(comparison.confidence === "untyped" ? ["untyped"] : [])];
      found.push(...about.map((line) => `${desired.kind} ${desired.metadata.name}: ${line}`));
    }
    expect(manifests.length).toBeGreaterThan(200);
    expect(found).toEqual([]);
  });

  test("each policy differs from the next one", async () => {
    // A comparison that finds nothing anywhere would pass the test above.
    const policies = manifests.filter(({ kind }) => kind === "NetworkPolicy");
    for (const [i, desired] of policies.entries()) expect(compareObjects(desired, await reader.live(policies[(i + 1) % policies.length]!), schemas).changes, desired.metadata.name).not.toEqual([]);
  });
});
