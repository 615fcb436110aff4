/** The auditor's credentials, each an ExternalSecret of its own: no step gets another's. */
import { ApiObject } from "cdk8s";
import { endpointOf } from "../../model/endpoint.ts";
import type { Stage } from "./stage.ts";
import type { AuditState } from "./state.ts";

/** `git`: a key that reads one repository; `write`: a user that only puts objects below `audit/`; `merge`: one that also gets them. */
export const SECRETS = { git: "audit-git", write: "audit-bucket-write", merge: "audit-bucket-merge" } as const;

const PAIR = ["accessKey", "secretKey"];
const gitProperties = (repository: string): string[] => (endpointOf(repository)?.protocol === "https" ? ["username", "password"] : ["ssh-privatekey", "known_hosts"]);

/** Makes the ExternalSecrets. */
export function auditSecrets(stage: Stage, { audit: { git, bucket }, stores, secretStore }: AuditState): void {
  const same = (properties: string[]): Record<string, string> => Object.fromEntries(properties.map((property) => [property, property]));
  const secrets: [name: string, key: string, properties: Record<string, string>][] = [
    [SECRETS.git, git.key, same(gitProperties(git.repository))],
    [SECRETS.write, bucket.writeKey, same(PAIR)],
    [SECRETS.merge, bucket.mergeKey, same(PAIR)],
    ...stores.flatMap(({ externals }) => externals.map(({ name, key, properties }): [string, string, Record<string, string>] => [name, key, properties])),
  ];
  for (const [name, key, properties] of secrets) {
    new ApiObject(stage.chart, stage.id(), {
      apiVersion: "external-secrets.io/v1", kind: "ExternalSecret", metadata: stage.named(name),
      spec: {
        refreshInterval: "1h0m0s", secretStoreRef: { kind: "ClusterSecretStore", name: secretStore },
        target: { name, creationPolicy: "Owner", deletionPolicy: "Retain" },
        data: Object.entries(properties).map(([secretKey, property]) => ({ secretKey, remoteRef: { key, property } })),
      },
    });
  }
}
