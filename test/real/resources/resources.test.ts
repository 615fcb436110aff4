/** The resources layer on a real kube-apiserver with its controllers running: one control plane for all suites. */
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import type { Manifest } from "../../../src/layers/layer.ts";
import { resourcesLayer } from "../../../src/layers/resources/index.ts";
import { lockPolicies } from "../../../src/layers/resources/admission/policies.ts";
import { platform, rendered, tenantOf } from "../../layers/resources/sample.ts";
import { suiteCount } from "../provision/budget.ts";
import { type ControlPlane, startControlPlane } from "../provision/control-plane.ts";
import { crdSuite } from "./crd-suite.ts";
import { lockSuite } from "./lock-suite.ts";
import { realBinding } from "./mutants.ts";
import { apply, applier, BREAK_GLASS, eventually, type Identity, installOperatorKinds, must, type Plane, planeOf, refusedBy, ADMIN, urlOf } from "./plane.ts";
import { scopeSuite } from "./scope-suite.ts";
import { workSuite } from "./work-suite.ts";

let control: ControlPlane;
let plane: Plane;
const state = resourcesLayer.platformState?.({ platform, cluster: "eu", sharedTables: [] });
if (!state) throw new Error("no platform state");
const ofPlatform = rendered((output) => resourcesLayer.renderPlatform?.(state, output));
const ofTenant = (id: string) => {
  const made = resourcesLayer.tenantState?.({ platform, tenant: tenantOf(id), cluster: "eu" });
  if (!made) throw new Error("no tenant state");
  return rendered((output) => resourcesLayer.renderTenant?.(made, output));
};
const inOrder = <T extends { placement: { wave: number } }>(objects: T[]): T[] => objects.toSorted((a, b) => a.placement.wave - b.placement.wave);
/** What a suite needs of a refused apply: status, warnings, text. */
const verdicts: { object: string; status: number; warnings: string[]; message: unknown }[] = [];

async function sync(objects: { manifest: Manifest; placement: { wave: number; area: unknown } }[], as: (area: unknown) => Identity): Promise<void> {
  for (const { manifest, placement } of inOrder(objects)) {
    let response = await apply(plane, manifest, as(placement.area));
    // A kind whose CRD was applied a moment ago is not served yet: Argo CD retries as well.
    await eventually(`${manifest.kind} ${manifest.metadata.name}`, async () => response.status !== 404 || ((response = await apply(plane, manifest, as(placement.area))).status !== 404));
    verdicts.push({ object: `${manifest.kind} ${manifest.metadata.name}`, status: response.status, warnings: response.warnings, message: response.body?.message });
  }
}

/** Policies would bind every suite of a shared server: this one has its own. Null where the machine cannot have one. */
describe.skipIf(inject("controlPlane") === null)("the resources layer", () => {
  beforeAll(async () => {
    control = await startControlPlane();
    plane = planeOf(control);
    await installOperatorKinds(plane);
    await must(plane, { apiVersion: "v1", kind: "Namespace", metadata: { name: "argocd" } });
    await sync(ofPlatform, () => BREAK_GLASS);
    await Promise.all([...lockPolicies(state), { metadata: { name: "tenant-scope" } }].map(({ metadata: { name } }) => must(plane, realBinding(name, name === "only-gitops-cluster" ? "objectSelector" : "namespaceSelector") as Manifest)));
    const probe = { apiVersion: "v1", kind: "Namespace", metadata: { name: "tenant-probe", labels: { "bulkhead.dev/tenant": "probe" } } };
    await eventually("the locks in force", async () => refusedBy(await apply(plane, probe, ADMIN, true)) === "only-gitops-cluster");
    for (const id of ["acme", "globex"]) await sync(ofTenant(id), (area) => applier(area === "walls" ? "walls" : `content-${id}`));
    // Until the quota controller has counted, creations are refused, and Argo CD retries.
    for (const id of ["acme", "globex"]) await eventually(`quotas of ${id}`, async () => {
      const quotas = (await plane.send(ADMIN, "GET", `/api/v1/namespaces/tenant-${id}/resourcequotas`)).body.items as { spec: { hard: object }; status?: { used?: object } }[];
      return quotas.every(({ spec, status }) => Object.keys(spec.hard).every((key) => key in (status?.used ?? {})));
    });
  });
  afterAll(async () => control?.stop());

  describe("rendered objects", () => {
    test("every one is applied by its own applier, strictly, without a refusal or a warning, with the policies in force", () => {
      expect(verdicts.filter(({ status, warnings }) => status >= 300 || warnings.length > 0)).toEqual([]);
      expect(verdicts.length).toBe(ofPlatform.length + 2 * ofTenant("acme").length);
    });
    test("a second apply changes nothing", async () => {
      for (const { manifest } of ofTenant("acme")) {
        const before = (await plane.send(ADMIN, "GET", urlOf(manifest))).body.metadata.resourceVersion;
        const again = await apply(plane, manifest, BREAK_GLASS);
        expect([manifest.kind, manifest.metadata.name, again.body.metadata.resourceVersion]).toEqual([manifest.kind, manifest.metadata.name, before]);
      }
    });
  });

  lockSuite(() => plane, state);
  scopeSuite(() => plane);
  workSuite(() => plane);
  crdSuite(() => plane, suiteCount("resources", "documents"));
});
