/** Where an object lives; CRDs say so, core kinds are looked up in a table. */
export type Scope = "Namespaced" | "Cluster";

/**
 * A Kubernetes structural schema as `imports/schemas/*.json` holds it. Keyword names are those of the CRD, so that a reader
 * can compare the two; `$ref` holds a bare name of the file's `defs`, and keywords that start with `x-bulkhead-` are ours.
 */
export interface Structural {
  $ref?: string;
  type?: string;
  format?: string;
  nullable?: boolean;
  default?: unknown;
  enum?: unknown[];
  pattern?: string;
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
  /** OpenAPI v3.0 has booleans here, JSON Schema has numbers; CRDs hold booleans. */
  exclusiveMinimum?: boolean;
  exclusiveMaximum?: boolean;
  multipleOf?: number;
  minItems?: number;
  maxItems?: number;
  uniqueItems?: boolean;
  minProperties?: number;
  maxProperties?: number;
  required?: string[];
  properties?: Record<string, Structural>;
  additionalProperties?: Structural | boolean;
  items?: Structural;
  allOf?: Structural[];
  anyOf?: Structural[];
  oneOf?: Structural[];
  not?: Structural;
  "x-kubernetes-int-or-string"?: boolean;
  "x-kubernetes-preserve-unknown-fields"?: boolean;
  "x-kubernetes-embedded-resource"?: boolean;
  "x-kubernetes-list-type"?: string;
  "x-kubernetes-list-map-keys"?: string[];
  /** Go unions that OpenAPI cannot write, e.g. `additionalProperties` of a CRD's own schema: the schema, or a boolean. */
  "x-bulkhead-or-boolean"?: boolean;
  /** Rules on the keys and values of a map that core types have and OpenAPI does not say. */
  "x-bulkhead-map"?: "labels" | "annotations" | "config-keys";
}

/** One kind in one served version. */
export interface KindEntry { scope: Scope; plural?: string; schema: Structural }

/** One file of `imports/schemas`: kinds by `apiVersion/kind`, and what several of them share. */
export interface SchemaFile { kinds: Record<string, KindEntry>; defs: Record<string, Structural> }

/** The part of a CustomResourceDefinition that matters here. */
export interface Crd {
  group: string;
  kind: string;
  plural: string;
  scope: Scope;
  /** Served versions, the one a class without suffix stands for first. */
  versions: { name: string; schema: Structural }[];
}
