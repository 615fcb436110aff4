/**
 * Cluster-wide kinds with which somebody opens, weakens or watches a tenant's space without touching one of git's objects. What git does not know of them is
 * a finding where it cannot be shown to stay outside of every space. A kind that is not here acts through objects that are looked at themselves: docs/audit-rules.md
 * names those that were left out, and why.
 */
import type { LiveObject } from "../live/source.ts";
import type { Impact } from "../../model/finding.ts";
import { TENANT_LABEL } from "../../model/names.ts";
import { isMap } from "../../model/value.ts";
import { bindingReach, policyReach, webhookReach } from "./intercept.ts";
import { isBuiltIn, type Scene } from "./scene.ts";
import { type Reach, reachOf } from "./space.ts";
import { aggregatedRole, bindingOfRights, flowReach } from "./subjects.ts";

export interface WideKind {
  /** What one does to a space, in words. */
  reaches: string;
  /** Its metadata says enough. */
  metadataOnly?: true;
  /** What an unknown one breaks; isolation where nothing is said. */
  impact?: Impact;
  /** Into whose space an object that git does not know reaches; undefined where it can be shown to reach into none. */
  reach(object: LiveObject, scene: Scene): Reach | undefined;
}

const spec = (object: LiveObject): Record<string, unknown> => (isMap(object["spec"]) ? object["spec"] : {});
const list = (value: unknown): Record<string, unknown>[] => (Array.isArray(value) ? value.filter(isMap) : []);

/** One that works in every namespace, or whose own words for namespaces are not read here. */
const everywhere = (reaches: string): WideKind => ({ reaches, reach: (_, { spaces }) => reachOf(spaces.all(), `${reaches}:`) });
/** One that selects namespaces by label selectors (and by names, where it has them); `undefined` among the selectors is everything. */
const selecting = (reaches: string, selectors: (object: LiveObject) => readonly unknown[], names: (object: LiveObject) => unknown = () => []): WideKind => ({
  reaches,
  reach: (object, { spaces }) => {
    const found = new Set(selectors(object).flatMap((selector) => spaces.selected(selector)).map(({ name }) => name));
    const named = names(object);
    return reachOf(spaces.all().filter(({ name }) => found.has(name) || (Array.isArray(named) && named.includes(name))), `${reaches}:`);
  },
});

/** Of two defaults the newest holds, or none: one that came beside git's, or beside an older one, changes what those get who name none. */
const besideDefault = (reaches: string, what: string, annotations: readonly string[], impact?: Impact): WideKind => ({
  reaches, metadataOnly: true, ...(impact && { impact }),
  reach: (object, { spaces, live, isDeclared }) => {
    const isDefault = ({ metadata }: LiveObject): boolean => annotations.some((name) => metadata.annotations?.[name] === "true");
    const age = ({ metadata: { creationTimestamp = "", name } }: LiveObject): string => `${creationTimestamp} ${name}`;
    if (!isDefault(object) || spaces.all().length === 0) return undefined;
    const others = (live(what) ?? [object]).filter((one) => isDefault(one) && one.metadata.name !== object.metadata.name);
    const first = others.find(isDeclared) ?? others.find((one) => age(one) < age(object));
    return first && { note: `${reaches}, beside ${first.metadata.name}` };
  },
});

/** A subject of AdminNetworkPolicy and its like: namespaces, or pods of them. */
const subjectOf = (object: LiveObject): readonly unknown[] => {
  const { subject } = spec(object);
  const { namespaces, pods } = isMap(subject) ? subject : {};
  return [isMap(pods) ? pods["namespaceSelector"] : namespaces];
};
const POD_NAMESPACE = /^(?:k8s[:.])?io\.kubernetes\.pod\.namespace$/;
/** Namespaces of Cilium's endpoints: by a label of the pod, else all. A rule for nodes selects no pods. */
const ciliumSelectors = (object: LiveObject): readonly unknown[] => [spec(object), ...list(object["specs"])].filter((rule) => rule["nodeSelector"] === undefined && Object.keys(rule).length > 0).map(({ endpointSelector }) => {
  const { matchLabels } = isMap(endpointSelector) ? endpointSelector : {};
  const named = Object.entries(isMap(matchLabels) ? matchLabels : {}).find(([key]) => POD_NAMESPACE.test(key));
  return named && { matchLabels: { "kubernetes.io/metadata.name": named[1] } };
});
const OVERRIDES = "it decides before, or instead of, git's NetworkPolicies what may come and go in";
const CLUSTER_POLICY = "its rules can change, make or refuse objects in";

