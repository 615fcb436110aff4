// Counts what a data contract holds: node test/contracts/count.mjs FILE prints JSON.
// On purpose it shares nothing with the importer: no module of src/, and another YAML reader.
import { readFileSync } from "node:fs";
import { load } from "js-yaml";

const contract = load(readFileSync(process.argv[2], "utf8"));
const objects = contract.schema ?? [];
// A topic is a stream of records, all else is a table.
const tables = objects.filter((object) => object.physicalType !== "topic");
const columns = tables.flatMap((object) => (object.properties ?? []).map((property) => ({
  table: object.physicalName ?? object.name,
  column: property.physicalName ?? property.name,
  type: property.physicalType ?? property.logicalType ?? null,
  key: property.primaryKey === true,
  classified: typeof property.classification === "string",
})));
console.log(JSON.stringify({
  tables: tables.length,
  columns: columns.length,
  keys: columns.filter(({ key }) => key).length,
  unclassified: columns.filter(({ classified }) => !classified).length,
  keyless: tables.filter((object) => !(object.properties ?? []).some((property) => property.primaryKey === true)).length,
  list: columns,
}));
