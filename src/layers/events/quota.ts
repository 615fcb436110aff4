/** The Job that sets a tenant's quotas (D19), and the CronJob that sets them again (D13). */
import { NAMESPACES, TENANT_LABEL, contentHash, fit } from "../../model/names.ts";
import type { Manifest } from "../layer.ts";
import { hardened, podSecurity } from "../manifest.ts";
import type { QuotaState, StoreEvents } from "./state.ts";

/** Label of the pods that hold the broker's administrative credential; the NetworkPolicy selects it. */
export const QUOTA_POD = { "app.kubernetes.io/name": "bulkhead-quotas" } as const;
/** Name of the ExternalSecret and Secret with a store's administrative credential, in the platform's namespace. */
export const adminSecret = (store: string): string => fit(`admin-${store}`, 63);

const KEYS = ["consumer_byte_rate", "controller_mutation_rate", "producer_byte_rate"] as const;

/**
 * The script. It names the tenant's own users and nobody else: `alter` writes one entity, where `import` would delete
 * the quotas of all others. `rpk` ends with 0 when the broker refuses an entity, so its answer is read.
 */
export function quotaScript(quotas: QuotaState[]): string {
  const lines = quotas.map(({ user, producer, consumer }) => {
    const rates: Partial<Record<(typeof KEYS)[number], number>> = { consumer_byte_rate: consumer, producer_byte_rate: producer };
    const flags = KEYS.map((key) => (rates[key] === undefined ? `--delete ${key}` : `--add ${key}=${rates[key]}`));
    return `alter 'user=${user}' ${flags.join(" ")}`;
  });
  return `#!/bin/sh
set -eu
alter() {
  entity=$1; shift
  answer=$(rpk cluster quotas alter --format json --name "$entity" "$@")
  case "$answer" in
    *'"status":"OK"'*) echo "$entity: set" ;;
    *) echo "$entity: $answer" >&2; exit 1 ;;
  esac
}
${lines.join("\n")}
`;
}

function podSpec(store: StoreEvents, configMap: string): Record<string, unknown> {
  const secret = adminSecret(store.store);
  const fromSecret = (name: string, key: string) => ({ name, valueFrom: { secretKeyRef: { name: secret, key } } });
  return {
    restartPolicy: "OnFailure", automountServiceAccountToken: false, enableServiceLinks: false,
    securityContext: podSecurity(65532),
    containers: [{
      name: "quotas", image: store.image, command: ["/bin/sh", "/bulkhead/quotas/quotas.sh"],
      env: [
        { name: "HOME", value: "/tmp" },
        { name: "RPK_BROKERS", value: store.brokers },
        fromSecret("RPK_PASS", "password"),
        { name: "RPK_SASL_MECHANISM", value: "SCRAM-SHA-512" },
        { name: "RPK_TLS_CA", value: "/bulkhead/credential/ca.crt" },
        { name: "RPK_TLS_ENABLED", value: "true" },
        fromSecret("RPK_USER", "username"),
      ],
      resources: { requests: { cpu: "50m", memory: "64Mi" }, limits: { cpu: "500m", memory: "256Mi" } },
      securityContext: hardened(),
      volumeMounts: [
        { name: "credential", mountPath: "/bulkhead/credential", readOnly: true },
        { name: "quotas", mountPath: "/bulkhead/quotas", readOnly: true },
        { name: "tmp", mountPath: "/tmp" },
      ],
    }],
    volumes: [
      { name: "credential", secret: { secretName: secret, items: [{ key: "ca.crt", path: "ca.crt" }] } },
      { name: "quotas", configMap: { name: configMap } },
      { name: "tmp", emptyDir: { sizeLimit: "16Mi" } },
    ],
  };
}

/** Minute of the hour at which a tenant's CronJob runs: spread by name, the same on every machine. */
const quotaMinute = (name: string): number => Number.parseInt(contentHash(name).slice(0, 6), 16) % 60;

/** ConfigMap, Job and CronJob of one tenant and store. Job and ConfigMap carry the hash of what they hold and how it runs. */
export function quotaManifests(tenant: string, store: StoreEvents): { configMap: Manifest; job: Manifest; cronJob: Manifest } {
  const script = quotaScript(store.quotas);
  const state = `${JSON.stringify({ store: store.store, quotas: store.quotas }, undefined, 2)}\n`;
  // No tenant has "--" in its id, so the last "--" separates and no two pairs share a name.
  const base = fit(`quotas-${store.store}--${tenant}`, 52);
  const hash = contentHash(JSON.stringify([script, state, podSpec(store, "")]));
  const name = `${base}-${hash}`;
  const labels = { [TENANT_LABEL]: tenant };
  const metadata = (n: string) => ({ name: n, namespace: NAMESPACES.events, labels: { ...labels } });
  const template = { metadata: { labels: { ...labels, ...QUOTA_POD } }, spec: podSpec(store, name) };
  return {
    configMap: { apiVersion: "v1", kind: "ConfigMap", metadata: metadata(name), immutable: true, data: { "quotas.sh": script, "state.json": state } },
    job: { apiVersion: "batch/v1", kind: "Job", metadata: metadata(name), spec: { backoffLimit: 12, activeDeadlineSeconds: 3600, template } },
    cronJob: {
      apiVersion: "batch/v1", kind: "CronJob", metadata: metadata(base),
      spec: {
        schedule: `${quotaMinute(base)} * * * *`, concurrencyPolicy: "Forbid", startingDeadlineSeconds: 600,
        successfulJobsHistoryLimit: 1, failedJobsHistoryLimit: 1,
        jobTemplate: { metadata: { labels: { ...labels } }, spec: { backoffLimit: 3, activeDeadlineSeconds: 1800, template } },
      },
    },
  };
}
