/** Names of the catalogue as items show them: unambiguous, whatever characters they hold. */

/** A name that needs no quotes stands as it is, every other in double quotes. */
export const shown = (name: string): string => (/^[a-z_][a-z0-9_$]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`);
/** `table.policy`. */
export const path = (...names: readonly string[]): string => names.map(shown).join(".");
/** Everybody. A role of that name is shown in quotes. */
export const PUBLIC = "PUBLIC";
/** Whoever is a superuser: which one applied the SQL is not declared. */
export const SUPERUSER = "(superuser)";

/** The names that `path` joined. */
export function namesOf(text: string): string[] {
  return [...text.matchAll(/"((?:[^"]|"")*)"|([^."]+)/g)].map(([, quoted, bare]) => quoted?.replaceAll('""', '"') ?? bare!);
}
