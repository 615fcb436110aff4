import type { Structural } from "../../imports/structural.ts";
import { translatePattern } from "./re2.ts";

type Primitive = string | number | boolean | null;

/** Makes nodes over the shared schemas of one file, each once. */
export class Nodes {
  private readonly closed = new Map<Structural, Node>();
  private readonly opened = new Map<Structural, Node>();
  private readonly defs: Record<string, Structural>;

  constructor(defs: Record<string, Structural>) {
    this.defs = defs;
  }

  /** `open` is for branches of `anyOf` and its like: they judge values and do not say which fields exist. */
  of(schema: Structural, open = false): Node {
    const cache = open ? this.opened : this.closed;
    let node = cache.get(schema);
    if (!node) {
      node = new Node(this, this.deref(schema), open);
      cache.set(schema, node);
    }
    return node;
  }

  /** Follows a reference; keywords beside it (a default, `nullable`) win. */
  deref(schema: Structural): Structural {
    if (!schema.$ref) return schema;
    const { $ref, ...own } = schema;
    const target = this.defs[$ref];
    if (!target) throw new Error(`schema ${$ref} is missing; run \`npm run imports\` again`);
    return { ...this.deref(target), ...own };
  }
}

/**
 * A schema made ready for interpretation, one level at a time and only when an object first reaches it. There is nothing to
 * compile: ajv needs seconds for ApplicationSet and InferenceService, whose schemas one manifest hardly touches, and its
 * standalone code would be many times the size of all schemas together. A test holds the verdicts against ajv's.
 */
export class Node {
  readonly schema: Structural;
  readonly type: string | undefined;
  readonly nullable: boolean;
  readonly orBoolean: boolean;
  readonly intOrString: boolean;
  readonly embedded: boolean;
  /** Whether fields that are not listed may stand here. */
  readonly open: boolean;
  readonly required: readonly string[];
  readonly pattern: RegExp | undefined;
  readonly enum: ReadonlySet<Primitive> | undefined;
  readonly defaults: readonly (readonly [string, unknown])[];
  readonly hasJunctors: boolean;
  private readonly nodes: Nodes;
  private readonly openChildren: boolean;
  private readonly known = new Map<string, Node | undefined>();
  private itemsMade: Node | undefined;
  private valuesMade: Node | undefined;

  constructor(nodes: Nodes, schema: Structural, open: boolean) {
    this.nodes = nodes;
    this.schema = schema;
    this.openChildren = open;
    this.type = schema.type;
    this.nullable = schema.nullable === true;
    this.orBoolean = schema["x-bulkhead-or-boolean"] === true;
    this.intOrString = schema["x-kubernetes-int-or-string"] === true;
    this.embedded = schema["x-kubernetes-embedded-resource"] === true;
    this.open = open || schema["x-kubernetes-preserve-unknown-fields"] === true || schema.additionalProperties === true;
    this.required = schema.required ?? [];
    this.pattern = schema.pattern === undefined ? undefined : translatePattern(schema.pattern);
    const primitive = schema.enum?.every((value) => value === null || typeof value !== "object");
    this.enum = primitive ? new Set(schema.enum as Primitive[]) : undefined;
    this.hasJunctors = Boolean(schema.allOf || schema.anyOf || schema.oneOf || schema.not);
    this.defaults = Object.entries(schema.properties ?? {}).flatMap(([name, child]) => {
      const fallback = nodes.deref(child).default;
      return fallback === undefined ? [] : [[name, fallback] as const];
    });
  }

  /** The node of a listed field. */
  field(name: string): Node | undefined {
    const made = this.known.get(name);
    if (made) return made;
    const { properties } = this.schema;
    if (!properties || !Object.hasOwn(properties, name)) return undefined;
    const node = this.nodes.of(properties[name]!, this.openChildren);
    this.known.set(name, node);
    return node;
  }

  /** The node of a list's items. */
  get items(): Node | undefined {
    if (this.itemsMade || !this.schema.items) return this.itemsMade;
    return (this.itemsMade = this.nodes.of(this.schema.items, this.openChildren));
  }

  /** The node of the values of a map. */
  get values(): Node | undefined {
    const values = this.schema.additionalProperties;
    if (this.valuesMade || typeof values !== "object") return this.valuesMade;
    return (this.valuesMade = this.nodes.of(values, this.openChildren));
  }

  /** The branches of a junctor, which judge and never close. */
  branches(junctor: "allOf" | "anyOf" | "oneOf"): Node[] {
    return (this.schema[junctor] ?? []).map((branch) => this.nodes.of(branch, true));
  }

  /** The form that a value must not have. */
  get not(): Node | undefined {
    return this.schema.not && this.nodes.of(this.schema.not, true);
  }
}
