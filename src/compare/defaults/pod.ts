/**
 * Pods and their templates. Source: pkg/apis/core/v1/defaults.go (SetDefaults_PodSpec, _Container, _Probe, _HTTPGetAction, _Pod), the `+default`s of
 * core/v1/types.go, and the alias of serviceAccountName in conversion.go. Kubernetes lets no new default into templates (issue 69445), so the table is stable.
 */
import { pullPolicy } from "./image.ts";
import { addMissing, each, field, fill, fillZero, isFields, isZero, type Rule, rules, set, when } from "./rule.ts";
import { fieldRef, volume } from "./volume.ts";

const httpGet = field("httpGet", fillZero({ path: "/", scheme: "HTTP" }));
const probe = rules(fillZero({ timeoutSeconds: 1, periodSeconds: 10, successThreshold: 1, failureThreshold: 3 }), httpGet, field("grpc", fill({ service: "" })));

const container: Rule = rules(
  pullPolicy("imagePullPolicy", "image"),
  fillZero({ terminationMessagePath: "/dev/termination-log", terminationMessagePolicy: "File" }),
  each("ports", fillZero({ protocol: "TCP" })),
  each("env", field("valueFrom", rules(fieldRef, field("fileKeyRef", fill({ optional: false }))))),
  field("livenessProbe", probe),
  field("readinessProbe", probe),
  field("startupProbe", probe),
  field("lifecycle", rules(field("postStart", httpGet), field("preStop", httpGet))),
);

/** `serviceAccount` is the old name of `serviceAccountName`; the server shows both, and the new one wins. */
const accountAlias: Rule = (spec) => {
  const name = isZero(spec["serviceAccountName"]) ? spec["serviceAccount"] : spec["serviceAccountName"];
  return isZero(name) ? spec : set(set(spec, "serviceAccountName", name), "serviceAccount", name);
};

/** What pods and templates have in common. */
const podSpec: Rule = rules(
  fillZero({ dnsPolicy: "ClusterFirst", restartPolicy: "Always", schedulerName: "default-scheduler" }),
  fill({ securityContext: {}, terminationGracePeriodSeconds: 30 }),
  accountAlias,
  each("containers", container),
  each("initContainers", container),
  each("ephemeralContainers", container),
  each("volumes", volume),
);

/** A PodTemplateSpec. */
export const template: Rule = field("spec", podSpec);

/** The field `template` of a workload's spec. */
export const templated: Rule = field("template", template);

/** Limits that stand for requests, in pods only: the Deployment of a template without requests keeps none. */
const requestsFromLimits: Rule = field("resources", (resources) => set(resources, "requests", addMissing(resources["requests"], resources["limits"])));

const hostPorts: Rule = each("ports", (port) => (isZero(port["hostPort"]) && !isZero(port["containerPort"]) ? set(port, "hostPort", port["containerPort"]) : port));

const TOLERATIONS = ["not-ready", "unreachable"].map((why) => ({ key: `node.kubernetes.io/${why}`, operator: "Exists", effect: "NoExecute", tolerationSeconds: 300 }));

/** Source: plugin/pkg/admission/defaulttolerationseconds, on unless an administrator turns it off. */
const tolerations: Rule = (spec) => {
  const own = Array.isArray(spec["tolerations"]) ? spec["tolerations"].filter(isFields) : [];
  const covers = (key: string) => own.some((one) => (isZero(one["key"]) || one["key"] === key) && (isZero(one["effect"]) || one["effect"] === "NoExecute"));
  const missing = TOLERATIONS.filter(({ key }) => !covers(key));
  return missing.length === 0 ? spec : set(spec, "tolerations", [...own, ...missing]);
};

/** A Pod's own spec: SetDefaults_Pod, and the admission plugins ServiceAccount, Priority and DefaultTolerationSeconds, which every API server runs. */
export const barePodSpec: Rule = rules(
  podSpec,
  rules(fillZero({ serviceAccountName: "default" }), accountAlias),
  fill({ enableServiceLinks: true }),
  when((spec) => isZero(spec["priorityClassName"]), fill({ priority: 0, preemptionPolicy: "PreemptLowerPriority" })),
  each("containers", requestsFromLimits),
  each("initContainers", requestsFromLimits),
  when((spec) => spec["hostNetwork"] === true, rules(each("containers", hostPorts), each("initContainers", hostPorts))),
  tolerations,
);
