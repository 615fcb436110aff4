import { describe, expect, test } from "vitest";
import type { Manifest } from "../../../src/layers/layer.ts";
import { CONTROLLERS, KUBE_WRITERS } from "../../../src/layers/resources/admission/kube.ts";
import { lockPolicies } from "../../../src/layers/resources/admission/policies.ts";
import { internetPeers, resourcesLayer, tenantScopeIssues } from "../../../src/layers/resources/index.ts";
import { peer } from "../../../src/layers/resources/network.ts";
import { storesOf } from "../../../src/layers/resources/state.ts";
import { platform, rendered, tenantOf } from "./sample.ts";

const stateOf = (id = "acme", over = {}) => {
  const state = resourcesLayer.tenantState?.({ platform, tenant: tenantOf(id, over), cluster: "eu" });
  if (!state) throw new Error("no state");
  return state;
};
const tenantObjects = (id = "acme", over = {}) => rendered((output) => resourcesLayer.renderTenant?.(stateOf(id, over), output));
const platformState = resourcesLayer.platformState?.({ platform, cluster: "eu", sharedTables: [] });
const platformObjects = rendered((output) => platformState && resourcesLayer.renderPlatform?.(platformState, output));
const find = (objects: { manifest: Manifest }[], kind: string, name: string): Manifest => {
  const found = objects.find(({ manifest }) => manifest.kind === kind && manifest.metadata.name === name);
  if (!found) throw new Error(`no ${kind} ${name}`);
  return found.manifest;
};

describe("a tenant's resources", () => {
  test("identities, areas and waves", () => {
    expect(tenantObjects().map(({ manifest, placement }) => `${placement.wave} ${String(placement.area)} ${manifest.kind} ${manifest.metadata.namespace ?? "-"}/${manifest.metadata.name}`)).toEqual([
      "-30 walls Namespace -/tenant-acme",
      ...["compute", "storage", "objects", "system-priority"].map((name) => `-20 walls ResourceQuota tenant-acme/${name}`),
      "-20 walls LimitRange tenant-acme/containers",
      ...["default-deny", "allow-dns", "allow-same-namespace", "allow-metrics", "allow-egress-lake", "allow-egress-stream", "allow-egress-warehouse"].map((name) => `-20 walls NetworkPolicy tenant-acme/${name}`),
      ...["default", "secrets", "workload"].map((name) => `-10 walls ServiceAccount tenant-acme/${name}`),
      "-10 walls Role tenant-acme/tenant-viewer", "-10 walls Role tenant-acme/tenant-operator", "-10 walls RoleBinding tenant-acme/tenant-viewer", "-10 walls RoleBinding tenant-acme/tenant-operator",
      "-10 walls Tenant -/acme", "0 walls SecretStore tenant-acme/tenant", "5 content DataProduct tenant-acme/sales.orders",
    ]);
  });
  test("every object bears the tenant's label, and only the namespace holds data", () => {
    for (const { manifest, placement } of tenantObjects()) {
      expect(manifest.metadata.labels?.["bulkhead.dev/tenant"]).toBe("acme");
      expect(placement.dataBearing ?? false).toBe(manifest.kind === "Namespace");
    }
    expect(find(tenantObjects(), "DataProduct", "sales.orders").metadata.labels).toMatchObject({ "bulkhead.dev/domain": "sales", "bulkhead.dev/product": "orders" });
  });
  test("Pod Security is restricted and pinned", () => {
    expect(find(tenantObjects(), "Namespace", "tenant-acme").metadata.labels).toMatchObject(Object.fromEntries(["enforce", "audit", "warn"].flatMap((mode) => [[`pod-security.kubernetes.io/${mode}`, "restricted"], [`pod-security.kubernetes.io/${mode}-version`, "v1.33"]])));
  });
  test("admission would accept its own objects", () => {
    for (const { manifest } of tenantObjects()) if (manifest.metadata.namespace) expect(tenantScopeIssues(manifest, "acme", "meridian-")).toEqual([]);
  });
  test("a tenant that is not on the cluster has no state, and stores elsewhere give no egress", () => {
    expect(resourcesLayer.tenantState?.({ platform, tenant: tenantOf("acme", { clusters: ["us"] }), cluster: "eu" })).toBeUndefined();
    expect(resourcesLayer.tenantState?.({ platform, tenant: tenantOf("acme", { clusters: ["us"] }), cluster: "us" })?.egress).toEqual([]);
    expect([...storesOf(tenantOf("acme"))].toSorted()).toEqual(["lake", "stream", "warehouse"]);
  });
  test("state is plain data and does not depend on the order of what it is made from", () => {
    const state = stateOf();
    expect(JSON.parse(JSON.stringify(state))).toEqual(state);
    const { groups } = tenantOf("acme");
    expect(stateOf("acme", { groups: Object.fromEntries(Object.entries(groups).toReversed()) })).toEqual(state);
  });
  test("without groups there are no bindings; groups below confidential read no logs", () => {
    expect(tenantObjects("acme", { groups: {} }).filter(({ manifest }) => manifest.kind === "RoleBinding")).toEqual([]);
    expect(stateOf().viewers).toEqual(["acme-analysts", "acme-privacy"]);
    expect(stateOf().operators).toEqual(["acme-privacy"]);
  });
  test("no role may read a Secret, run, impersonate or widen itself", () => {
    for (const { manifest } of tenantObjects()) if (manifest.kind === "Role") for (const rule of manifest.rules as { apiGroups: string[]; resources: string[]; verbs: string[] }[]) {
      expect(rule.verbs.every((verb) => ["get", "list", "watch"].includes(verb))).toBe(true);
      expect(rule.resources.filter((resource) => resource.includes("*") || resource === "secrets" || (resource.includes("/") && resource !== "pods/log"))).toEqual([]);
      expect(rule.apiGroups).not.toContain("*");
    }
  });
});

