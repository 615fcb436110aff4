import { defineProduct } from "bulkhead";
import customers from "../crm/customers.ts";

const customer = customers.tables.customers.columns;

export default defineProduct({
  description: "Orders", owner: { team: "acme-sales", email: "sales@acme.example" },
  tables: {
    orders: {
      store: "postgres", key: ["order_id"],
      columns: {
        order_id: { type: "uuid", classification: "internal" },
        customer_id: { type: "uuid", from: [customer.customer_id] },
        customer_name: { type: "text", from: [customer.name] },
        amount: { type: "numeric(12,2)", classification: "internal" },
        ordered_at: { type: "timestamptz", classification: "internal" },
      },
      references: [{ columns: ["customer_id"], table: "crm/customers:customers" }],
    },
  },
  quality: [{ check: "not-null", column: "orders.amount", severity: "blocking", timeout: "30s" }],
  sla: { freshness: 15, availability: 0.999 },
});
