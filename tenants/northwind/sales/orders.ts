import { defineProduct } from "bulkhead";
import customers from "../crm/customers.ts";

const customer = customers.tables.customers.columns;

export default defineProduct({
  description: "Orders, one row an order, and the events of their life", owner: { team: "northwind-sales", email: "sales@northwind.example" },
  tables: {
    orders: {
      store: "postgres", key: ["order_id"],
      columns: {
        order_id: { type: "uuid", classification: "internal" },
        customer_id: { type: "uuid", from: [customer.customer_id] },
        customer_name: { type: "text", from: [customer.name] },
        card: { type: "text", nullable: true, classification: "confidential", category: "pii-identifier" },
        currency: { type: "char(3)", classification: "public" },
        amount: { type: "numeric(12,2)", classification: "internal" },
        margin: { type: "numeric(12,2)", classification: "confidential", category: "business" },
        ordered_at: { type: "timestamptz", classification: "internal" },
      },
      references: [{ columns: ["customer_id"], table: "crm/customers:customers" }],
      indexes: [["ordered_at"], ["customer_id"]],
      serve: { redis: { columns: ["currency", "amount", "ordered_at"] } },
    },
  },
  records: {
    OrderPlaced: {
      fields: {
        order_id: "orders.order_id",
        amount: "orders.amount",
        currency: "orders.currency",
        at: { type: "timestamptz", classification: "internal" },
      },
    },
    OrderCancelled: { fields: { order_id: "orders.order_id", reason: { type: "text", nullable: true, classification: "internal" } } },
  },
  quality: [
    { check: "not-null", column: "orders.customer_id", severity: "blocking", timeout: "30s" },
    { check: "accepted-values", column: "orders.currency", severity: "warning", values: ["EUR", "USD", "GBP"] },
  ],
  sla: { freshness: "15m", availability: 0.999 },
});
