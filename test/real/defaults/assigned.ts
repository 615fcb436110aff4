/** What the API server and its controllers pick themselves: no function of the manifest can tell it. Written independently of `src/compare`. */
import type { KubeObject } from "../../../src/compare/types.ts";
import { stepsOf } from "../../../src/model/pointer.ts";

type Fields = Record<string, unknown>;
/** A place (`*` any step), and the values that are picked there; only what the manifest does not say is taken away. */
interface Picked { path: string; holds?: (value: never, live: KubeObject) => boolean }

/** Fields of metadata that only the server writes. */
export const BOOKKEEPING = ["managedFields", "uid", "resourceVersion", "generation", "creationTimestamp"];

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

/** Pointers of what was picked in a live object, deepest and last first; nothing that the manifest says. */
export function picked(live: KubeObject, git: KubeObject): string[] {
  const found: string[] = [];
  const visit = (value: unknown, said: unknown, [step, ...rest]: readonly string[], holds: Picked["holds"], at: string): void => {
    const holder: Fields = value !== null && typeof value === "object" ? (value as Fields) : {};
    for (const key of step === "*" ? Object.keys(holder).reverse() : Object.hasOwn(holder, step!) ? [step!] : []) {
      const here = `${at}/${key.replaceAll("/", "~1")}`;
      const manifest = said !== null && typeof said === "object" ? ((said as Fields)[key] ?? "") : "";
      if (rest.length > 0) visit(holder[key], manifest, rest, holds, here);
      else if (manifest === "" && (holds?.(holder[key] as never, live) ?? true)) found.push(here);
    }
  };
  for (const { path, holds } of PICKED[live.kind] ?? []) visit(live, git, path.slice(1).split("/").map((step) => step.replaceAll("~1", "/")), holds, "");
  return found;
}

/** The live object without what was picked, without status and bookkeeping, and without nulls, which the server shows where Go has a nil. */
export function declared(live: KubeObject, git: KubeObject): KubeObject {
  const { status: _, ...copy } = structuredClone(live) as KubeObject & { status?: unknown };
  for (const field of BOOKKEEPING) delete copy.metadata[field];
  for (const pointer of picked(live, git)) {
    const steps = stepsOf(pointer)!;
    const [parent, holder] = [-2, -1].map((end) => steps.slice(0, end).reduce<unknown>((at, step) => (at as Fields)[step], copy)) as [Fields, Fields];
    if (Array.isArray(holder)) holder.splice(Number(steps.at(-1)), 1);
    else delete holder[steps.at(-1)!];
    if (Object.keys(holder).length === 0) delete parent[steps.at(-2)!];
  }
  return withoutNulls(copy) as KubeObject;
}

export function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).filter(([, inner]) => inner !== null).map(([key, inner]) => [key, withoutNulls(inner)]));
}
