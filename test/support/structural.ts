/** The way back from `imports/schemas` to CustomResourceDefinitions that a real API server takes. */
import { compareVersions } from "../../src/imports/crd.ts";
import type { KindEntry, SchemaFile, Structural } from "../../src/imports/structural.ts";
import type { Manifest } from "../../src/layers/layer.ts";

const OPEN = "x-kubernetes-preserve-unknown-fields";
const JUNCTORS = ["allOf", "anyOf", "oneOf"] as const;
/** Argo CD's controllers write `status` with the object itself; a schema does not tell that, and every other CRD has the subresource. */
const STATUS_IN_OBJECT = new Set(["Application.argoproj.io", "AppProject.argoproj.io"]);
/** The API server asks for a reference to the approval of every group below k8s.io. */
const NEEDS_APPROVAL = /(^|\.)k8s\.io$/;

/** A schema with its references followed: CRDs have none. */
export function expandSchema(schema: Structural, defs: Record<string, Structural>): Structural {
  const { $ref, ...own } = schema;
  if ($ref !== undefined) {
    const target = defs[$ref];
    if (!target) throw new Error(`the schema file lacks ${$ref}`);
    return expandSchema({ ...target, ...own }, defs);
  }
  const expand = (child: Structural): Structural => expandSchema(child, defs);
  const out: Structural = { ...own };
  if (own.properties) out.properties = Object.fromEntries(Object.entries(own.properties).map(([name, child]) => [name, expand(child)]));
  if (typeof own.additionalProperties === "object") out.additionalProperties = expand(own.additionalProperties);
  if (own.items) out.items = expand(own.items);
  if (own.not) out.not = expand(own.not);
  for (const junctor of JUNCTORS) if (own[junctor]) out[junctor] = own[junctor].map(expand);
  return out;
}

/** The schema of one version: what every object has is put back, and `metadata` loses the mark that only Bulkhead's own check reads. */
function versionSchema(entry: KindEntry, defs: Record<string, Structural>): Structural {
  const schema = expandSchema(entry.schema, defs);
  const { [OPEN]: _, ...metadata } = schema.properties?.metadata ?? {};
  const status = schema.properties?.status && { status: { type: "object", ...schema.properties.status } };
  return { ...schema, properties: { ...schema.properties, apiVersion: { type: "string" }, kind: { type: "string" }, metadata: { ...metadata, type: "object" }, ...status } };
}

/**
 * The CustomResourceDefinitions of a schema file, all served versions of a kind in one, the first in Kubernetes' order stored.
 * Not in them, because `imports/` does not hold it: CEL rules, printer columns, short names, `scale`, and fields of `status`.
 */
export function definitionsOf(file: SchemaFile): Manifest[] {
  const kinds = new Map<string, { group: string; kind: string; versions: { name: string; entry: KindEntry }[] }>();
  for (const [key, entry] of Object.entries(file.kinds)) {
    if (entry.plural === undefined) continue;
    const [group, name, kind] = key.split("/") as [string, string, string];
    const id = `${kind}.${group}`;
    const found = kinds.get(id) ?? { group, kind, versions: [] };
    found.versions.push({ name, entry });
    kinds.set(id, found);
  }
  return [...kinds.entries()].map(([id, { group, kind, versions }]) => {
    const sorted = versions.toSorted((a, b) => compareVersions(a.name, b.name));
    const { plural, scope } = sorted[0]!.entry;
    return {
      apiVersion: "apiextensions.k8s.io/v1", kind: "CustomResourceDefinition",
      metadata: { name: `${plural}.${group}`, ...(NEEDS_APPROVAL.test(group) && { annotations: { "api-approved.kubernetes.io": "unapproved, made from imports/ by a test" } }) },
      spec: {
        group, scope, names: { kind, plural, singular: kind.toLowerCase(), listKind: `${kind}List` },
        versions: sorted.map(({ name, entry }, index) => {
          const openAPIV3Schema = versionSchema(entry, file.defs);
          const status = openAPIV3Schema.properties?.status !== undefined && !STATUS_IN_OBJECT.has(id);
          return { name, served: true, storage: index === 0, schema: { openAPIV3Schema }, ...(status && { subresources: { status: {} } }) };
        }),
      },
    };
  });
}
