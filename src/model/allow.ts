/**
 * What allow rules can say, and what a wildcard in one never lets be. A manager's name is chosen by whoever writes, and a rule outlives the day it was made for:
 * what runs code, gives power, or opens a wall is let be only where a rule spells it out.
 */
import type { AllowRule } from "./finding.ts";
import { TENANT_LABEL } from "./names.ts";

/** One step of a rule's path. */
export type Step =
  | { what: "any" }
  /** One key or index; `wild` when it holds `*`. */
  | { what: "text"; text: string; wild: boolean }
  /** The item of a list that has these values, `name=main` or `containerPort=80,protocol=TCP`; outside of lists, the text. */
  | { what: "item"; keys: [field: string, value: string][]; text: string; wild: boolean };

/** Fields that decide which code runs, as whom, with which power over node and network: a wildcard never covers them, or what holds them. */
const GUARDED_FIELDS: ReadonlySet<string> = new Set([
  "image", "command", "args", "lifecycle", "exec", "securityContext", "privileged", "capabilities", "allowPrivilegeEscalation", "hostPath", "hostNetwork", "hostPID", "hostIPC", "hostUsers", "hostPort", "shareProcessNamespace",
  "serviceAccount", "serviceAccountName", "automountServiceAccountToken", "serviceAccountToken", "secret", "secretRef", "secretKeyRef", "secretName", "csi", "volumeDevices", "nodeName", "runtimeClassName", "hostAliases", "dnsConfig",
  "externalIPs", "externalName", "loadBalancerSourceRanges",
]);
/** Labels and annotations that do, by how they begin. */
const GUARDED_KEYS = [TENANT_LABEL, "pod-security.kubernetes.io/", "rbac.authorization.k8s.io/", "container.apparmor.security.beta.kubernetes.io/", "seccomp.security.alpha.kubernetes.io/", "eks.amazonaws.com/", "iam.gke.io/", "azure.workload.identity/"];
/** True for a key that a wildcard never covers. */
export const isGuarded = (key: string): boolean => GUARDED_FIELDS.has(key) || GUARDED_KEYS.some((start) => key.startsWith(start));

/** Kinds that are walls, identities or rights themselves: rules name them, the object and the path in full. Annotations and labels excepted, where they are not guarded. */
const GUARDED_KINDS: readonly RegExp[] = [
  /^(Namespace|ServiceAccount|Secret|Tenant[.]bulkhead[.]dev)$/, /[.]rbac[.]authorization[.]k8s[.]io$/, /NetworkPolicy([.]|$)/, /[.]admissionregistration[.]k8s[.]io$/,
  /^APIService[.]/, /^CustomResourceDefinition[.]/, /[.]argoproj[.]io$/, /[.]external-secrets[.]io$/, /^(ObjectBucketClaim[.]objectbucket[.]io|CephObjectStoreUser[.]ceph[.]rook[.]io|User[.]cluster[.]redpanda[.]com)$/,
  /^Grafana(Datasource)?[.]/, /[.]gateway([.]networking[.]k8s|[.]envoyproxy)[.]io$/, /[.]kyverno[.]io$/, /[.]mutations[.]gatekeeper[.]sh$/, /^Ingress[.]networking[.]k8s[.]io$/,
];
/** Kinds that run code: such an object as a whole is let be only by its name. */
const WORKLOADS = /^(Pod|ReplicationController|(Deployment|StatefulSet|DaemonSet|ReplicaSet)[.]apps|(Job|CronJob)[.]batch)$/;
/** Every item of another plane is a wall, an identity or a right. */
export const isGuardedKind = (kind: string): boolean => kind.includes("/") || GUARDED_KINDS.some((pattern) => pattern.test(kind));
export const isWorkload = (kind: string): boolean => WORKLOADS.test(kind);
/** Where tools write notes on objects of every kind. */
export const isNote = (keys: readonly string[]): boolean => keys[0] === "metadata" && (keys[1] === "annotations" || keys[1] === "labels") && keys.length > 2;

/** Key of a JSON pointer's step, and back. */
export const unescapeKey = (step: string): string => step.replaceAll("~1", "/").replaceAll("~0", "~");
export const escapeKey = (key: string): string => key.replaceAll("~", "~0").replaceAll("/", "~1");

