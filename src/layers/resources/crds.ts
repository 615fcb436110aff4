/** The CustomResourceDefinitions of Bulkhead itself. */
import { API_GROUP } from "../../model/names.ts";
import type { Manifest } from "../layer.ts";
import { dataProductSpecSchema, statusSchema, tenantSpecSchema } from "./schema.ts";
import { type Structural, structural } from "./structural.ts";

interface Definition { kind: string; plural: string; short: string; scope: "Cluster" | "Namespaced"; spec: Structural; rule: { rule: string; message: string }; columns: [name: string, path: string][] }

const definitions = (): Definition[] => [
  {
    kind: "Tenant", plural: "tenants", short: "bht", scope: "Cluster", spec: structural(tenantSpecSchema),
    rule: { rule: "self.metadata.name == self.spec.tenant_id", message: "metadata.name must equal spec.tenant_id" },
    columns: [["Name", ".spec.display_name"], ["Plan", ".spec.plan"], ["Owner", ".spec.owner.team"]],
  },
  {
    kind: "DataProduct", plural: "dataproducts", short: "dp", scope: "Namespaced", spec: structural(dataProductSpecSchema),
    rule: { rule: "self.metadata.name == self.spec.domain + '.' + self.spec.product", message: "metadata.name must be <domain>.<product>" },
    columns: [["Tenant", ".spec.tenant_id"], ["Domain", ".spec.domain"], ["Product", ".spec.product"], ["Owner", ".spec.owner.team"]],
  },
];

function manifest({ kind, plural, short, scope, spec, rule, columns }: Definition): Manifest {
  const schema: Structural = {
    type: "object", required: ["spec"],
    properties: { apiVersion: { type: "string" }, kind: { type: "string" }, metadata: { type: "object" }, spec, status: structural(statusSchema) },
    "x-kubernetes-validations": [rule],
  };
  return {
    apiVersion: "apiextensions.k8s.io/v1", kind: "CustomResourceDefinition", metadata: { name: `${plural}.${API_GROUP}` },
    spec: {
      group: API_GROUP, scope, names: { kind, listKind: `${kind}List`, plural, singular: kind.toLowerCase(), shortNames: [short] },
      versions: [{
        name: "v1alpha1", served: true, storage: true, schema: { openAPIV3Schema: schema }, subresources: { status: {} },
        additionalPrinterColumns: [...columns.map(([name, jsonPath]) => ({ name, type: "string", jsonPath })), { name: "Age", type: "date", jsonPath: ".metadata.creationTimestamp" }],
      }],
    },
  };
}

/** The CRDs Tenant and DataProduct, generated from their zod schemas. */
export const customResourceDefinitions = (): Manifest[] => definitions().map(manifest);
