/** State as SQL of StarRocks, as its documentation writes it. Names hold only letters, digits, dashes, dots and underscores. */
import type { StarRocksTenant } from "./state.ts";

const name = (text: string): string => {
  if (!/^[a-z0-9_]+$/.test(text)) throw new Error(`no name for StarRocks: ${JSON.stringify(text)}`);
  return `\`${text}\``;
};
const literal = (text: string): string => {
  if (!/^[A-Za-z0-9_.%@-]+$/.test(text)) throw new Error(`no text for StarRocks: ${JSON.stringify(text)}`);
  return `'${text}'`;
};
/** Stands in the SQL where the Job puts a password. */
export const passwordMark = (index: number): string => `@PASSWORD_${index}@`;
const account = (user: string): string => `${literal(user)}@'%'`;

/**
 * Database, tables, views, roles, users. Views are checked as their owner (SECURITY NONE), so a reader needs no right on a table; nobody is granted
 * IMPERSONATE, or anything outside the tenant's database.
 */
export function tenantSql({ database, quota, tables, views, writer, roles, users }: StarRocksTenant): string {
  const db = name(database);
  const lines = [
    `CREATE DATABASE IF NOT EXISTS ${db}`,
    `ALTER DATABASE ${db} SET DATA QUOTA ${quota}`,
    ...tables.map((t) => `CREATE TABLE IF NOT EXISTS ${db}.${name(t.name)} (${t.columns.map((c) => `${name(c.name)} ${c.type}${c.nullable ? " NULL" : " NOT NULL"}`).join(", ")}) PRIMARY KEY (${t.key.map(name).join(", ")}) DISTRIBUTED BY HASH (${t.key.map(name).join(", ")})`),
    ...views.map((v) => `CREATE OR REPLACE VIEW ${db}.${name(v.name)} SECURITY NONE AS SELECT ${v.columns.map((c) => `${c.expression} AS ${name(c.name)}`).join(", ")} FROM ${db}.${name(v.table)} AS t`),
    ...[writer, ...roles].map((role) => `CREATE ROLE IF NOT EXISTS ${name(role)}`),
    `GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN DATABASE ${db} TO ROLE ${name(writer)}`,
    ...views.map((v) => `GRANT SELECT ON VIEW ${db}.${name(v.name)} TO ROLE ${name(v.role)}`),
    ...users.flatMap((u, i) => [
      `CREATE USER IF NOT EXISTS ${account(u.name)} IDENTIFIED BY '${passwordMark(i)}'`,
      `ALTER USER ${account(u.name)} IDENTIFIED BY '${passwordMark(i)}'`,
      `GRANT ${name(u.role)} TO USER ${account(u.name)}`,
      `SET DEFAULT ROLE ${name(u.role)} TO ${account(u.name)}`,
      `SET PROPERTY FOR ${literal(u.name)} 'max_user_connections' = '${u.connections}'`,
    ]),
  ];
  return lines.map((line) => `${line};\n`).join("");
}

const limits = ({ limits: all }: StarRocksTenant): string => Object.entries(all).map(([key, value]) => `${literal(key)} = ${literal(value)}`).join(", ");
/** Classified by user only: a database would weigh more than user and role, and what it decides between two groups is random. */
const classifiers = ({ users }: StarRocksTenant): string => users.map((u) => `(user = ${literal(u.name)})`).join(", ");
/** For a server without the tenant's resource group, and for one that has it: the documentation knows no IF NOT EXISTS. */
export const groupSql = (state: StarRocksTenant): { create: string; alter: string } => ({
  create: `CREATE RESOURCE GROUP ${name(state.database)} TO ${classifiers(state)} WITH (${limits(state)});\n`,
  alter: `ALTER RESOURCE GROUP ${name(state.database)} WITH (${limits(state)});\nALTER RESOURCE GROUP ${name(state.database)} DROP ALL;\nALTER RESOURCE GROUP ${name(state.database)} ADD ${classifiers(state)};\n`,
});

/** Waits for the server, puts passwords into the text without showing them to a process, and runs it. */
export function tenantScript({ database, users }: StarRocksTenant): string {
  return `#!/bin/sh
set -eu
LC_ALL=C; export LC_ALL
sql() { mysql -h "$STARROCKS_HOST" -P "$STARROCKS_PORT" -u "$STARROCKS_USER" --ssl-mode=VERIFY_CA --ssl-ca="$STARROCKS_CA" --batch --skip-column-names "$@"; }
attempt=1
until sql -e 'SELECT 1' >/dev/null; do
  [ "$attempt" -lt 20 ] || exit 1
  attempt=$((attempt + 1))
  sleep 15
done
# Only what means nothing to sed or SQL: nothing is quoted.
password() {
  case "$2" in *[!A-Za-z0-9_.~-]*) ok=no ;; *) ok=yes ;; esac
  if [ "$ok" = no ] || [ "\${#2}" -lt 16 ] || [ "\${#2}" -gt 128 ]; then echo "$1: no password of 16 to 128 letters, digits, _ . ~ -" >&2; exit 1; fi
  printf 's|@%s@|%s|g\\n' "$1" "$2"
}
marks=$(${users.map((_, i) => `password PASSWORD_${i} "$PASSWORD_${i}"`).join("; ")})
filled=$(printf '%s\\n' "$marks" | sed -f /dev/stdin "$UNIT/tenant.sql")
printf '%s\\n' "$filled" | sql
groups=$(sql -e 'SHOW RESOURCE GROUPS ALL' | cut -f1)
if printf '%s\\n' "$groups" | grep -qx ${literal(database)}; then sql <"$UNIT/group-alter.sql"; else sql <"$UNIT/group-create.sql"; fi
`;
}
