/** Reads an Open Data Contract Standard document into a product. Lenient: real contracts drift from their own schema. */
import { isMap, LineCounter, parseDocument } from "yaml";
import { parseDuration } from "../model/duration.ts";
import type { Category, Level } from "../model/fleet.ts";
import { TABLE_ID } from "../model/names.ts";
import { type Problem, unloadable } from "../model/problem.ts";
import { carryType } from "./type.ts";

export interface ImportedColumn { name: string; type: string; nullable: boolean; description?: string; classification: Level; category?: Category }
interface ImportedTable { name: string; description?: string; key: string[]; columns: ImportedColumn[] }
export interface ImportedProduct {
  name: string; domain?: string; description: string;
  tables: ImportedTable[];
  records: { name: string; fields: ImportedColumn[] }[];
  freshness?: string;
  notNull: string[];
  /** What a person must look at, each by name. */
  notes: { restricted: string[]; keys: string[]; types: string[]; other: string[] };
}
/** `table.column` -> `level` or `level/category`, for columns the contract does not classify. */
export type Classifications = Record<string, string>;

interface Property { name?: unknown; physicalName?: unknown; logicalType?: string; physicalType?: string; description?: string; required?: boolean; primaryKey?: boolean; primaryKeyPosition?: number; classification?: string; quality?: unknown[]; relationships?: unknown[] }
interface SchemaObject { name?: unknown; physicalName?: unknown; physicalType?: string; description?: string; properties?: Property[]; quality?: unknown[]; relationships?: unknown[] }

/** Parses a contract's text. Problems are those that leave nothing to import; all else is a note. */
export function readContract(text: string, file: string, classifications: Classifications = {}): { product?: ImportedProduct; problems: Problem[] } {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: false });
  const [error] = document.errors;
  if (error) {
    const { line, col } = lines.linePos(error.pos[0]);
    return { problems: [unloadable("BH6001", `not YAML: ${error.message.split("\n")[0]}`, { file, path: "", line, column: col }, "the contract must be one YAML document")] };
  }
  const contract = document.toJS() as Record<string, unknown> | null;
  if (!isMap(document.contents) || contract?.kind !== "DataContract") {
    return { problems: [unloadable("BH6002", "not a data contract: kind is not DataContract", { file, path: "kind", line: 1, column: 1 }, "give an ODCS document (apiVersion v3.x, kind DataContract)")] };
  }
  const notes: ImportedProduct["notes"] = { restricted: [], keys: [], types: [], other: [] };
  const used = new Set<string>();
  const product: ImportedProduct = {
    name: text1(contract.dataProduct) ?? text1(contract.name) ?? text1(contract.id) ?? "contract", ...(text1(contract.domain) && { domain: text1(contract.domain) }),
    description: describe(contract), tables: [], records: [], notNull: [], notes,
  };
  for (const object of list<SchemaObject>(contract.schema)) {
    const table = identifier(text1(object.physicalName) ?? text1(object.name) ?? "table", "table", used, notes, 48);
    const columns = readColumns(object, table, classifications, notes, product);
    if (object.physicalType === "topic") product.records.push({ name: pascal(text1(object.name) ?? table), fields: columns.map(({ column }) => column) });
    else product.tables.push({ name: table, ...(object.description && { description: oneLine(object.description) }), ...withKey(columns, table, notes) });
    for (const [what, items] of [["relationships", object.relationships], ["quality rules", object.quality]] as const) if (items?.length) notes.other.push(`${table}: ${items.length} ${what} not carried over`);
  }
  readSla(contract, product);
  const unknown = Object.keys(classifications).filter((key) => !product.tables.some((t) => t.columns.some((c) => `${t.name}.${c.name}` === key)));
  return { product, problems: unknown.map((key) => unloadable("BH6003", `the classifications name ${key}, which the contract does not have`, { file, path: "" }, "check the spelling: table.column, as the import wrote them")) };
}

const list = <T>(value: unknown): T[] => (Array.isArray(value) ? (value as T[]) : []);
const text1 = (value: unknown): string | undefined => (typeof value === "string" && value.trim() !== "" ? value.trim() : typeof value === "number" ? String(value) : undefined);
const oneLine = (text: string): string => text.replace(/\s+/g, " ").trim().slice(0, 1000);
const pascal = (name: string): string => name.split(/[^A-Za-z0-9]+/).filter(Boolean).map((w) => w.charAt(0).toUpperCase() + w.slice(1)).join("").replace(/^[^A-Z]+/, "") || "Record";

function describe(contract: Record<string, unknown>): string {
  const { description, name, id } = contract as { description?: unknown; name?: unknown; id?: unknown };
  const purpose = typeof description === "object" && description !== null ? text1((description as Record<string, unknown>).purpose) : text1(description);
  return oneLine(purpose ?? text1(name) ?? `Imported from contract ${text1(id) ?? "without an id"}`);
}

