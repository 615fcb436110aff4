/** What the comparison knows of types, and what it is told of the cluster. It knows nothing of layers, tenants or git. */
import type { Change } from "../model/finding.ts";

/** A schema node: `verify/schema/node` is one. Absent list type means atomic. */
export interface Shape {
  readonly schema: {
    readonly type?: string; readonly format?: string; readonly default?: unknown; readonly pattern?: string;
    readonly "x-kubernetes-list-map-keys"?: string[]; readonly "x-kubernetes-list-type"?: string; readonly "x-kubernetes-int-or-string"?: boolean;
    readonly "x-kubernetes-preserve-unknown-fields"?: boolean; readonly "x-kubernetes-embedded-resource"?: boolean;
  };
  field(name: string): Shape | undefined;
  readonly items: Shape | undefined;
  readonly values: Shape | undefined;
  /** A null stands in the store as it is. */
  readonly nullable?: boolean;
  /** Defaults of the fields, which the server fills in (structural defaults of CRDs, and halves of list keys). */
  readonly defaults?: readonly (readonly [name: string, value: unknown])[];
}
export interface Types { node(apiVersion: string, kind: string): Shape | undefined }

/** A Kubernetes object, of either side. */
export interface KubeObject { apiVersion: string; kind: string; metadata: { name: string; namespace?: string; [field: string]: unknown }; [field: string]: unknown }

/** What else of the cluster decides whether a leaf is drift. */
export interface Surroundings {
  /** HorizontalPodAutoscalers that scale the object, live ones that git knows. */
  autoscalers?: readonly KubeObject[];
  /** Live ClusterRoles whose labels an aggregationRule selects, for the rules of an aggregated role. */
  aggregated?: readonly KubeObject[];
  /** Kinds of roles that git knows, to say whence an aggregated rule came. */
  known?: (role: KubeObject) => boolean;
  /** Objects of this live side say who wrote what, so one that does not lost it. Else (a dump can lack it) an assigned leaf is judged by its value alone. */
  tracked?: boolean;
}

/** What normalising took away or filled in on one side, and why: each reason has a test that proves nothing else goes with it. */
export interface Erasure { pointer: string; reason: string }

export interface Comparison {
  /** Without claims. Pointers are into the live object as it came (for `removed`: into the desired one). Empty: equal. */
  changes: Change[];
  confidence: "typed" | "untyped";
  /** Lints on git found on the way, in words: duplicate keys and the like. */
  notes: string[];
}