const WIDE_KINDS: Readonly<Record<string, WideKind>> = {
  Namespace: {
    reaches: "it carries a tenant's label, by which everything takes it for that tenant's", metadataOnly: true,
    reach: ({ metadata: { labels } }) => { const tenant = labels?.[TENANT_LABEL]; return tenant === undefined ? undefined : { tenant, note: `it carries the label of tenant ${tenant}` }; },
  },
  "Tenant.bulkhead.dev": { reaches: "it says that there is such a tenant", metadataOnly: true, reach: ({ metadata: { name } }) => ({ tenant: name, note: `it says that there is a tenant ${name}` }) },
  "ClusterRole.rbac.authorization.k8s.io": { reaches: "it adds itself to another role in a tenant's name", reach: aggregatedRole },
  "ClusterRoleBinding.rbac.authorization.k8s.io": { reaches: "it gives accounts of a tenant, or everybody, rights in the whole cluster", reach: bindingOfRights },

  "ValidatingWebhookConfiguration.admissionregistration.k8s.io": { reaches: "what is written in a space is sent to it, and it may refuse", reach: webhookReach },
  "MutatingWebhookConfiguration.admissionregistration.k8s.io": { reaches: "what is written in a space is sent to it, and comes back changed", reach: webhookReach },
  "ValidatingAdmissionPolicy.admissionregistration.k8s.io": { reaches: "it refuses what its applier writes, and may copy it into the server's log", reach: policyReach },
  "ValidatingAdmissionPolicyBinding.admissionregistration.k8s.io": { reaches: "it makes a policy hold for a space, git's with other parameters among them", reach: bindingReach },
  "MutatingAdmissionPolicy.admissionregistration.k8s.io": { reaches: "it changes what is written in a space", reach: policyReach },
  "MutatingAdmissionPolicyBinding.admissionregistration.k8s.io": { reaches: "it makes a policy hold for a space", reach: bindingReach },
  "APIService.apiregistration.k8s.io": {
    reaches: "reads and writes of a group that git's objects are of, or of Kubernetes itself, go to its service",
    reach: (object, { spaces, declared }) => {
      const { service, group = "" } = spec(object);
      const isUsed = typeof group !== "string" || isBuiltIn(group) || declared.some((one) => one.group === group);
      return isMap(service) && isUsed && spaces.all().length > 0 ? { note: `all that is read and written of ${String(group) || "the core group"} goes to ${String(service["namespace"])}/${String(service["name"])}` } : undefined;
    },
  },
  "CustomResourceDefinition.apiextensions.k8s.io": {
    reaches: "it adds a kind to a group whose kinds git defines", metadataOnly: true,
    reach: ({ metadata: { name } }, { live, isDeclared }) => {
      const group = name.slice(name.indexOf(".") + 1);
      const own = live("CustomResourceDefinition.apiextensions.k8s.io")?.some((one) => one.metadata.name.endsWith(`.${group}`) && isDeclared(one)) ?? false;
      return own ? { note: `it adds a kind to ${group}, whose kinds git defines` } : undefined;
    },
  },

  // Judged with the namespace of its claim, where the claims are seen: volume.ts.
  PersistentVolume: { reaches: "it is for a claim in a space, which then writes to it", reach: () => undefined },
  "StorageClass.storage.k8s.io": besideDefault("claims that name no class get their volumes of it", "StorageClass.storage.k8s.io", ["storageclass.kubernetes.io/is-default-class", "storageclass.beta.kubernetes.io/is-default-class"]),
  "CSIDriver.storage.k8s.io": {
    reaches: "the node hands it tokens of pods that mount its volumes", impact: "access",
    reach: (object, { spaces }) => (list(spec(object)["tokenRequests"]).length > 0 ? reachOf(spaces.all(), "nodes hand it tokens of the accounts of pods that mount its volumes, also in") : undefined),
  },
  "IngressClass.networking.k8s.io": besideDefault("Ingresses that name no class are its, or refused", "IngressClass.networking.k8s.io", ["ingressclass.kubernetes.io/is-default-class"], "access"),
  "PriorityClass.scheduling.k8s.io": {
    reaches: "pods that name no class get its priority", impact: "availability",
    reach: (object, { spaces }) => (object["globalDefault"] === true ? reachOf(spaces.all(), "pods that name no class get its priority in") : undefined),
  },
  "FlowSchema.flowcontrol.apiserver.k8s.io": { reaches: "it decides how long accounts of a space wait for the API server", impact: "availability", reach: flowReach },

  "AdminNetworkPolicy.policy.networking.k8s.io": selecting(OVERRIDES, subjectOf),
  "BaselineAdminNetworkPolicy.policy.networking.k8s.io": selecting(OVERRIDES, subjectOf),
  "ClusterNetworkPolicy.policy.networking.k8s.io": selecting(OVERRIDES, subjectOf),
  "CiliumClusterwideNetworkPolicy.cilium.io": selecting(OVERRIDES, ciliumSelectors),
  "GlobalNetworkPolicy.projectcalico.org": everywhere(OVERRIDES),
  "GlobalNetworkPolicy.crd.projectcalico.org": everywhere(OVERRIDES),
  "ClusterNetworkPolicy.crd.antrea.io": everywhere(OVERRIDES),
  "CiliumEgressGatewayPolicy.cilium.io": selecting("what pods send out is led through its gateway from", (object) => list(spec(object)["selectors"]).map(({ namespaceSelector }) => namespaceSelector)),
  "CiliumClusterwideEnvoyConfig.cilium.io": selecting("what is sent to services goes through its proxy in", () => [], (object) => [...list(spec(object)["services"]), ...list(spec(object)["backendServices"])].map(({ namespace }) => namespace)),

  "ClusterSecretStore.external-secrets.io": selecting("ExternalSecrets may take secrets from it in", (object) => {
    const conditions = list(spec(object)["conditions"]);
    // Expressions over names are Go's, and are not run.
    return conditions.length === 0 ? [undefined] : conditions.flatMap(({ namespaceSelector, namespaceRegexes }) => [...(isMap(namespaceSelector) ? [namespaceSelector] : []), ...(namespaceRegexes === undefined ? [] : [undefined])]);
  }, (object) => list(spec(object)["conditions"]).flatMap(({ namespaces }) => (Array.isArray(namespaces) ? (namespaces as unknown[]) : []))),
  "ClusterExternalSecret.external-secrets.io": selecting("it makes ExternalSecrets in", (object) => [...[spec(object)["namespaceSelector"]].filter(isMap), ...list(spec(object)["namespaceSelectors"])], (object) => spec(object)["namespaces"]),
  "ClusterPushSecret.external-secrets.io": selecting("it sends Secrets out of", (object) => list(spec(object)["namespaceSelectors"])),

  "ClusterPolicy.kyverno.io": everywhere(CLUSTER_POLICY),
  "ClusterCleanupPolicy.kyverno.io": everywhere("it deletes objects in"),
  ...Object.fromEntries(["ValidatingPolicy", "ImageValidatingPolicy", "MutatingPolicy", "GeneratingPolicy", "DeletingPolicy"].map((kind) => [`${kind}.policies.kyverno.io`, everywhere(CLUSTER_POLICY)])),
  ...Object.fromEntries(["Assign", "AssignImage", "AssignMetadata", "ModifySet"].map((kind) => [`${kind}.mutations.gatekeeper.sh`, everywhere("it changes what is written in")])),
  ...Object.fromEntries(["ClusterServingRuntime", "ClusterStorageContainer"].map((kind): [string, WideKind] => [`${kind}.serving.kserve.io`, {
    reaches: "its container runs beside every model that names no runtime of its own",
    reach: (_, { spaces, declared }) => (declared.some(({ group }) => group === "serving.kserve.io") ? reachOf(spaces.all(), "its container may run beside models in") : undefined),
  }])),
};

/** By kind with its group. */
export const WIDE: ReadonlyMap<string, WideKind> = new Map(Object.entries(WIDE_KINDS));
