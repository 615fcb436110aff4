/** Where this layer's constructs are made, and what they share. */
import { createRequire } from "node:module";
import { App, Chart } from "cdk8s";
import type * as Plus from "cdk8s-plus-28";
import { NAMESPACES } from "../../model/names.ts";

export type { Plus };
const require = createRequire(import.meta.url);
/** cdk8s-plus takes as long to load as cdk8s itself: only a platform with an auditor pays for it. */
export const loadPlus = (): typeof Plus => require("cdk8s-plus-28") as typeof Plus;

/** The part that a pod plays; network policies select it. */
export type Part = "shard" | "merge" | "metrics";
const NAME = { "app.kubernetes.io/name": "bulkhead-audit" } as const;

/** Makes constructs in a chart of its own, which is read as manifests and never written. */
export class Stage {
  readonly chart = new Chart(new App(), "audit", { disableResourceNameHashes: true });
  readonly plus = loadPlus();
  #made = 0;

  /** Id of a construct, which shows in no manifest: objects have names of their own. */
  id(): string { return `c${this.#made++}`; }
  /** Metadata of an object in the auditor's namespace. */
  named(name: string): { name: string; namespace: string; labels: Record<string, string> } { return { name, namespace: NAMESPACES.audit, labels: { ...NAME } }; }
  /** Metadata of a cluster-wide object. */
  clusterWide(name: string): { name: string; labels: Record<string, string> } { return { name, labels: { ...NAME } }; }
  /** Labels of a part's pods. */
  labels(part: Part): Record<string, string> { return { ...NAME, "app.kubernetes.io/component": part }; }
}
