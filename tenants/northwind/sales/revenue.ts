import { defineProduct } from "bulkhead";
import orders from "./orders.ts";

const order = orders.tables.orders.columns;

export default defineProduct({
  description: "Daily revenue by country, derived from orders and customers", owner: { team: "northwind-finance", email: "finance@northwind.example" },
  tables: {
    daily: {
      store: "postgres", key: ["day", "country"],
      columns: {
        day: { type: "date", from: [order.ordered_at] },
        country: { type: "char(2)", from: ["crm/customers:customers.country"], using: [order.customer_id] },
        revenue: { type: "numeric(14,2)", from: [order.amount] },
        margin: { type: "numeric(14,2)", from: [order.margin] },
        buyers: {
          type: "bigint", from: [order.customer_name], classification: "internal",
          declassify: { to: "internal", method: "count of distinct buyers, groups below 20 suppressed", approver: "dpo@northwind.example", reason: "A count over at least 20 people names nobody", expires: "2027-12-31" },
        },
      },
      serve: { starrocks: {} },
    },
  },
  quality: [{ check: "row-count", table: "daily", severity: "warning", min: 1 }],
  sla: { freshness: "1d", availability: 0.995 },
});
