/** The live side of the kubernetes plane: an API server, or a snapshot of one. Only reads. */
import type { Coverage } from "../../model/finding.ts";

/** An object as the API server gives it. */
export interface LiveObject {
  apiVersion: string;
  kind: string;
  metadata: LiveMetadata;
  [field: string]: unknown;
}
export interface LiveMetadata {
  name: string;
  namespace?: string;
  uid?: string;
  resourceVersion?: string;
  generation?: number;
  creationTimestamp?: string;
  deletionTimestamp?: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  ownerReferences?: OwnerReference[];
  managedFields?: ManagedFieldsEntry[];
  [field: string]: unknown;
}
export interface OwnerReference { apiVersion: string; kind: string; name: string; uid: string; controller?: boolean; blockOwnerDeletion?: boolean }
export interface ManagedFieldsEntry { manager?: string; operation?: string; apiVersion?: string; time?: string; fieldsType?: string; fieldsV1?: Record<string, unknown>; subresource?: string }

/** A kind in one served version, from discovery; never a subresource. */
export interface LiveKind {
  apiVersion: string;
  kind: string;
  plural: string;
  namespaced: boolean;
  verbs: readonly string[];
  /** The server's preferred version of its group. */
  preferred: boolean;
}

/** Why something could not be read whole; its text goes to the report, and never holds a body of the server's answer that may be secret. */
export class Unreadable extends Error {
  readonly reason: string;
  constructor(reason: string) { super(reason); this.reason = reason; }
}

export interface ListOptions {
  /** Only metadata: `PartialObjectMetadataList`. */
  metadataOnly?: boolean;
  /** One namespace; all without it. */
  namespace?: string;
  signal?: AbortSignal;
}

/** What an account might do: one attribute set of an authorizer. Without a namespace: in all of them. */
export interface Attempt { user: string; groups: string[]; verb: string; group: string; resource: string; namespace?: string }

/** Objects a page: of a server as kubectl asks for, of files as many are handed out. */
export const PAGE = 500;

export interface LiveSource {
  /** A context, `in-cluster`, a folder or file: as the report names it. */
  readonly from: string;
  /** `v1.36.3`; absent where no server was asked and no snapshot says it. */
  readonly version?: string;
  /** RFC 3339, of a snapshot. */
  readonly taken?: string;
  /** True where a list of one namespace costs no more than what is in it: a server's. Files are read whole for each. */
  readonly selective?: boolean;
  /** Objects say who wrote what (managedFields): a server's always do, a dump's when any of them does. Absent: nothing is known, as false. */
  readonly tracked?: boolean;
  /** All served kinds, every version; `unknown` are groups whose discovery failed. Rejects with Unreadable when nothing can be asked. */
  kinds(): Promise<{ kinds: LiveKind[]; unknown: Coverage[] }>;
  /**
   * Pages in the server's order: by namespace followed by a slash, then by name. Throws Unreadable when it cannot be read whole; what came before
   * is then part of an unknown whole, and nothing may be called missing.
   */
  list(kind: LiveKind, options?: ListOptions): AsyncIterable<LiveObject[]>;
  /** Whether the server's authorizers would allow it; only with `--probe` (D37). Throws Unreadable. Absent where no server can be asked. */
  review?(attempt: Attempt, signal?: AbortSignal): Promise<boolean>;
  close(): Promise<void>;
}