function identifier(written: string, what: string, used: Set<string>, notes: ImportedProduct["notes"], limit = 63): string {
  let name = written.toLowerCase().replace(/[^a-z0-9_]+/g, "_").replace(/^[^a-z]+/, "").slice(0, limit) || what;
  if (name === "tenant_id") name = "source_tenant_id";
  const base = name;
  for (let n = 2; used.has(name); n++) name = `${base}_${n}`.slice(-limit);
  used.add(name);
  if (name !== written) notes.other.push(`${what} "${written}" is named ${name} here`);
  return TABLE_ID.test(name) ? name : what;
}

function readColumns(object: SchemaObject, table: string, given: Classifications, notes: ImportedProduct["notes"], product: ImportedProduct): { column: ImportedColumn; property: Property }[] {
  const used = new Set<string>();
  return list<Property>(object.properties).map((property) => {
    const name = identifier(text1(property.physicalName) ?? text1(property.name) ?? "column", "column", used, notes);
    const label = `${table}.${name}`;
    const { type, lost } = carryType(text1(property.physicalType), text1(property.logicalType));
    if (lost) notes.types.push(`${label}: ${lost}`);
    const column: ImportedColumn = { name, type, nullable: !(property.required || property.primaryKey), ...(property.description && { description: oneLine(property.description) }), ...classify(property, label, given[label], notes) };
    if (list<Record<string, unknown>>(property.quality).some((q) => (q.metric === "nullValues" || q.rule === "nullCheck") && q.mustBe === 0)) product.notNull.push(label);
    if (property.relationships?.length) notes.other.push(`${label}: relationship not carried over`);
    return { column, property };
  });
}

const LEVEL_WORDS = new Set(["public", "internal", "confidential", "restricted"]);
const CATEGORY_WORDS = new Set(["pii-name", "pii-identifier", "pii-contact", "business"]);

function classify(property: Property, label: string, given: string | undefined, notes: ImportedProduct["notes"]): { classification: Level; category?: Category } {
  const [level, category] = (given ?? text1(property.classification) ?? "").toLowerCase().split("/");
  if (LEVEL_WORDS.has(level!)) {
    if (level !== "confidential") return { classification: level as Level };
    if (category && CATEGORY_WORDS.has(category)) return { classification: "confidential", category: category as Category };
    notes.other.push(`${label}: confidential without a category, treated as business (omitted below clearance)`);
    return { classification: "confidential", category: "business" };
  }
  if (level) notes.other.push(`${label}: classification "${level}" is unknown here`);
  if (property.primaryKey && !level) {
    notes.keys.push(label);
    return { classification: "internal" };
  }
  notes.restricted.push(label);
  return { classification: "restricted" };
}

/** The declared key, or a row_id where there is none that may be one: a masked column in a key tells its values apart. */
function withKey(columns: { column: ImportedColumn; property: Property }[], table: string, notes: ImportedProduct["notes"]): { key: string[]; columns: ImportedColumn[] } {
  const keyed = columns.filter(({ property }) => property.primaryKey).sort((a, b) => (a.property.primaryKeyPosition ?? 0) - (b.property.primaryKeyPosition ?? 0)).map(({ column }) => column);
  const all = columns.map(({ column }) => column);
  const masked = keyed.filter((c) => c.classification === "confidential" || c.classification === "restricted");
  if (keyed.length > 0 && masked.length === 0) return { key: keyed.map((c) => c.name), columns: all };
  notes.other.push(keyed.length === 0 ? `${table}: no primary key, row_id was added` : `${table}: key column ${masked.map((c) => c.name).join(", ")} is masked, row_id is the key instead`);
  return { key: ["row_id"], columns: [{ name: "row_id", type: "uuid", nullable: false, classification: "internal" }, ...all] };
}

const UNITS: Record<string, string> = { s: "s", sec: "s", second: "s", seconds: "s", m: "m", min: "m", minute: "m", minutes: "m", h: "h", hour: "h", hours: "h", d: "d", day: "d", days: "d", w: "w", week: "w", weeks: "w" };

function readSla(contract: Record<string, unknown>, product: ImportedProduct): void {
  for (const sla of list<Record<string, unknown>>(contract.slaProperties)) {
    const unit = UNITS[String(sla.unit ?? "").toLowerCase()];
    const duration = unit && `${String(sla.value)}${unit}`;
    if (sla.property === "latency" && product.freshness === undefined && duration && parseDuration(duration)) product.freshness = duration;
    else product.notes.other.push(`service level ${String(sla.property)} not carried over`);
  }
}