describe("network policies", () => {
  interface Peer { namespaceSelector?: { matchLabels?: object }; podSelector?: object; ipBlock?: unknown }
  interface Spec { ingress?: { from: Peer[]; ports?: unknown[] }[]; egress?: { to: Peer[]; ports?: unknown[] }[] }
  const policies = [...tenantObjects(), ...platformObjects].map(({ manifest }) => manifest).filter(({ kind }) => kind === "NetworkPolicy");
  test("another namespace is named together with its pods, in one peer and on named ports; no address is let out", () => {
    let across = 0;
    for (const { spec } of policies as (Manifest & { spec: Spec })[]) for (const { peers, ports } of [...(spec.ingress ?? []).map((rule) => ({ peers: rule.from, ports: rule.ports })), ...(spec.egress ?? []).map((rule) => ({ peers: rule.to, ports: rule.ports }))]) {
      expect(peers.length).toBe(1);
      for (const one of peers) {
        expect(one.ipBlock).toBeUndefined();
        if (!one.namespaceSelector) { expect(one.podSelector).toEqual({}); continue; }
        across++;
        expect(Object.keys(one.namespaceSelector.matchLabels ?? {})).toEqual(["kubernetes.io/metadata.name"]);
        expect(Object.keys((one.podSelector as { matchLabels?: object }).matchLabels ?? {}).length).toBeGreaterThan(0);
        expect(ports?.length).toBeGreaterThan(0);
      }
    }
    expect(across).toBeGreaterThan(8);
  });
  test("every namespace is closed first", () => {
    const closed = policies.filter(({ metadata }) => metadata.name === "default-deny");
    expect(closed.map(({ metadata }) => metadata.namespace).toSorted()).toEqual(["bulkhead-appliers", "bulkhead-audit", "bulkhead-database", "bulkhead-events", "bulkhead-observability", "bulkhead-serving", "bulkhead-storage", "tenant-acme"]);
    for (const { spec } of closed) expect(spec).toEqual({ podSelector: {}, policyTypes: ["Ingress", "Egress"] });
  });
  test("addresses outside never include metadata services or the cluster", () => {
    const { us } = platform.clusters;
    expect(us && internetPeers(us)).toEqual([
      { ipBlock: { cidr: "0.0.0.0/0", except: ["169.254.169.254/32", "10.40.0.0/14", "10.97.0.0/16"] } }, { ipBlock: { cidr: "::/0", except: ["fd00:ec2::254/128", "fd00:97::/112"] } },
    ]);
  });
  test("a peer without pod labels is an error: it would be the whole namespace", () => expect(() => peer({ namespace: "postgres", podLabels: {} })).toThrow(/no pod labels/));
});

describe("the platform's resources", () => {
  test("rooms and waves, and no tenant anywhere", () => {
    expect([...new Set(platformObjects.map(({ manifest, placement }) => `${placement.wave} ${JSON.stringify(placement.area)} ${manifest.kind}`))]).toEqual([
      '-40 {"platform":"crds"} CustomResourceDefinition', '-30 {"platform":"namespaces"} Namespace', '-30 {"platform":"namespaces"} NetworkPolicy', '-30 {"platform":"namespaces"} ResourceQuota',
      '-10 {"platform":"admission"} ValidatingAdmissionPolicy', '0 {"platform":"admission"} ValidatingAdmissionPolicyBinding',
    ]);
    expect(JSON.stringify(platformObjects)).not.toContain("acme");
  });
  test("argocd is assumed; CRDs and namespaces hold data", () => {
    expect(platformObjects.filter(({ manifest }) => manifest.kind === "Namespace").map(({ manifest }) => manifest.metadata.name)).not.toContain("argocd");
    for (const { manifest, placement } of platformObjects) expect(placement.dataBearing ?? false).toBe(["Namespace", "CustomResourceDefinition"].includes(manifest.kind));
  });
  test("every policy fails closed, denies and is bound; each writer has its variable", () => {
    const policies = platformObjects.filter(({ manifest }) => manifest.kind === "ValidatingAdmissionPolicy").map(({ manifest }) => manifest);
    const bindings = platformObjects.filter(({ manifest }) => manifest.kind === "ValidatingAdmissionPolicyBinding").map(({ manifest }) => manifest);
    expect(bindings.map(({ metadata, spec }) => [metadata.name, (spec as { validationActions: string[] }).validationActions])).toEqual(policies.map(({ metadata }) => [metadata.name, ["Deny", "Audit"]]));
    for (const { spec } of policies) expect((spec as { failurePolicy: string }).failurePolicy).toBe("Fail");
    const [only] = platformState ? lockPolicies(platformState) : [];
    expect(only?.spec.variables?.filter(({ name }) => name.startsWith("may_")).length).toBe(KUBE_WRITERS.length + 6 + 3);
    expect(KUBE_WRITERS.length).toBe(Object.keys(CONTROLLERS).length + 3);
  });
  test("on a cluster without stores the operators of stores are nobody", () => {
    const us = resourcesLayer.platformState?.({ platform, cluster: "us", sharedTables: [] });
    expect(us?.operators).toMatchObject({ rook: [], redpanda: [] });
    expect(us && JSON.stringify(lockPolicies(us))).not.toContain("rook-ceph-system");
  });
});