/** Steps of a rule's path; undefined when it is none. */
export function parsePath(path: string): Step[] | undefined {
  if (path === "") return [];
  if (!path.startsWith("/") || /~(?![01])/.test(path)) return undefined;
  const steps = path.slice(1).split("/");
  if (steps.some((step) => step === "" || (step !== "**" && step.includes("**")))) return undefined;
  return steps.map((step): Step => {
    if (step === "**") return { what: "any" };
    const text = unescapeKey(step);
    const keys = text.split(",").map((pair) => /^([A-Za-z][A-Za-z0-9]*)=(.*)$/s.exec(pair));
    const wild = text.includes("*");
    return keys.every((pair) => pair !== null) ? { what: "item", keys: keys.map((pair) => [pair[1]!, pair[2]!]), text, wild } : { what: "text", text, wild };
  });
}

/** True when a text fits a pattern whose `*` stands for any text. Linear for one star, and never worse than the product of both lengths. */
export function fits(pattern: string, text: string): boolean {
  let [p, t, star, mark] = [0, 0, -1, 0];
  while (t < text.length) {
    if (pattern[p] === "*") { star = p++; mark = t; }
    else if (pattern[p] === text[t]) { p++; t++; }
    else if (star >= 0) { p = star + 1; t = ++mark; }
    else return false;
  }
  while (pattern[p] === "*") p++;
  return p === pattern.length;
}

/** True when a rule's kind, object or path is not spelled out. */
export const isWild = (text: string | undefined): boolean => text === undefined || text.includes("*");
export const isWildPath = (steps: readonly Step[]): boolean => steps.some((step) => step.what === "any" || step.wild);

/** One thing that is wrong with a rule: it is none, it lets everything be, it lets nothing be, or it lets anyone do it. */
export interface Fault { what: "form" | "everything" | "never" | "anyone"; at: keyof AllowRule; message: string }

/** What is wrong with a rule, whatever the day. */
export function faultsOf({ kind, namespace, name, path = "", manager }: AllowRule): Fault[] {
  const steps = parsePath(path);
  if (!steps) return [{ what: "form", at: "path", message: `"${path}" is no path: steps follow slashes, with ~1 for a slash in a name and ~0 for a tilde` }];
  if (!/^([A-Z*][A-Za-z0-9*]*([.][a-z0-9.*-]+)?|[a-z0-9]+[/][a-z][a-z-]*)$/.test(kind)) return [{ what: "form", at: "kind", message: `"${kind}" is no kind: write Deployment.apps, core kinds such as Service without a dot, and what is not in Kubernetes with its plane, as postgres/policy` }];
  const whole = steps.length === 0;
  const anything = (text: string | undefined): boolean => text === undefined || /^[*.]*$/.test(text);
  if (anything(kind) && (whole || steps.every((step) => step.what === "any" || /^[*]+$/.test(step.text)))) return [{ what: "everything", at: "kind", message: "it would let everything be" }];
  const faults: Fault[] = [];
  const guarded = isGuardedKind(kind);
  const note = isNote(steps.map((step) => (step.what === "any" ? "**" : step.text)));
  if (kind === "Secret") faults.push({ what: "never", at: "kind", message: "an audit reads no Secrets" });
  else if (guarded && !note && (isWild(name) || isWildPath(steps))) faults.push({ what: "never", at: isWild(name) ? "name" : "path", message: `${kind} decides who may do what: only a rule that spells out name and path lets anything of it be` });
  else if (isWorkload(kind) && whole && (isWild(name) || isWild(namespace))) faults.push({ what: "never", at: isWild(name) ? "name" : "namespace", message: `${kind} runs code: only a rule that spells out namespace and name lets one be` });
  const spelled = steps.some((step) => step.what !== "any" && !step.wild && isGuarded(step.text)) || steps.at(-1)?.what === "item";
  if (isWild(manager) && (kind.includes("*") || (guarded && !note) || spelled || whole)) faults.push({ what: "anyone", at: "manager", message: "it names no manager, so whoever makes this change is let be" });
  return faults;
}
