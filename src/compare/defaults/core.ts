/** The core group but workloads. Source: pkg/apis/core/v1/defaults.go; where another file says more, it is named at the rule. */
import { barePodSpec, template } from "./pod.ts";
import { addMissing, each, type Fields, field, fill, fillZero, isAbsent, isFields, isZero, made, type Rule, rules, set, when } from "./rule.ts";
import { claimSpec, persistentVolumeSpec } from "./volume.ts";

const hasType = (...types: string[]) => (spec: Fields): boolean => types.includes(spec["type"] as string);
const isExposed = (spec: Fields): boolean => hasType("NodePort", "LoadBalancer")(spec) || (hasType("ClusterIP")(spec) && !isZero(spec["externalIPs"]));

const affinity: Rule = (spec) => {
  const typed = fillZero({ sessionAffinity: "None" })(spec);
  if (typed["sessionAffinity"] === "ClientIP") return made("sessionAffinityConfig", made("clientIP", fill({ timeoutSeconds: 10_800 })))(typed);
  if (typed["sessionAffinity"] !== "None" || isAbsent(typed["sessionAffinityConfig"])) return typed;
  const { sessionAffinityConfig: _, ...rest } = typed;
  return rest;
};

const isHeadless = (spec: Fields): boolean => spec["clusterIP"] === "None";
const hasSelector = (spec: Fields): boolean => isFields(spec["selector"]) && Object.keys(spec["selector"]).length > 0;

/**
 * Single-stack, but headless without a selector: any families. Which families, like clusterIP, clusterIPs, nodePort and healthCheckNodePort, is
 * assigned by the server and no default. Source: initIPFamilyFields in pkg/registry/core/service/storage/alloc.go, normalizeClusterIPs in storage.go.
 */
const families: Rule = rules(
  (spec) => fill({ ipFamilyPolicy: isHeadless(spec) && !hasSelector(spec) ? "RequireDualStack" : "SingleStack" })(spec),
  (spec) => (!isZero(spec["clusterIP"]) && isZero(spec["clusterIPs"]) ? set(spec, "clusterIPs", [spec["clusterIP"]]) : spec),
);

const servicePort: Rule = (port) => {
  const typed = fillZero({ protocol: "TCP" })(port);
  return isZero(typed["targetPort"]) ? set(typed, "targetPort", typed["port"]) : typed;
};

export const service: Rule = field("spec", rules(
  affinity,
  fillZero({ type: "ClusterIP" }),
  each("ports", servicePort),
  when(isExposed, fillZero({ externalTrafficPolicy: "Cluster" })),
  when(hasType("ClusterIP", "NodePort", "LoadBalancer"), rules(fill({ internalTrafficPolicy: "Cluster" }), families)),
  when(hasType("LoadBalancer"), fill({ allocateLoadBalancerNodePorts: true })),
));

/** The label is set to the name at every write, whatever it was. The finalizer comes at creation (registry/core/namespace/strategy.go). */
export const namespace: Rule = rules(
  field("metadata", (metadata) => (isZero(metadata["name"]) ? metadata : made("labels", (labels) => set(labels, "kubernetes.io/metadata.name", metadata["name"]))(metadata))),
  field("spec", (spec) => {
    const finalizers = Array.isArray(spec["finalizers"]) ? spec["finalizers"] : [];
    return finalizers.includes("kubernetes") ? spec : set(spec, "finalizers", [...finalizers, "kubernetes"]);
  }),
);

export const secret: Rule = fillZero({ type: "Opaque" });

const limits: Rule = (item) => {
  if (item["type"] !== "Container") return item;
  const limited = set(item, "default", addMissing(item["default"], item["max"]));
  return set(limited, "defaultRequest", addMissing(addMissing(limited["defaultRequest"], limited["default"]), item["min"]));
};
export const limitRange: Rule = field("spec", each("limits", limits));

export const persistentVolume: Rule = field("spec", persistentVolumeSpec);

const isClassicSource = ({ apiGroup, kind }: Fields): boolean => (isZero(apiGroup) && kind === "PersistentVolumeClaim") || (apiGroup === "snapshot.storage.k8s.io" && kind === "VolumeSnapshot");

/** The two fields for a source name one thing; each is made from the other, and the old one takes two kinds only. Source: pkg/api/persistentvolumeclaim/util.go. */
const dataSources: Rule = (spec) => {
  const { dataSource, dataSourceRef } = spec;
  if (isFields(dataSource) && isAbsent(dataSourceRef)) {
    if (isClassicSource(dataSource)) return { ...spec, dataSourceRef: dataSource };
    const { dataSource: _, ...rest } = spec;
    return rest;
  }
  if (!isFields(dataSourceRef) || !isAbsent(dataSource) || !isZero(dataSourceRef["namespace"])) return spec;
  const { namespace: _, ...local } = dataSourceRef;
  return { ...spec, dataSource: local };
};
export const persistentVolumeClaim: Rule = field("spec", rules(claimSpec, dataSources));

export const pod: Rule = field("spec", barePodSpec);
export const podTemplate: Rule = field("template", template);

export const endpoints: Rule = each("subsets", each("ports", fillZero({ protocol: "TCP" })));

/** The first of the ranges, and all of them; where they disagree, the first has the say. Source: Convert_v1_NodeSpec_To_core_NodeSpec in pkg/apis/core/v1/conversion.go. */
export const node: Rule = field("spec", (spec) => {
  const ranges = Array.isArray(spec["podCIDRs"]) && spec["podCIDRs"].length > 0 ? spec["podCIDRs"] : undefined;
  if (isZero(spec["podCIDR"])) return isZero(ranges?.[0]) ? spec : set(spec, "podCIDR", ranges![0]);
  return ranges?.[0] === spec["podCIDR"] ? spec : set(spec, "podCIDRs", [spec["podCIDR"]]);
});
