/** Makes throw-away fleets: the kinds of tenant that the example fleet has, as many as wanted. */
import { cpSync, mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";

export const HOME = resolve(import.meta.dirname, "..");

/** A tenant's one product and who consumes it. Each is one of the example fleet's products, shortened. */
interface Shape { domain: string; product: string; consumers: string; body: string }

const SHAPES: Shape[] = [
  {
    domain: "crm", product: "customers", consumers: `"reporting": { clearance: "internal", access: ["sql", "events"] }`,
    body: `tables: { customers: { store: "postgres", key: ["customer_id"], columns: {
    customer_id: { type: "uuid", classification: "internal" },
    name: { type: "text", classification: "confidential", category: "pii-name" },
    email: { type: "text", classification: "confidential", category: "pii-contact" },
    country: { type: "char(2)", classification: "public" },
    passport: { type: "text", nullable: true, classification: "restricted", principals: ["dpo@bench.example"] },
  }, indexes: [["country"]] } },
  records: { CustomerSeen: { fields: { customer_id: "customers.customer_id", country: "customers.country" } } },
  quality: [{ check: "not-null", column: "customers.email", severity: "blocking", timeout: "30s" }],
  sla: { freshness: "1h", availability: 0.999 },`,
  },
  {
    domain: "logistics", product: "tracking", consumers: `"billing": { clearance: "confidential", access: ["sql", "files"] }`,
    body: `tables: { positions: { store: "postgres", key: ["vehicle", "measured_at"], columns: {
    vehicle: { type: "text", classification: "internal" },
    measured_at: { type: "timestamptz", classification: "internal" },
    latitude: { type: "double precision", classification: "confidential", category: "business" },
    driver: { type: "text", nullable: true, classification: "confidential", category: "pii-name" },
  }, partitions: { column: "measured_at", from: "2026-10", to: "2027-03" } } },
  files: { classification: "internal", description: "Device logs as they arrive", expireAfter: "90d" },
  sla: { freshness: "5m" },`,
  },
  {
    domain: "clinic", product: "encounters", consumers: `"registry": { clearance: "public", access: ["sql"] }`,
    body: `tables: { encounters: { store: "postgres", key: ["encounter_id"], columns: {
    encounter_id: { type: "uuid", classification: "internal" },
    patient: { type: "text", classification: "confidential", category: "pii-name" },
    condition: { type: "text", nullable: true, classification: "restricted", principals: ["privacy@bench.example"] },
    ward: { type: "text", classification: "internal" },
  } } },
  sla: { freshness: "10m" },`,
  },
];

/** One tenant's files by path. */
function tenant(number: number): [path: string, text: string][] {
  const id = `tenant-${String(number).padStart(4, "0")}`;
  const shape = SHAPES[number % SHAPES.length]!;
  const owner = `owner: { team: "${id}", email: "data@${id}.example" }`;
  const cluster = number % 2 === 0 ? "prod-eu" : "prod-us";
  return [
    [`tenants/${id}/tenant.ts`, `import { defineTenant } from "bulkhead";

export default defineTenant({
  displayName: "Tenant ${number}", ${owner}, plan: "${number % 4 === 0 ? "premium" : "standard"}", clusters: ["${cluster}"],
  groups: { "${id}-analysts": { clearance: "internal" } },
  consumers: { ${shape.consumers} },
});
`],
    [`tenants/${id}/${shape.domain}/${shape.product}.ts`, `import { defineProduct } from "bulkhead";

export default defineProduct({
  description: "Product of tenant ${number}", ${owner},
  ${shape.body}
});
`],
  ];
}

/** A project of `count` tenants in a new temporary folder, which the caller removes. */
export function fleet(count: number): string {
  const root = mkdtempSync(join(tmpdir(), "bulkhead-bench-"));
  mkdirSync(join(root, "node_modules"));
  symlinkSync(HOME, join(root, "node_modules/bulkhead"));
  for (const name of ["cdk8s", "constructs"]) symlinkSync(join(HOME, "node_modules", name), join(root, "node_modules", name));
  writeFileSync(join(root, "package.json"), '{"type":"module"}');
  mkdirSync(join(root, "tenants"));
  cpSync(join(HOME, "tenants/platform.ts"), join(root, "tenants/platform.ts"));
  for (let i = 0; i < count; i++) {
    for (const [path, text] of tenant(i)) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), text);
    }
  }
  return root;
}
