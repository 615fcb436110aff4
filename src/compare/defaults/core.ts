/** The core group but workloads. Source: pkg/apis/core/v1/defaults.go; where another file says more, it is named at the rule. */
import { barePodSpec, template } from "./pod.ts";
import { addMissing, each, type Fields, fill, fillZero, isAbsent, isFields, isZero, made, type Rule, rules, set, when } from "./rule.ts";
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

export const service: Rule = made("spec", rules(
  affinity,
  fillZero({ type: "ClusterIP" }),
  each("ports", servicePort),
  when(isExposed, fillZero({ externalTrafficPolicy: "Cluster" })),
  when(hasType("ClusterIP", "NodePort", "LoadBalancer"), rules(fill({ internalTrafficPolicy: "Cluster" }), families)),
  when(hasType("LoadBalancer"), fill({ allocateLoadBalancerNodePorts: true })),
));

/** The label is set to the name at every write, whatever it was. The finalizer comes at creation (registry/core/namespace/strategy.go). */
export const namespace: Rule = rules(
  (object) => made("metadata", (metadata) => made("labels", (labels) => set(labels, "kubernetes.io/metadata.name", metadata["name"]))(metadata))(object),
  made("spec", fillZero({ finalizers: ["kubernetes"] })),
);

export const secret: Rule = fillZero({ type: "Opaque" });

const limits: Rule = (item) => {
  if (item["type"] !== "Container") return item;
  const limited = set(item, "default", addMissing(item["default"], item["max"]));
  return set(limited, "defaultRequest", addMissing(addMissing(limited["defaultRequest"], limited["default"]), item["min"]));
};
export const limitRange: Rule = made("spec", each("limits", limits));

export const persistentVolume: Rule = made("spec", persistentVolumeSpec);

/** The two fields for a source name one thing; each is made from the other. Source: NormalizeDataSources in pkg/api/persistentvolumeclaim/util.go. */
const dataSources: Rule = (spec) => {
  const { dataSource, dataSourceRef } = spec;
  if (isFields(dataSource) && isAbsent(dataSourceRef)) return { ...spec, dataSourceRef: dataSource };
  if (!isFields(dataSourceRef) || !isAbsent(dataSource) || !isZero(dataSourceRef["namespace"])) return spec;
  const { namespace: _, ...local } = dataSourceRef;
  return { ...spec, dataSource: local };
};
export const persistentVolumeClaim: Rule = made("spec", rules(claimSpec, dataSources));

export const pod: Rule = made("spec", barePodSpec);
export const podTemplate: Rule = made("template", template);

export const endpoints: Rule = each("subsets", each("ports", fillZero({ protocol: "TCP" })));

/** Kinds with a spec whose fields have no defaults: it is shown empty. */
export const withSpec: Rule = made("spec");

/** Neither the source nor the reporter is a pointer, so they are shown empty. */
export const event: Rule = rules(made("source"), fill({ reportingComponent: "", reportingInstance: "" }));
