import type { Structural } from "../../imports/structural.ts";
import { translatePattern } from "./formats.ts";

type Primitive = string | number | boolean | null;

/**
 * A schema made ready for interpretation, one level at a time and only when an object first reaches it. There is nothing to
 * compile: ajv needs seconds for ApplicationSet and InferenceService, whose schemas one manifest hardly touches.
 */
export interface Node {
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
  readonly items: Node | undefined;
  readonly values: Node | undefined;
  readonly allOf: readonly Node[] | undefined;
  readonly anyOf: readonly Node[] | undefined;
  readonly oneOf: readonly Node[] | undefined;
  readonly not: Node | undefined;
  /** The node of a listed field. */
  field(name: string): Node | undefined;
}

/** Makes nodes over the shared schemas of one file. */
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
      node = this.make(this.deref(schema), open);
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

  private make(schema: Structural, open: boolean): Node {
    const { properties } = schema;
    const fields = new Map<string, Node>();
    // Bound here, because the node below is a plain object: its shape stays the same for all schemas, which keeps reads fast.
    const of = (child: Structural, childOpen: boolean): Node => this.of(child, childOpen);
    const lazy = <T>(build: () => T): (() => T) => {
      let made: { value: T } | undefined;
      return () => (made ??= { value: build() }).value;
    };
    const many = (branches: Structural[] | undefined): (() => Node[] | undefined) => lazy(() => branches?.map((branch) => of(branch, true)));
    const items = lazy(() => (schema.items ? of(schema.items, open) : undefined));
    const { additionalProperties } = schema;
    const values = lazy(() => (typeof additionalProperties === "object" ? of(additionalProperties, open) : undefined));
    const [allOf, anyOf, oneOf] = [many(schema.allOf), many(schema.anyOf), many(schema.oneOf)];
    const not = lazy(() => (schema.not ? of(schema.not, true) : undefined));
    const primitive = schema.enum?.every((value) => value === null || typeof value !== "object");
    return {
      schema, type: schema.type, nullable: schema.nullable === true, orBoolean: schema["x-bulkhead-or-boolean"] === true,
      intOrString: schema["x-kubernetes-int-or-string"] === true, embedded: schema["x-kubernetes-embedded-resource"] === true,
      open: open || schema["x-kubernetes-preserve-unknown-fields"] === true || additionalProperties === true,
      required: schema.required ?? [], pattern: schema.pattern === undefined ? undefined : translatePattern(schema.pattern),
      enum: primitive ? new Set(schema.enum as Primitive[]) : undefined,
      defaults: Object.entries(properties ?? {}).flatMap(([name, child]) => {
        const fallback = this.deref(child).default;
        return fallback === undefined ? [] : [[name, fallback] as const];
      }),
      get items() { return items(); }, get values() { return values(); },
      get allOf() { return allOf(); }, get anyOf() { return anyOf(); }, get oneOf() { return oneOf(); }, get not() { return not(); },
      field(name) {
        const known = fields.get(name);
        if (known || !properties || !Object.hasOwn(properties, name)) return known;
        const made = of(properties[name]!, open);
        fields.set(name, made);
        return made;
      },
    };
  }
}
