import { defineProduct } from "bulkhead";

export default defineProduct({
  description: "Customers", owner: { team: "acme-crm", email: "crm@acme.example" },
  tables: {
    customers: {
      store: "postgres", key: ["customer_id"],
      columns: {
        customer_id: { type: "uuid", classification: "internal" },
        name: { type: "text", classification: "confidential", category: "pii-name" },
        email: { type: "text", classification: "confidential", category: "pii-contact" },
        credit: { type: "numeric(12,2)", classification: "confidential", category: "business" },
      },
    },
  },
});
