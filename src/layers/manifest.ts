/** Parts of manifests that this layer writes more than once. */
import type { Manifest } from "../layer.ts";

/** SecretStore that a tenant's namespace has of its own; its provider sees `<id>/` only (D9). */
export const TENANT_SECRET_STORE = "tenant";

/** Pod security that the restricted standard accepts. */
export const podSecurity = (user: number): Record<string, unknown> =>
  ({ runAsNonRoot: true, runAsUser: user, runAsGroup: user, fsGroup: user, seccompProfile: { type: "RuntimeDefault" } });
/** Container security that the restricted standard accepts. */
export const hardened = (): Record<string, unknown> => ({ allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ["ALL"] } });

/** An ExternalSecret; `template` gives keys made from the fetched ones. */
export function externalSecret(metadata: Manifest["metadata"], secretStoreRef: { kind: string; name: string }, data: { secretKey: string; key: string; property: string }[], template?: Record<string, string>): Manifest {
  return {
    apiVersion: "external-secrets.io/v1", kind: "ExternalSecret", metadata,
    spec: {
      refreshInterval: "1h0m0s", secretStoreRef,
      target: { name: metadata.name, creationPolicy: "Owner", deletionPolicy: "Retain", ...(template && { template: { engineVersion: "v2", mergePolicy: "Replace", data: template } }) },
      data: data.map(({ secretKey, key, property }) => ({ secretKey, remoteRef: { key, property } })),
    },
  };
}
