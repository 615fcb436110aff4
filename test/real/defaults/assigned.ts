/** What the API server and its controllers pick themselves: no function of the manifest can tell it. Written independently of `src/compare`. */
import type { KubeObject } from "../../../src/compare/types.ts";

type Fields = Record<string, unknown>;
/** A place (`*` any step), and the values that are picked there; only what the manifest does not say is taken away. */
interface Picked { path: string; holds?: (value: never, live: KubeObject) => boolean }

const JOB_LABELS = ["batch.kubernetes.io~1controller-uid", "batch.kubernetes.io~1job-name", "controller-uid", "job-name"];
const isToken = ({ name }: { name: string }): boolean => /^kube-api-access-[a-z0-9]{5}$/.test(name);

const PICKED: Readonly<Record<string, readonly Picked[]>> = {
  Service: [
    { path: "/spec/clusterIPs", holds: (value: string[]) => value[0] !== "None" },
    ...["clusterIP", "ipFamilies", "healthCheckNodePort", "ports/*/nodePort"].map((field) => ({ path: `/spec/${field}` })),
  ],
  PersistentVolume: [{ path: "/metadata/finalizers/*", holds: (value: string) => value === "kubernetes.io/pv-protection" }],
  PersistentVolumeClaim: [{ path: "/metadata/finalizers/*", holds: (value: string) => value === "kubernetes.io/pvc-protection" }],
  VolumeAttributesClass: [{ path: "/metadata/finalizers/*", holds: (value: string) => value === "kubernetes.io/vac-protection" }],
  ServiceCIDR: [{ path: "/metadata/finalizers/*", holds: (value: string) => value === "networking.k8s.io/service-cidr-finalizer" }],
  CustomResourceDefinition: [{ path: "/metadata/finalizers/*", holds: (value: string) => value === "customresourcecleanup.apiextensions.k8s.io" }],
  Endpoints: [{ path: "/metadata/labels/endpoints.kubernetes.io~1managed-by" }, { path: "/metadata/annotations/endpoints.kubernetes.io~1last-change-trigger-time" }],
  Node: [{ path: "/spec/taints/*", holds: ({ key }: { key: string }) => key === "node.kubernetes.io/not-ready" }, { path: "/metadata/annotations/node.alpha.kubernetes.io~1ttl" }],
  DaemonSet: [{ path: "/metadata/annotations/deprecated.daemonset.template.generation" }],
  Deployment: [{ path: "/metadata/annotations/deployment.kubernetes.io~1revision" }],
  HorizontalPodAutoscaler: [{ path: "/metadata/annotations/autoscaling.alpha.kubernetes.io~1conditions" }],
  Job: [
    { path: "/spec/selector", holds: (_: never, { spec }) => (spec as Fields)["manualSelector"] !== true },
    ...JOB_LABELS.flatMap((label) => [{ path: `/metadata/labels/${label}` }, { path: `/spec/template/metadata/labels/${label}` }]),
  ],
  Pod: [{ path: "/spec/volumes/*", holds: isToken }, ...["containers", "initContainers"].map((list) => ({ path: `/spec/${list}/*/volumeMounts/*`, holds: isToken }))],
};

/** The live object without what was picked, without status and bookkeeping, and without nulls, which the server shows where Go has a nil. */
export function declared(live: KubeObject, git: KubeObject): KubeObject {
  const { status: _, ...copy } = structuredClone(live) as KubeObject & { status?: unknown };
  for (const field of ["managedFields", "uid", "resourceVersion", "generation", "creationTimestamp"]) delete copy.metadata[field];
  for (const { path, holds } of PICKED[live.kind] ?? []) {
    const steps = path.slice(1).split("/").map((step) => step.replaceAll("~1", "/"));
    take(copy, git, steps, (value) => holds === undefined || holds(value as never, live));
  }
  return withoutNulls(copy) as KubeObject;
}

/** True when nothing is left of the list or map in which something was picked, so that it goes as well. */
function take(live: unknown, git: unknown, [step, ...rest]: readonly string[], holds: (value: unknown) => boolean): boolean {
  if (live === null || typeof live !== "object") return false;
  const holder = live as Fields;
  const keys = step === "*" ? Object.keys(holder).reverse() : Object.hasOwn(holder, step!) ? [step!] : [];
  const said = (key: string): unknown => (git !== null && typeof git === "object" ? ((git as Fields)[key] ?? "") : "");
  for (const key of keys) {
    if (rest.length > 0 ? !take(holder[key], said(key), rest, holds) : said(key) !== "" || !holds(holder[key])) continue;
    if (Array.isArray(live)) live.splice(Number(key), 1);
    else delete holder[key];
  }
  return rest.length === 0 && keys.length > 0 && Object.keys(holder).length === 0;
}

export function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).filter(([, inner]) => inner !== null).map(([key, inner]) => [key, withoutNulls(inner)]));
}
