import { defineTable } from "bulkhead";

/** Currency rates: one table for every tenant that reports money, each with rows of its own. */
export const currencyRates = defineTable({
  store: "postgres", key: ["currency", "valid_on"],
  description: "Rates against the tenant's book currency, one row a currency and day",
  columns: {
    currency: { type: "char(3)", classification: "public" },
    valid_on: { type: "date", classification: "public" },
    rate: { type: "numeric(18,8)", classification: "internal" },
    source: { type: "text", classification: "internal", nullable: true },
  },
});
