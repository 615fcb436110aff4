/** How the table of manifests is written: a kind's variants by name, `minimal` and `full` among them. */
import type { KubeObject } from "../../../src/compare/types.ts";

export interface Sample {
  /** `Deployment full`; with the version where a kind has two. */
  id: string;
  variant: string;
  /** In the namespace that the table is asked for, where the kind has one. */
  manifest: KubeObject;
}

/** Stands for a text that is each sample's own. */
export const ID = "@id";

type Body = Record<string, unknown>;
/** A variant may say more of `metadata`; a name it gives wins. */
export type Variants = Record<string, Body & { metadata?: Body }>;
/** Gives the samples in a namespace. */
export type Table = (namespace: string) => Sample[];

const kindTable = (namespaced: boolean) => (apiVersion: string, kind: string, variants: Variants): Table => (namespace) =>
  Object.entries(variants).map(([variant, variantBody]) => {
    const { metadata, ...body } = JSON.parse(JSON.stringify(variantBody).replaceAll(ID, `${kind.toLowerCase()}-${variant}`)) as Body & { metadata?: Body };
    const own = namespaced ? { namespace } : {};
    return { id: `${kind}${/^autoscaling/.test(apiVersion) ? ` ${apiVersion}` : ""} ${variant}`, variant, manifest: { apiVersion, kind, metadata: { name: `sample-${variant}`, ...own, ...metadata }, ...body } };
  });
export const namespaced = kindTable(true);
export const clusterWide = kindTable(false);
