/** Desired state of the auditor on one cluster: plain data. */
import type { Audit, Cluster } from "../../model/fleet.ts";
import type { SourceRef } from "../../model/problem.ts";
import type { PlatformScope } from "../layer.ts";
import { type AuditStore, auditStores } from "./stores.ts";

/** Pods in another namespace: both selectors of one peer, so that neither alone suffices. */
export interface Peer { namespace: string; podLabels: Record<string, string> }

export interface AuditState {
  cluster: Cluster;
  audit: Audit;
  /** Branch or tag that Argo CD follows, and the folder of the rendered tree. */
  revision: string;
  tree: string;
  /** Base URL of runbooks. */
  runbooks: string;
  /** ClusterSecretStore. */
  secretStore: string;
  /** Who scrapes the metrics. */
  scraper: Peer;
  stores: AuditStore[];
  /** URL of Grafana. */
  grafana: string;
  owner: string;
  source: SourceRef;
}

/** State of the auditor on one cluster; undefined where platform.ts says nothing of an audit. */
export function auditState({ platform, cluster }: PlatformScope): AuditState | undefined {
  const at = platform.clusters[cluster];
  if (!platform.audit || !at) return undefined;
  return {
    cluster: at, audit: platform.audit, revision: platform.git.revision, tree: platform.git.path,
    runbooks: platform.onCall.runbooks, secretStore: platform.secretStore.name, scraper: { namespace: platform.prometheus.namespace, podLabels: platform.prometheus.podLabels },
    stores: auditStores(platform, cluster), grafana: platform.grafana.url, owner: platform.onCall.team, source: { file: platform.source.file, path: "audit.inCluster" },
  };
}
