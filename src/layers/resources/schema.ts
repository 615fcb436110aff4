/** Custom resources as zod schemas: the one source of both the types and the CRDs. */
import { z } from "zod";

/** A rule of the API server's expression language, kept beside the schema it belongs to. */
interface CelRule { rule: string; message: string }
const KEY = "x-kubernetes-validations";

function withRule<S extends z.ZodType>(schema: S, rule: CelRule): S {
  const rules = (schema.meta()?.[KEY] as CelRule[] | undefined) ?? [];
  return schema.meta({ [KEY]: [...rules, rule] }) as S;
}
/** A check that a structural schema cannot write: the same meaning in TypeScript and in CEL; tests compare them on a real server. */
export function checked<S extends z.ZodType>(schema: S, rule: string, message: string, test: (value: z.output<S>) => boolean): S {
  return withRule(schema.refine(test as (value: unknown) => boolean, message) as S, { rule, message });
}
/** Never changes after creation. A transition rule: it has no meaning for a single document, so zod has no half of it. */
const immutable = <S extends z.ZodType>(schema: S, name: string): S => withRule(schema, { rule: "self == oldSelf", message: `${name} never changes: it is the identity of everything below it` });

const dashed = (min: number, max: number) => z.string().min(min).max(max).regex(/^[a-z]([a-z0-9-]*[a-z0-9])?$/);
const noDoubleDash = <S extends z.ZodString>(schema: S): S => checked(schema, "!self.contains('--')", "must not contain two dashes in a row", (value) => !value.includes("--"));
const tenantId = immutable(noDoubleDash(dashed(3, 32)), "tenant_id");
const domainId = noDoubleDash(dashed(1, 24));
const productId = noDoubleDash(dashed(1, 32));
const label = z.string().min(1).max(63).regex(/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/);
/** Keys of a map: each constraint is a rule of its own, and the pattern already implies one character. */
const key = z.string().max(63).regex(/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/);
const email = z.string().max(254).regex(/^[^@"' \t\r\n]+@[^@"' \t\r\n]+\.[^@"' \t\r\n]+$/);
const text = z.string().min(1).max(1000);
const name = z.string().min(1).max(253);
const level = z.enum(["public", "internal", "confidential", "restricted"]);
const clearance = z.enum(["public", "internal", "confidential"]);
const owner = z.strictObject({ team: label, email });
const distinct = <S extends z.ZodType<string[]>>(schema: S): S => (schema.refine((values) => new Set(values as string[]).size === (values as string[]).length, "must be distinct") as S).meta({ "x-kubernetes-list-type": "set" }) as S;

/**
 * Spec of the cluster-scoped Tenant. Maps and sets are left out when empty: server-side apply turns a map whose
 * last key goes into null, which the schema refuses (seen on kube-apiserver 1.36).
 */
export const tenantSpecSchema = z.strictObject({
  tenant_id: tenantId,
  display_name: text,
  owner,
  plan: label,
  cluster: label,
  groups: z.record(key, z.strictObject({ clearance })).refine((groups) => Object.keys(groups).length <= 200, "at most 200 groups").meta({ maxProperties: 200 }).optional(),
  consumers: z.array(z.strictObject({ name: label, clearance, access: distinct(z.array(z.enum(["sql", "events", "files", "serving"])).min(1).max(4)) })).max(200),
  domains: distinct(z.array(domainId).max(500)).optional(),
});
/** What a product offers, by the plane it offers it in. */
const output = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("table"), store: label, level, schema: z.string().min(1).max(63), table: z.string().min(1).max(63), shared: z.boolean() }),
  z.strictObject({ kind: z.literal("topic"), store: label, level, topic: z.string().min(1).max(249), records: z.array(z.string().min(1).max(63)).max(500) }),
  z.strictObject({ kind: z.literal("files"), store: label, level, prefix: z.string().min(1).max(100), expire_days: z.int().positive().optional() }),
]);
const quality = z.strictObject({
  check: z.enum(["not-null", "unique", "accepted-values", "row-count"]), target: z.string().min(1).max(127), severity: z.enum(["blocking", "warning"]),
  timeout_seconds: z.int().positive(), min: z.int().nonnegative().optional(), values: z.array(z.string().max(1000)).max(1000).optional(),
});
/** Spec of the namespaced DataProduct. */
export const dataProductSpecSchema = z.strictObject({
  tenant_id: tenantId,
  domain: immutable(domainId, "domain"),
  product: immutable(productId, "product"),
  description: text,
  owner,
  outputs: z.array(output).max(500),
  quality: z.array(quality).max(500),
  sla: z.strictObject({ freshness_seconds: z.int().positive().optional(), availability_ppm: z.int().gt(0).lt(1_000_000).optional() }).optional(),
});
/** Status of both: written by whoever reconciles them, never by git. */
export const statusSchema = z.strictObject({
  observedGeneration: z.int().optional(),
  conditions: z.array(z.strictObject({
    type: name, status: z.enum(["True", "False", "Unknown"]), reason: name, message: z.string().max(32_768), lastTransitionTime: z.string().meta({ format: "date-time" }), observedGeneration: z.int().optional(),
  })).max(32).optional(),
});

export type TenantSpec = z.output<typeof tenantSpecSchema>;
export type DataProductSpec = z.output<typeof dataProductSpecSchema>;
