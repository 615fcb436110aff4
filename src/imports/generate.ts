import { classModule, typeModule } from "./classes.ts";
import { coreSchemaFile } from "./core.ts";
import { printSchemaFile, schemaFile } from "./intern.ts";
import { REDPANDA_CRDS, REDPANDA_GROUP } from "./redpanda.ts";
import type { Crd } from "./structural.ts";

/** Files to write, by path below `imports/`; the same input gives the same bytes. */
export function generate(crds: Crd[], core?: Parameters<typeof coreSchemaFile>[0]): Map<string, string> {
  const groups = new Map<string, Crd[]>([[REDPANDA_GROUP, REDPANDA_CRDS]]);
  for (const crd of [...crds].sort((a, b) => (a.kind < b.kind ? -1 : a.kind > b.kind ? 1 : 0))) {
    if (crd.group === REDPANDA_GROUP || crd.versions.length === 0) continue;
    groups.set(crd.group, [...(groups.get(crd.group) ?? []), crd]);
  }
  const files = new Map<string, string>();
  for (const group of [...groups.keys()].sort()) {
    const members = groups.get(group)!;
    const schemas = schemaFile(members);
    files.set(`${group}.js`, classModule(members));
    files.set(`${group}.d.ts`, typeModule(members, schemas));
    files.set(`schemas/${group}.json`, printSchemaFile(schemas));
  }
  if (core) files.set("schemas/core.json", printSchemaFile(coreSchemaFile(core)));
  return files;
}
