/** ConfigMap, Job, CronJob and the Secret of passwords: how a script gets to a store, with its administrative credential (D4). */
import { contentHash, fit, NAMESPACES, OWNER_ANNOTATION, TENANT_LABEL } from "../../model/names.ts";
import type { Manifest } from "../layer.ts";
import { externalSecret, hardened, JOB_REFRESH, podSecurity } from "../manifest.ts";

/** Label of the pods that hold a store's administrative credential; the NetworkPolicy selects it. */
export const SERVING_POD = { "app.kubernetes.io/name": "bulkhead-serving" } as const;
export const STORE_ANNOTATION = "bulkhead.dev/store";
/** Name in every unit's ConfigMap. */
export const STATE = "state.json";
type Kind = "redis" | "starrocks";
/** Secret with a store's administrative credential, in the platform's namespace. */
export const adminSecret = (kind: Kind, store: string): string => fit(`${kind}-admin-${store}`, 63);

/** What one run sets: a tenant's part of a store, or the platform's. */
export interface Unit {
  kind: Kind; store: string; tenant?: string; owner: string;
  image: string;
  /** Texts by name; `script` names the one that runs. Beside them stands `state`, plain data from which they were made. */
  files: Record<string, string>; script: string; state: unknown;
  env: Record<string, string>;
  /** Variables from the administrative credential, by property. */
  admin: Record<string, string>;
  /** Passwords' keys in the secret store, and how they come to the script: as SHA-256 where a store takes that. */
  passwords: { keys: readonly string[]; as: "hash" | "text"; variable(index: number): string };
  secretStore: string;
}
// No tenant has "--" in its id, so the last "--" separates and no two pairs share a name.
const baseName = ({ kind, store, tenant }: Pick<Unit, "kind" | "store" | "tenant">): string => fit(tenant === undefined ? `${kind}-store-${store}` : `${kind}-${store}--${tenant}`, 41);
const secretName = (unit: Unit): string => `${baseName(unit)}-${unit.passwords.as === "hash" ? "hashes" : "passwords"}`;
/** Name of the CronJob that sets a store's users of one tenant, or of the platform. */
export const cronJobName = (kind: Kind, store: string, tenant?: string): string => baseName({ kind, store, ...(tenant !== undefined && { tenant }) });

/** Objects of a unit. Job and ConfigMap carry the hash of what they hold and how it runs; a Job cannot be changed. */
export function unitManifests(unit: Unit): { secret: Manifest; configMap: Manifest; job: Manifest; cronJob: Manifest } {
  const base = baseName(unit);
  const state = `${JSON.stringify(unit.state, undefined, 2)}\n`;
  const hash = contentHash(JSON.stringify([unit.files, state, podSpec(unit, "")]));
  const name = `${base}-${hash}`;
  const labels = { ...SERVING_POD, ...(unit.tenant !== undefined && { [TENANT_LABEL]: unit.tenant }) };
  const annotations = { [OWNER_ANNOTATION]: unit.owner, [STORE_ANNOTATION]: unit.store };
  const metadata = (n: string): Manifest["metadata"] => ({ name: n, namespace: NAMESPACES.serving, labels: { ...labels }, annotations: { ...annotations } });
  const template = { metadata: { labels: { ...labels } }, spec: podSpec(unit, name) };
  const { keys, as } = unit.passwords;
  return {
    // The Secret holds hashes only, where a store takes them: the passwords never come to the namespace of the Jobs.
    secret: externalSecret(metadata(secretName(unit)), { kind: "ClusterSecretStore", name: unit.secretStore }, keys.map((key, i) => ({ secretKey: `value${i}`, key, property: "password" })), {
      refreshInterval: JOB_REFRESH, ...(as === "hash" && { template: { data: Object.fromEntries(keys.map((_, i) => [`value${i}`, `{{ .value${i} | sha256sum }}`])) } }),
    }),
    configMap: { apiVersion: "v1", kind: "ConfigMap", metadata: metadata(name), immutable: true, data: { ...unit.files, [STATE]: state } },
    job: { apiVersion: "batch/v1", kind: "Job", metadata: metadata(name), spec: { backoffLimit: 6, activeDeadlineSeconds: 3600, template } },
    cronJob: {
      apiVersion: "batch/v1", kind: "CronJob", metadata: metadata(base),
      // The heal of what somebody changed on the server (D13). Spread over the quarter of an hour by name.
      spec: {
        schedule: `${Number.parseInt(contentHash(base), 16) % 15}-59/15 * * * *`, timeZone: "Etc/UTC", concurrencyPolicy: "Forbid", successfulJobsHistoryLimit: 1, failedJobsHistoryLimit: 3,
        jobTemplate: { metadata: { labels: { ...labels } }, spec: { backoffLimit: 0, activeDeadlineSeconds: 800, template } },
      },
    },
  };
}

function podSpec(unit: Unit, configMap: string): Record<string, unknown> {
  const secret = adminSecret(unit.kind, unit.store);
  const from = (name: string, source: string, key: string) => ({ name, valueFrom: { secretKeyRef: { name: source, key } } });
  return {
    restartPolicy: "Never", automountServiceAccountToken: false, enableServiceLinks: false,
    securityContext: podSecurity(65532),
    containers: [{
      name: unit.kind, image: unit.image, command: ["/bin/sh", `/bulkhead/unit/${unit.script}`],
      env: [
        ...Object.entries(unit.env).map(([name, value]) => ({ name, value })),
        ...Object.entries(unit.admin).map(([name, property]) => from(name, secret, property)),
        ...unit.passwords.keys.map((_, i) => from(unit.passwords.variable(i), secretName(unit), `value${i}`)),
      ],
      resources: { requests: { cpu: "20m", memory: "16Mi" }, limits: { cpu: "250m", memory: "64Mi" } },
      securityContext: hardened(),
      volumeMounts: [{ name: "credential", mountPath: "/bulkhead/credential", readOnly: true }, { name: "unit", mountPath: "/bulkhead/unit", readOnly: true }],
    }],
    volumes: [
      { name: "credential", secret: { secretName: secret, items: [{ key: "ca.crt", path: "ca.crt" }] } },
      { name: "unit", configMap: { name: configMap } },
    ],
  };
}
