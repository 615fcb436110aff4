import type { Prerequisite } from "../layers/layer.ts";

/** Deterministic JSON: sorted by object and pointer, two spaces, fixed key order, a newline at the end. Equal items are written once. */
export function renderPrerequisites(items: readonly Prerequisite[]): string {
  const rows = items.map(({ object: o, pointer, value, why }) => ({
    object: { apiVersion: o.apiVersion, kind: o.kind, ...(o.namespace !== undefined && { namespace: o.namespace }), name: o.name }, pointer, value, why,
  }));
  const key = (row: (typeof rows)[number]): string => JSON.stringify([row.object.apiVersion, row.object.kind, row.object.namespace ?? "", row.object.name, row.pointer, row.value, row.why]);
  const unique = new Map(rows.map((row) => [key(row), row]));
  return `${JSON.stringify([...unique].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row), null, 2)}\n`;
}
