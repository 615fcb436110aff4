import { defineProduct } from "bulkhead";

export default defineProduct({
  description: "Customers and how to reach them", owner: { team: "northwind-crm", email: "crm@northwind.example" },
  tables: {
    customers: {
      store: "postgres", key: ["customer_id"],
      columns: {
        customer_id: { type: "uuid", classification: "internal" },
        name: { type: "text", classification: "confidential", category: "pii-name" },
        email: { type: "text", classification: "confidential", category: "pii-contact" },
        tax_number: { type: "varchar(20)", nullable: true, classification: "confidential", category: "pii-identifier" },
        country: { type: "char(2)", classification: "public" },
        credit_limit: { type: "numeric(12,2)", classification: "confidential", category: "business" },
        passport: { type: "text", nullable: true, classification: "restricted", principals: ["dpo@northwind.example"] },
        created_at: { type: "timestamptz", classification: "internal" },
      },
      indexes: [["country"]],
    },
  },
  quality: [
    { check: "not-null", column: "customers.email", severity: "blocking", timeout: "30s" },
    { check: "unique", column: "customers.customer_id", severity: "blocking" },
  ],
  sla: { freshness: "1h", availability: 0.999 },
});
