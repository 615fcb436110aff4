/**
 * What an audit compares outside Kubernetes. A layer that governs a store gives both sides of it as items: plain data in normal form (DESIGN §2, §5, D23),
 * so that one comparison serves all planes. Items hold no secret: a password is at most `"present"`.
 */
import type { Change, Coverage, FindingStatus, Impact, Plane, Revert } from "./finding.ts";
import type { SourceRef } from "./problem.ts";

/** Normal form: maps are compared member by member, lists as a whole and in order. A set is a map from each member's text to what it carries, or to `true`. */
export type Normal = null | boolean | number | string | readonly Normal[] | { readonly [key: string]: Normal };

/** The normal form of a set of texts. */
export const setOf = (members: readonly string[]): { readonly [member: string]: true } => Object.fromEntries(members.map((member) => [member, true]));

/** One thing of a store: a policy, a topic, a bucket. */
export interface PlaneItem {
  /** In the plane's own words, as coverage names it: `policy`, `topic`, `acl`. */
  kind: string;
  /** What it lies in, where things do: a schema, a bucket. */
  namespace?: string;
  name: string;
  /** Whose it is; absent: the platform's own. */
  tenant?: string;
  value: { readonly [leaf: string]: Normal };
}
/** An item that git declares. */
export interface DeclaredItem extends PlaneItem {
  /** Team of the declaring definition. */
  owner?: string;
  source?: SourceRef;
  /** Below `dist/`. */
  file?: string;
}
/** An item that lives: only what is declared, or lies or reaches into a tenant's or the platform's space, is one. */
export interface LiveItem extends PlaneItem {
  /** In words: what it reaches if git does not know it. */
  note?: string;
}

/** What was read of one kind of item. `unknown` where anything of it may be missing: then absence is not reported, and nothing is clean. */
export type ItemCoverage = Pick<Coverage, "state" | "objects" | "reason" | "tenants"> & { /** The items' `kind`. */ what: string };

/** What one store said. Plain JSON: a snapshot holds it as it is. */
export interface Reading {
  plane: Plane;
  store: string;
  /** Of the server. */
  version?: string;
  items: LiveItem[];
  /** One a kind of item, also where there are none. */
  coverage: ItemCoverage[];
  /** What the desired side must know of the server to be comparable: its major version, expressions as it wrote them down (D16). */
  facts: Record<string, string>;
}

/** A manifest or a text of `dist/` at the audited revision. */
export interface TreeManifest { manifest: Record<string, unknown>; file: string; tenant?: string; owner?: string; source?: SourceRef }
export interface TreeText { text: string; file: string; tenant?: string; owner?: string; source?: SourceRef }
/** What a plane's desired side is parsed from. */
export interface Tree {
  cluster: string;
  manifests: readonly TreeManifest[];
  texts: readonly TreeText[];
}

/** A store, and what git says of it. */
export interface DesiredStore<S = unknown> {
  store: string;
  /** host:port or URL, as git's objects reach it; the platform's definition may say otherwise. */
  endpoint: string;
  state: S;
}

/** How to reach a store with the auditor's credentials (D26). */
export interface StoreAccess {
  store: string;
  endpoint: string;
  user?: string;
  password?: string;
  /** PEM of the authorities that are believed; absent: those of the system. */
  ca?: string;
  /** Without TLS: only where the platform's definition says so. */
  plain?: boolean;
  /** For one answer of the server; default 30 s. */
  timeoutMs: number;
  signal?: AbortSignal;
}

/** Thrown by a reader where a store says nothing at all: unreachable, not trusted, credentials refused. In our own words, never a server's. */
export class StoreUnreadable extends Error {}

/** One item that differs. */
export interface ItemDifference {
  kind: string;
  namespace?: string;
  name: string;
  tenant?: string;
  status: Extract<FindingStatus, "changed" | "missing" | "unmanaged">;
  changes: Change[];
  desired?: DeclaredItem;
  live?: LiveItem;
}

/** What a probe found: an effect that must not be. */
export interface ProbeFailure { kind: string; namespace?: string; name: string; tenant?: string; /** What was tried, and what came of it. */ note: string }

/** One plane, as its layer knows it. Loaded when it is first audited: clients are heavy. */
export interface PlaneAudit<S = unknown> {
  plane: Plane;
  /** Which manifests of `dist/` it is parsed from. */
  wants(identity: { apiVersion: string; kind: string; namespace?: string; name: string }): boolean;
  /** Which texts, by their path below `dist/`. */
  wantsText?(file: string): boolean;
  /** `desired(render(state)) = state`. Throws where a file cannot be believed: an Error that names it. */
  desired(tree: Tree): DesiredStore<S>[];
  /** What git declares, in the normal form of this reading's server; kinds of which that cannot be told are unknown. */
  items(state: S, reading: Reading): { items: DeclaredItem[]; unknown: ItemCoverage[] };
  /** Lists, never writes, and proves that it sees everything before it reports absence. Throws StoreUnreadable. */
  read(access: StoreAccess, state: S): Promise<Reading>;
  /** Effects, only with `--probe` (D37); changes nothing. */
  probe?(access: StoreAccess, state: S): Promise<{ failures: ProbeFailure[]; coverage: ItemCoverage[] }>;
  impact(difference: ItemDifference): Impact;
  /** Commands in the store's own language; `access` is for names of hosts, never for secrets. */
  revert(difference: ItemDifference, store: DesiredStore<S>): Revert;
}
