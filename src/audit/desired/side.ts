/** The desired side: `dist/` at a git revision, or any manifests. Read once for an index, and again by parts, so that memory does not grow with the fleet. */
import type { Problem, SourceRef } from "../../model/problem.ts";

/** What git says of one object, without its body. */
export interface DesiredEntry {
  apiVersion: string;
  kind: string;
  /** As the manifest says it; a scope is the server's to say. */
  namespace?: string;
  name: string;
  /** Below the desired side's root: the output folder (`<cluster>/tenants/<id>/…`), or the working folder of foreign manifests. */
  file: string;
  /** Position among the file's documents, from 0. */
  document: number;
  /** From the folder (`<cluster>/tenants/<id>/`); absent for the platform's and for foreign manifests without a tenant label. */
  tenant?: string;
  area: "walls" | "content" | "platform" | "foreign";
  /** Of `dist/`: from the inventory. */
  owner?: string;
  layer?: string;
  wave?: number;
  /** The definition that declared it; for foreign manifests the manifest's own line. */
  source?: SourceRef;
}

/** A file that is no manifest, without its text. */
export type DesiredText = Pick<DesiredEntry, "file" | "tenant" | "owner" | "source">;

export interface DesiredSide {
  /** As the report names it. */
  readonly from: string;
  readonly commit?: string;
  /** RFC 3339. */
  readonly committed?: string;
  /** Commits that the upstream branch is ahead. */
  readonly behind?: number;
  /** Everything, sorted by namespace followed by a slash (cluster-wide first), kind, name. */
  readonly entries: readonly DesiredEntry[];
  /** Files beside the manifests that say what a store holds (`state.json`, SQL); none for foreign manifests. */
  readonly texts: readonly DesiredText[];
  /** All tenants that have a folder. */
  readonly tenants: readonly string[];
  /** In words: files that differ from their inventory, a ref behind its upstream. */
  readonly notices: readonly string[];
  /** What could not be read: malformed manifests and the like. Errors make the audit a failed call, never a clean one. */
  readonly problems: readonly Problem[];
  /** The parsed manifests of these entries, in their order. */
  read(entries: readonly DesiredEntry[]): Promise<Record<string, unknown>[]>;
  /** The texts of such files, in their order. */
  readTexts(texts: readonly DesiredText[]): Promise<string[]>;
  /** Adds line and column, from the definition's text at the same revision (D34); unchanged where there is none. */
  place(source: SourceRef): Promise<SourceRef>;
  /** Text of a file below the root at another revision (a whole commit id), for what is pending (D25); undefined where there is none. Throws BH7310 for a commit that is not at hand. */
  at(revision: string, file: string): Promise<string | undefined>;
  /** RFC 3339: when the audited branch first had another text of the file than at that revision; undefined when it has the same, or does not contain the revision. */
  changed(revision: string, file: string): Promise<string | undefined>;
  close(): Promise<void>;
}

/** Sort key of a namespace: the API server orders by it, so `a-b` comes before `a`. */
export const namespaceKey = (namespace: string | undefined): string => (namespace === undefined || namespace === "" ? "" : `${namespace}/`);
