/** A project that sets leaves in every way there is. Lines are counted in the tests: add at the end. */
export const FIXTURE: Record<string, string> = {
  "tenants/_shared/columns.ts": `/** Columns that every team writes alike. */
export const pii = (category: "pii-name" | "pii-contact") => ({
  type: "text",
  classification: "confidential" as const,
  category,
});

export function identified(columns: object) {
  const key = { type: "uuid", classification: "internal" as const };
  return {
    id: key,
    ...columns,
    changed_at: { type: "timestamptz", classification: "internal" as const },
  };
}

export const promises = ({ freshness = "20m" } = {}) => ({
  availability: 0.995,
  freshness,
});

export const logs = { retention: "3d" as const };
`,
  "tenants/_shared/objects.ts": `import { ApiObject } from "cdk8s";

export function settings(chart: never, name: string, data: Record<string, string>) {
  return new ApiObject(chart, name, {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name },
    data,
  });
}
`,
  "tenants/_shared/reference.ts": `import { defineTable } from "bulkhead";
export const countries = defineTable({
  store: "postgres", key: ["code"],
  columns: {
    code: { type: "char(2)", classification: "public" },
    label: { type: "varchar(80)", classification: "public" },
  },
});
`,
  "tenants/acme/tenant.ts": `import { defineTenant } from "bulkhead";
export default defineTenant({
  displayName: "Acme Corp",
  owner: { team: "acme-data", email: "data@acme.example" },
  plan: "standard",
  clusters: ["prod-eu"],
  groups: { "acme-analysts": { clearance: "internal" } },
  consumers: {
    reporting: {
      clearance: "internal",
      access: ["sql", "events", "files"],
    },
  },
  patches: [
    {
      target: { kind: "ResourceQuota", name: "compute" },
      ops: [
        { op: "replace", path: "/spec/hard/pods", value: "61" },
        { op: "add", path: "/metadata/labels/acme.example~1cost", value: "c17" },
      ],
      reason: "one pod more",
    },
    { target: { kind: "LimitRange", name: "containers" }, ops: [{ op: "replace", path: "/spec/limits/0/max/cpu", value: "5" }], reason: "five" },
  ],
});
`,
  "tenants/acme/reference/countries.ts": `import { defineProduct } from "bulkhead";
import { countries } from "../../_shared/reference.ts";
export default defineProduct({ description: "Countries", owner: { team: "acme-data", email: "data@acme.example" }, tables: { countries } });
`,
  "tenants/globex/tenant.ts": `import { defineTenant } from "bulkhead";
export default defineTenant({ displayName: "Globex", owner: { team: "globex", email: "data@globex.example" }, plan: "standard", clusters: ["prod-eu"] });
`,
  "tenants/globex/reference/countries.ts": `import { defineProduct } from "bulkhead";
import { countries } from "../../_shared/reference.ts";
export default defineProduct({ description: "Countries", owner: { team: "globex", email: "data@globex.example" }, tables: { countries } });
`,
  "tenants/acme/sales/domain.ts": `import { defineDomain } from "bulkhead";
import { logs } from "../../_shared/columns.ts";
export default defineDomain({
  topic: {
    partitions: 6,
    ...logs,
  },
});
`,
  "tenants/acme/sales/orders.ts": `import { ApiObject } from "cdk8s";
import { defineProduct } from "bulkhead";
import { identified, pii, promises } from "../../_shared/columns.ts";
import { settings } from "../../_shared/objects.ts";

const people = {
  buyer: pii("pii-name"),
  email: pii("pii-contact"),
};

export default defineProduct({
  description: "Orders of Acme",
  owner: { team: "acme-sales", email: "sales@acme.example" },
  tables: {
    orders: {
      store: "postgres",
      key: ["id"],
      columns: identified({
        ...people,
        amount: { type: "numeric(12,2)", classification: "internal" },
        note: { type: "text", nullable: true, classification: "public" },
      }) as never,
    },
  },
  records: {
    Placed: { fields: { id: "orders.id", at: { type: "timestamptz", classification: "internal" } } },
  },
  files: { classification: "internal", expireAfter: "30d" },
  sla: promises(),
  patches: [
    {
      target: { kind: "Topic", name: "tenant.acme.sales" },
      ops: [{ op: "add", path: "/spec/additionalConfig/compression.type", value: "zstd" }],
      reason: "smaller",
    },
    {
      target: { kind: "GrafanaFolder", name: "sales" },
      ops: [{ op: "replace", path: "/spec/title", value: "Sales of Acme" }],
      reason: "as people call it",
    },
  ],
  extend: (chart) => {
    new ApiObject(chart, "banner", {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "banner", labels: { tone: "calm" } },
      data: { text: "hello", colour: "blue" },
    });
    settings(chart as never, "limits", { rate: "10" });
  },
});
`,
};
