import { compactKind } from "./compact.ts";
import type { Crd, SchemaFile, Structural } from "./structural.ts";

interface Interned { schema: Structural; text: string; uses: number; name?: string }

/** Below this many characters a repeated schema is cheaper to repeat than to name. */
const WORTH_A_NAME = 60;

/** Rebuilds a schema with each direct sub-schema replaced. */
function mapChildren(schema: Structural, map: (child: Structural, step: string) => Structural): Structural {
  const out: Structural = { ...schema };
  if (schema.properties) out.properties = Object.fromEntries(Object.entries(schema.properties).map(([name, child]) => [name, map(child, name)]));
  if (typeof schema.additionalProperties === "object") out.additionalProperties = map(schema.additionalProperties, "value");
  if (schema.items) out.items = map(schema.items, "item");
  for (const junctor of ["allOf", "anyOf", "oneOf"] as const) if (schema[junctor]) out[junctor] = schema[junctor].map((child) => map(child, "case"));
  if (schema.not) out.not = map(schema.not, "not");
  return out;
}

const pascal = (word: string): string => word.replace(/[^A-Za-z0-9]+/g, " ").trim().replace(/(?:^| )([a-z0-9])/g, (_, letter: string) => letter.toUpperCase()).replaceAll(" ", "");

/**
 * The schema file of one group. Schemas that occur more than once get a name: ApplicationSet and InferenceService repeat
 * whole templates dozens of times, and are a few per cent of their size afterwards.
 */
export function schemaFile(crds: Crd[]): SchemaFile {
  const byText = new Map<string, Interned>();
  const nodes = new Map<Structural, Interned>();
  const intern = (schema: Structural): Structural => {
    const shared = mapChildren(schema, intern);
    // Children are interned already, so their identity is enough; the text stays as long as one level of the schema.
    const text = JSON.stringify(shared);
    let entry = byText.get(text);
    if (!entry) {
      entry = { schema: shared, text, uses: 0 };
      byText.set(text, entry);
      nodes.set(shared, entry);
      // Only the first occurrence counts its children: what is inside a shared schema is written once.
      mapChildren(shared, (child) => (nodes.get(child)!.uses++, child));
    }
    return entry.schema;
  };
  const kinds = crds.flatMap((crd) => crd.versions.map((version) => ({ crd, version: version.name, schema: intern(compactKind(version.schema)) })));
  for (const { schema } of kinds) nodes.get(schema)!.uses++;

  const taken = new Set(crds.flatMap((crd) => crd.versions.flatMap((version) => [crd.kind, `${crd.kind}Props`, `${crd.kind}${pascal(version.name)}`, `${crd.kind}${pascal(version.name)}Props`])));
  const nameFor = (kind: string, path: string[]): string => {
    const steps = path.map(pascal);
    for (let n = 1; n <= steps.length; n++) {
      // A name that ends in Item or Value alone says nothing.
      if (/^(Item|Value|Case|Not)$/.test(steps.at(-n)!)) continue;
      const name = kind + steps.slice(-n).join("");
      if (!taken.has(name)) return name;
    }
    for (let n = 2; ; n++) if (!taken.has(`${kind}${steps.at(-1) ?? ""}${n}`)) return `${kind}${steps.at(-1) ?? ""}${n}`;
  };
  const defs: Record<string, Structural> = {};
  const emit = (kind: string, path: string[]) => (schema: Structural, step: string): Structural => {
    const entry = nodes.get(schema)!;
    const here = [...path, step];
    if (entry.uses < 2 || entry.text.length < WORTH_A_NAME) return mapChildren(schema, emit(kind, here));
    if (!entry.name) {
      entry.name = nameFor(kind, here);
      taken.add(entry.name);
      defs[entry.name] = {};
      defs[entry.name] = mapChildren(schema, emit(kind, here));
    }
    return { $ref: entry.name };
  };
  const file: SchemaFile = { kinds: {}, defs };
  for (const { crd, version, schema } of kinds) {
    file.kinds[`${crd.group}/${version}/${crd.kind}`] = { scope: crd.scope, plural: crd.plural, schema: emit(crd.kind, [])(schema, "object") };
  }
  return file;
}

/** Writes a schema file as text: one kind or shared schema a line, so that a diff names what changed. */
export function printSchemaFile(file: SchemaFile): string {
  const lines = (record: Record<string, unknown>): string => Object.keys(record).sort().map((key) => `${JSON.stringify(key)}:${JSON.stringify(record[key])}`).join(",\n");
  return `{"kinds":{\n${lines(file.kinds)}\n},"defs":{\n${lines(file.defs)}\n}}\n`;
}
