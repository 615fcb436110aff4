/** Records what a server makes of the expressions Bulkhead writes (D16): src/layers/database/deparsed/. */
import type pg from "pg";
import { ARGUMENTS, type ColumnForm, type Deparsed, typeKey, writtenColumn } from "../../../src/layers/database/deparse.ts";
import { BUILT_IN } from "../../../src/layers/database/live/built-in.ts";
import { WRITTEN } from "../../../src/layers/database/state/expressions.ts";
import { supportsMask } from "../../../src/layers/database/mask.ts";
import { canonicalType, knownTypes } from "../../../src/model/type.ts";

/** Every type a column may have, with markers for arguments. */
export const TYPES = [...new Set(knownTypes().flatMap((word) => {
  const type = canonicalType(word.replace("(p,s)", `(${ARGUMENTS.join(",")})`).replace("(n)", `(${ARGUMENTS[0]})`)) ?? [];
  return typeof type === "string" ? [type, `${type}[]`] : [];
}))].sort();

const column = (type: string) => ({ schema: "bh_schema", table: "bh_table", name: "bh_column", type });
const FORMS: ColumnForm[] = ["plain", "pii-contact", "pii-name", "pii-identifier", "restricted"];

/** Records one server. `admin` is a superuser's session in a database of its own. Throws where a form is not put together from its parts. */
export async function recordForms(admin: pg.Client): Promise<Deparsed> {
  const one = async (sql: string): Promise<string> => Object.values((await admin.query<Record<string, string>>(sql)).rows[0]!)[0]!;
  await admin.query(`
    CREATE SCHEMA app; CREATE SCHEMA bh_schema; SET search_path = '';
    CREATE FUNCTION app.tenant() RETURNS text LANGUAGE sql STABLE AS 'SELECT NULL'; CREATE FUNCTION app.principal() RETURNS text LANGUAGE sql STABLE AS 'SELECT NULL';
    CREATE TABLE app.named_principal(tenant_id text, "schema" text, "table" text, "column" text, principal text);
    CREATE TABLE bh_schema.bh_policies(tenant_id text)`);
  const policy = async (written: string): Promise<string> => {
    await admin.query(`CREATE POLICY p ON bh_schema.bh_policies USING (${written})`);
    const text = await one("SELECT pg_get_expr(polqual, polrelid) FROM pg_catalog.pg_policy WHERE polname = 'p'");
    await admin.query("DROP POLICY p ON bh_schema.bh_policies");
    return text;
  };
  const check = async (written: string): Promise<string> => {
    await admin.query(`ALTER TABLE bh_schema.bh_policies ADD CONSTRAINT c CHECK (${written})`);
    const text = await one("SELECT pg_get_constraintdef(oid) FROM pg_catalog.pg_constraint WHERE conname = 'c'");
    await admin.query("ALTER TABLE bh_schema.bh_policies DROP CONSTRAINT c");
    return text;
  };
  const view = async (type: string, expression?: string): Promise<string> => {
    await admin.query(`CREATE TABLE bh_schema.bh_table(tenant_id text, bh_column ${type});
      CREATE VIEW bh_schema.v AS SELECT t."tenant_id" AS "tenant_id"${expression === undefined ? "" : `, ${expression} AS "bh_column"`} FROM "bh_schema"."bh_table" t`);
    const text = await one("SELECT pg_get_viewdef('bh_schema.v'::regclass)");
    await admin.query("DROP TABLE bh_schema.bh_table CASCADE");
    return text;
  };
  const bare = await view("text");
  const [head, end] = [bare.slice(0, bare.indexOf("\n")), bare.slice(bare.indexOf("\n"))];
  const column_ = async (form: ColumnForm, type: string): Promise<string> => {
    const text = await view(type, writtenColumn(form, column(type)));
    if (!text.startsWith(`${head},`) || !text.endsWith(end)) throw new Error(`a view of another shape: ${text}`);
    return text.slice(head.length + 1, -end.length);
  };
  const [texts, nulls]: Record<string, string>[] = [{}, {}];
  const columns = {} as Record<ColumnForm, string>;
  for (const form of FORMS) columns[form] = await column_(form, "uuid");
  const between = (text: string, before: string, after: string): string => {
    const [start, stop] = [text.indexOf(before) + before.length, text.indexOf(after)];
    if (start < before.length || stop < start) throw new Error(`a form of another shape: ${text}`);
    return text.slice(start, stop);
  };
  const textOf = (form: string): string => between(form, "sha256(convert_to(", ", 'UTF8'");
  const nullOf = (form: string): string => between(form, "            ELSE ", "\n        END AS");
  const [uuidText, uuidNull] = [textOf(columns["pii-name"]), nullOf(columns.restricted)];
  columns["pii-name"] = columns["pii-name"].replaceAll(uuidText, "#text");
  columns["pii-identifier"] = columns["pii-identifier"].replaceAll(uuidText, "#text");
  columns.restricted = columns.restricted.replace(`ELSE ${uuidNull}`, "ELSE #null");
  for (const type of TYPES) {
    const { key } = typeKey(type);
    nulls[key] = nullOf(await column_("restricted", type));
    if (supportsMask(type, "pii-name")) texts[key] = textOf(await column_("pii-name", type));
    for (const form of FORMS) {
      if (texts[key] === undefined && (form === "pii-name" || form === "pii-identifier")) continue;
      const [made, real] = [columns[form].replaceAll("#text", () => texts[key]!).replaceAll("#null", () => nulls[key]!), await column_(form, type)];
      if (made !== real) throw new Error(`${form} of ${type} is not put together from its parts: ${JSON.stringify([made, real])}`);
    }
  }
  const record: Deparsed = {
    version: await one("SHOW server_version_num"),
    builtIn: await one(BUILT_IN),
    keywords: await one("SELECT string_agg(word, ' ' ORDER BY word) FROM pg_get_keywords() WHERE catcode <> 'U'"),
    policies: { own: await policy(WRITTEN.own), wall: await policy(WRITTEN.wall("bh_tenant")) },
    checks: { filled: await check(WRITTEN.filled), tenant: await check(WRITTEN.tenant("bh_tenant")) },
    view: { head, tail: end }, columns, texts, nulls,
  };
  await admin.query("DROP SCHEMA bh_schema, app CASCADE");
  return record;
}

/** The module that holds a record. */
export function recordModule(major: number, record: Deparsed): string {
  const text = JSON.stringify(record, null, 2).replaceAll(/^(\s*)"([A-Za-z]+)":/gm, "$1$2:");
  return `// Recorded by test/real/postgres/deparsed.test.ts with BULKHEAD_RECORD=1; do not edit.\nimport type { Deparsed } from "../deparse.ts";\n\nexport const VERSION_${major}: Deparsed = ${text};\n`;
}
