/** Parts of manifests that several layers write. */
import type { Manifest } from "./layer.ts";

/** SecretStore that a tenant's namespace has of its own; its provider sees `<id>/` only (D9). */
export const TENANT_SECRET_STORE = "tenant";

/** Pod security that the restricted standard accepts. */
export const podSecurity = (user: number): Record<string, unknown> =>
  ({ runAsNonRoot: true, runAsUser: user, runAsGroup: user, fsGroup: user, seccompProfile: { type: "RuntimeDefault" } });
/** Container security that the restricted standard accepts. */
export const hardened = (): Record<string, unknown> => ({ allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ["ALL"] } });

/** A key of the Secret, and the property of the secret store's key that it is. */
export interface SecretDatum { secretKey: string; key: string; property: string }
/** Every property of one key, by its key in the Secret. */
export const secretData = (key: string, properties: Readonly<Record<string, string>>): SecretDatum[] => Object.entries(properties).map(([secretKey, property]) => ({ secretKey, key, property }));

/** How often a Secret is fetched that a Job reads: a rotated password is there at one of its next runs. */
export const JOB_REFRESH = "15m";

/** An ExternalSecret; `template` makes keys from the fetched ones. */
export function externalSecret(metadata: Manifest["metadata"], secretStoreRef: { kind: string; name: string }, data: readonly SecretDatum[], { refreshInterval = "1h0m0s", template }: { refreshInterval?: string; template?: Record<string, unknown> } = {}): Manifest {
  return {
    apiVersion: "external-secrets.io/v1", kind: "ExternalSecret", metadata,
    spec: {
      refreshInterval, secretStoreRef,
      target: { name: metadata.name, creationPolicy: "Owner", deletionPolicy: "Retain", ...(template && { template: { engineVersion: "v2", ...template } }) },
      data: data.map(({ secretKey, key, property }) => ({ secretKey, remoteRef: { key, property } })),
    },
  };
}

/** Pods or objects of one namespace. */
export const inNamespace = (name: string) => ({ matchLabels: { "kubernetes.io/metadata.name": name } });
/** Name resolution at the cluster's DNS pods, and nothing else in kube-system. */
export const DNS = {
  to: [{ namespaceSelector: inNamespace("kube-system"), podSelector: { matchLabels: { "k8s-app": "kube-dns" } } }],
  ports: [{ port: 53, protocol: "TCP" }, { port: 53, protocol: "UDP" }],
};

/** Lets the pods with a store's administrative credential to the stores' pods and to DNS, and nobody to them. */
export function storeEgress(metadata: Manifest["metadata"], podLabels: Readonly<Record<string, string>>, stores: readonly { namespace: string; podLabels: Record<string, string>; port: number }[]): Manifest {
  return {
    apiVersion: "networking.k8s.io/v1", kind: "NetworkPolicy", metadata,
    spec: {
      podSelector: { matchLabels: { ...podLabels } }, policyTypes: ["Ingress", "Egress"],
      egress: [DNS, ...stores.map((s) => ({ to: [{ namespaceSelector: inNamespace(s.namespace), podSelector: { matchLabels: { ...s.podLabels } } }], ports: [{ port: s.port, protocol: "TCP" }] }))],
    },
  };
}
