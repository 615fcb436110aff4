/** Avro schemas of records: text that is the same for the same record, whatever order anything was declared in but its fields. */
import type { DataRecord, RecordField, Sensitivity } from "../../model/fleet.ts";

/** An Avro type as the specification writes it in JSON. */
export type AvroType = string | { type: string; [attribute: string]: unknown } | AvroType[];

/** Types that Avro has, by canonical PostgreSQL type without arguments. Everything else travels as its text. */
const AVRO: Record<string, AvroType> = {
  boolean: "boolean", smallint: "int", integer: "int", bigint: "long", real: "float", "double precision": "double", bytea: "bytes",
  uuid: { type: "string", logicalType: "uuid" },
  date: { type: "int", logicalType: "date" },
  "timestamp with time zone": { type: "long", logicalType: "timestamp-micros" },
  "timestamp without time zone": { type: "long", logicalType: "local-timestamp-micros" },
  "time without time zone": { type: "long", logicalType: "time-micros" },
};

/**
 * The Avro type of a canonical SQL type. `numeric(p,s)` is an exact decimal; `numeric` without a precision, `interval`,
 * `json` and types unknown to Avro are strings in PostgreSQL's text form, because nothing else would hold every value.
 * Elements of an array may be null, as in PostgreSQL.
 */
export function avroType(type: string): AvroType {
  if (type.endsWith("[]")) return { type: "array", items: ["null", avroType(type.slice(0, -2))] };
  const decimal = /^numeric\(([0-9]+),([0-9]+)\)$/.exec(type);
  if (decimal) return { type: "bytes", logicalType: "decimal", precision: Number(decimal[1]), scale: Number(decimal[2]) };
  return AVRO[type] ?? "string";
}

/** What a reader of a schema is told of a field: the level and, where there is one, the category. Never who may see it. */
function describeSensitivity(sensitivity: Sensitivity): string {
  return `Classification: ${sensitivity.level}${sensitivity.category ? ` (${sensitivity.category})` : ""}.`;
}

function avroField(field: RecordField): Record<string, unknown> {
  const type = avroType(field.type);
  const { level, category } = field.sensitivity;
  return {
    name: field.name,
    type: field.nullable ? ["null", type] : type,
    ...(field.nullable && { default: null }),
    doc: describeSensitivity(field.sensitivity),
    "bulkhead.classification": level,
    ...(category && { "bulkhead.category": category }),
  };
}

/** Name of a record in the registry: lower case, because a Schema's subject is its Kubernetes name and that admits no capitals. */
export const registryName = (record: string): string => record.toLowerCase();

/**
 * The schema of a record as JSON text. Its full name is `registryName(record)` without a namespace, so that the serializers'
 * TopicRecordNameStrategy (`<topic>-<full name>`) arrives at the subject that D18 fixes. Field order is the declared order:
 * it is part of Avro's binary form.
 */
export function avroSchema(record: DataRecord): string {
  return JSON.stringify({
    type: "record", name: registryName(record.name), "bulkhead.record": record.name, fields: record.fields.map(avroField),
  });
}
