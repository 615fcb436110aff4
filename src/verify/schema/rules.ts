import { Buffer } from "node:buffer";
import type { SchemaIssue } from "./check.ts";

type Fields = Record<string, unknown>;
const fields = (value: unknown): Fields => (value && typeof value === "object" && !Array.isArray(value) ? (value as Fields) : {});
const list = (value: unknown): Fields[] => (Array.isArray(value) ? value.map(fields) : []);
const MIB = 1024 * 1024;

/** A workload whose selector does not match its own template is refused by the API server, whatever the schema says. */
function selectorMatches(manifest: Fields): SchemaIssue[] {
  const spec = fields(manifest.spec);
  const wanted = fields(fields(spec.selector).matchLabels);
  const given = fields(fields(fields(spec.template).metadata).labels);
  return Object.keys(wanted).filter((key) => given[key] !== wanted[key]).map((key) => ({
    path: "/spec/selector/matchLabels", message: `the pod template lacks the label ${key}=${String(wanted[key])} that the selector asks for`, hint: "give spec.template.metadata.labels the same labels",
  }));
}

function emptySelector(manifest: Fields): SchemaIssue[] {
  const selector = fields(fields(manifest.spec).selector);
  const empty = Object.keys(fields(selector.matchLabels)).length === 0 && list(selector.matchExpressions).length === 0;
  return empty ? [{ path: "/spec/selector", message: "the selector is empty, so it would match every pod", hint: "set spec.selector.matchLabels" }] : [];
}

const runsPods = (allowed: string[], at: string[]) => (manifest: Fields): SchemaIssue[] => {
  const pod = at.reduce((value, step) => fields(value[step]), manifest);
  const policy = (pod.restartPolicy ?? "Always") as string;
  return allowed.includes(policy) ? [] : [{ path: `/${at.join("/")}/restartPolicy`, message: `restartPolicy ${policy} is not allowed here`, hint: `use ${allowed.join(" or ")}` }];
};

/** Volumes that a container mounts must exist in its pod. */
const mountsExist = (at: string[]) => (manifest: Fields): SchemaIssue[] => {
  const pod = at.reduce((value, step) => fields(value[step]), manifest);
  const claims = list(fields(manifest.spec).volumeClaimTemplates).map((claim) => fields(claim.metadata).name);
  const volumes = new Set([...list(pod.volumes).map((volume) => volume.name), ...claims]);
  return ["containers", "initContainers"].flatMap((group) => list(pod[group]).flatMap((container, c) => list(container.volumeMounts).flatMap((mount, m) =>
    volumes.has(mount.name) || typeof mount.name !== "string" ? [] : [{ path: `/${[...at, group, c, "volumeMounts", m, "name"].join("/")}`, message: `the pod has no volume "${mount.name}"` }])));
};

function content(manifest: Fields): SchemaIssue[] {
  const texts = { ...fields(manifest.stringData), ...fields(manifest.data) };
  const binary = fields(manifest.binaryData);
  const issues: SchemaIssue[] = [];
  for (const key of Object.keys(binary)) if (key in texts) issues.push({ path: `/binaryData/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`, message: `"${key}" is in data as well` });
  // Only the payload counts towards the limit, for a ConfigMap as its bytes, for a Secret after base64.
  const factor = manifest.kind === "Secret" && manifest.data ? 0.75 : 1;
  let bytes = 0;
  for (const value of [...Object.values(texts), ...Object.values(binary)]) if (typeof value === "string") bytes += Buffer.byteLength(value) * factor;
  if (bytes > MIB) issues.push({ path: "/data", message: `holds ${Math.ceil(bytes)} bytes, the API server takes ${MIB}`, hint: "split it over several objects", size: true });
  return issues;
}

/** A CRD is called after what it defines, and exactly one version of it is stored. */
function crd(manifest: Fields): SchemaIssue[] {
  const spec = fields(manifest.spec);
  const wanted = `${String(fields(spec.names).plural)}.${String(spec.group)}`;
  const name = fields(manifest.metadata).name;
  const stored = list(spec.versions).filter((version) => version.storage === true).length;
  return [
    ...(name === wanted ? [] : [{ path: "/metadata/name", message: `must be ${wanted}, is ${String(name)}` }]),
    ...(stored === 1 ? [] : [{ path: "/spec/versions", message: `exactly one version must have storage: true, ${stored} have` }]),
  ];
}

function peers(manifest: Fields): SchemaIssue[] {
  const spec = fields(manifest.spec);
  return (["ingress", "egress"] as const).flatMap((direction) => list(spec[direction]).flatMap((rule, r) => [
    ...list(rule[direction === "ingress" ? "from" : "to"]).flatMap((peer, p) => {
      const path = `/spec/${direction}/${r}/${direction === "ingress" ? "from" : "to"}/${p}`;
      if (Object.keys(peer).length === 0) return [{ path, message: "an empty peer is refused", hint: "name an ipBlock, a namespaceSelector or a podSelector; `namespaceSelector: {}` is every namespace" }];
      return peer.ipBlock && (peer.namespaceSelector || peer.podSelector) ? [{ path, message: "ipBlock stands alone in a peer" }] : [];
    }),
    ...list(rule.ports).flatMap((port, p) => (typeof port.endPort === "number" && !(typeof port.port === "number" && port.port <= port.endPort)
      ? [{ path: `/spec/${direction}/${r}/ports/${p}/endPort`, message: "endPort needs a port number that is not above it" }] : [])),
  ]));
}

const TEMPLATE = ["spec", "template", "spec"];
const workload = [selectorMatches, emptySelector, runsPods(["Always"], TEMPLATE), mountsExist(TEMPLATE)];
const CRON = ["spec", "jobTemplate", ...TEMPLATE];

/** Rules of single kinds that neither schema nor name tell; they run only on manifests that fit their schema. */
export const KIND_RULES: Record<string, ((manifest: Record<string, unknown>) => SchemaIssue[])[]> = {
  "apps/v1/Deployment": workload, "apps/v1/StatefulSet": workload, "apps/v1/DaemonSet": workload,
  "batch/v1/Job": [runsPods(["OnFailure", "Never"], TEMPLATE), mountsExist(TEMPLATE)],
  "batch/v1/CronJob": [runsPods(["OnFailure", "Never"], CRON), mountsExist(CRON)],
  "v1/Pod": [mountsExist(["spec"])], "v1/ConfigMap": [content], "v1/Secret": [content],
  "networking.k8s.io/v1/NetworkPolicy": [peers], "apiextensions.k8s.io/v1/CustomResourceDefinition": [crd],
};
