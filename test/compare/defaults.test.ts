/** Defaults as a function. Whether they are the server's is watched on a real one: test/real/defaults. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { withBuiltInDefaults } from "../../src/compare/defaults/index.ts";
import type { KubeObject } from "../../src/compare/types.ts";
import { suiteCount } from "../real/provision/budget.ts";
import { edited, places, without } from "../support/edits.ts";
import { manifests } from "../support/manifests/index.ts";
import { seedOfRun } from "../support/random.ts";

const all = manifests("samples");
const options = { seed: seedOfRun(), numRuns: suiteCount("unit", "objects") };
const freeze = <T>(value: T): T => { if (value !== null && typeof value === "object") Object.values(Object.freeze(value)).forEach(freeze); return value; };
const object = (apiVersion: string, kind: string, body: object): KubeObject => ({ apiVersion, kind, metadata: { name: "a" }, ...body }) as KubeObject;
const pod = (spec: object): KubeObject => object("apps/v1", "Deployment", { spec: { template: { spec } } });
const at = (value: unknown, path: string): unknown => path.split("/").slice(1).reduce<unknown>((inner, step) => (inner as Record<string, unknown> | undefined)?.[step], value);

describe("built-in defaults", () => {
  const container = "/spec/template/spec/containers/0";
  test.each<[what: string, manifest: KubeObject, path: string, expected: unknown]>([
    ["a tag is pulled when it is not there", pod({ containers: [{ name: "a", image: "a:1" }] }), `${container}/imagePullPolicy`, "IfNotPresent"],
    ["the latest is pulled every time", pod({ containers: [{ name: "a", image: "a:latest" }] }), `${container}/imagePullPolicy`, "Always"],
    ["a digest is pulled when it is not there", pod({ containers: [{ name: "a", image: `a@sha256:${"0".repeat(64)}` }] }), `${container}/imagePullPolicy`, "IfNotPresent"],
    ["no tag is the latest", pod({ containers: [{ name: "a", image: "host:5000/a" }] }), `${container}/imagePullPolicy`, "Always"],
    ["templates keep limits without requests", pod({ containers: [{ name: "a", image: "a:1", resources: { limits: { cpu: "1" } } }] }), `${container}/resources`, { limits: { cpu: "1" } }],
    ["pods request what they are limited to", object("v1", "Pod", { spec: { containers: [{ name: "a", image: "a:1", resources: { limits: { cpu: "1", memory: "1Gi" }, requests: { cpu: "10m" } } }] } }), "/spec/containers/0/resources/requests", { cpu: "10m", memory: "1Gi" }],
    ["an empty value of a variable is none", pod({ containers: [{ name: "a", image: "a:1", env: [{ name: "A", value: "" }] }] }), `${container}/env`, [{ name: "A" }]],
    ["a false that a pointer holds stays", pod({ containers: [], automountServiceAccountToken: false, hostNetwork: false }), "/spec/template/spec/automountServiceAccountToken", false],
    ["a false that no pointer holds goes", pod({ containers: [], automountServiceAccountToken: false, hostNetwork: false }), "/spec/template/spec/hostNetwork", undefined],
    ["Recreate rolls nothing", object("apps/v1", "Deployment", { spec: { strategy: { type: "Recreate" } } }), "/spec/strategy", { type: "Recreate" }],
    ["a port is its own target", object("v1", "Service", { spec: { ports: [{ port: 80 }] } }), "/spec/ports", [{ port: 80, protocol: "TCP", targetPort: 80 }]],
    ["a policy without egress is about ingress", object("networking.k8s.io/v1", "NetworkPolicy", { spec: { podSelector: {}, egress: [] } }), "/spec/policyTypes", ["Ingress"]],
    ["a policy with egress is about both", object("networking.k8s.io/v1", "NetworkPolicy", { spec: { podSelector: {}, egress: [{}] } }), "/spec/policyTypes", ["Ingress", "Egress"]],
    ["all may come in stays told from none", object("networking.k8s.io/v1", "NetworkPolicy", { spec: { podSelector: {}, ingress: [{}] } }), "/spec/ingress", [{}]],
    ["a null in a map of texts is an empty one", object("v1", "ConfigMap", { data: { a: null } }), "/data", { a: "" }],
    ["a group has a group", object("rbac.authorization.k8s.io/v1", "RoleBinding", { roleRef: { kind: "Role", name: "a" }, subjects: [{ kind: "Group", name: "g" }, { kind: "ServiceAccount", name: "s" }] }), "/subjects", [{ kind: "Group", name: "g", apiGroup: "rbac.authorization.k8s.io" }, { kind: "ServiceAccount", name: "s" }]],
  ])("%s", (_, manifest, path, expected) => { expect(at(withBuiltInDefaults(freeze(manifest)), path)).toEqual(expected); });

  test.each(all)("$id: filled once and for all, the input untouched", ({ manifest }) => {
    const filled = withBuiltInDefaults(freeze(manifest));
    expect(withBuiltInDefaults(filled)).toBe(filled);
  });

  test.each<[string, KubeObject]>([
    ["a kind of a CRD", object("argoproj.io/v1alpha1", "Application", { spec: { a: null, b: [], c: "" } })],
    ["a kind that nobody knows", object("example.org/v1", "Deployment", { spec: {} })],
    ["a kind whose fields have no defaults", object("v1", "ConfigMap", { data: { a: "b" } })],
  ])("%s stays the very same object", (_, manifest) => { expect(withBuiltInDefaults(manifest)).toBe(manifest); });

  test("what does not change is shared", () => {
    const manifest = freeze(pod({ containers: [{ name: "a", image: "a:1", command: ["x"], securityContext: { runAsNonRoot: true } }] }));
    for (const path of ["/metadata", `${container}/command`, `${container}/securityContext`]) expect(at(withBuiltInDefaults(manifest), path)).toBe(at(manifest, path));
  });

  test("whatever stands in whatever place: no error, the same twice, the input untouched", () => {
    fc.assert(fc.property(fc.constantFrom(...all), fc.nat(), fc.jsonValue({ maxDepth: 2 }), ({ manifest }, n, value) => {
      const spots = [...places(manifest)].filter(({ steps }) => !["apiVersion", "kind"].includes(steps[0] as string) && steps.length > 1);
      const spot = spots[n % spots.length];
      if (!spot) return;
      const changed = freeze(edited(manifest, spot.steps, (holder, last) => { holder[last] = value; }));
      const filled = withBuiltInDefaults(changed);
      expect(withBuiltInDefaults(filled)).toBe(filled);
    }), options);
  });

  test("whatever is left out: the same twice, the input untouched", () => {
    fc.assert(fc.property(fc.constantFrom(...all), fc.nat(), ({ manifest }, n) => {
      const spots = [...places(manifest)];
      const { steps } = spots[n % spots.length]!;
      if (["apiVersion", "kind"].includes(steps[0] as string)) return;
      const filled = withBuiltInDefaults(freeze(without(manifest, steps)));
      expect(withBuiltInDefaults(filled)).toBe(filled);
    }), options);
  });
});
