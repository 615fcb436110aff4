import { defineProduct } from "bulkhead";

export default defineProduct({
  description: "Insurance policies in force", owner: { team: "helvetia-underwriting", email: "underwriting@helvetia.example" },
  tables: {
    policies: {
      store: "postgres", key: ["policy_id"],
      columns: {
        policy_id: { type: "bigint", classification: "internal" },
        holder: { type: "text", classification: "confidential", category: "pii-name" },
        iban: { type: "varchar(34)", classification: "confidential", category: "pii-identifier" },
        phone: { type: "text", nullable: true, classification: "confidential", category: "pii-contact" },
        premium: { type: "numeric(12,2)", classification: "confidential", category: "business" },
        started_on: { type: "date", classification: "internal" },
      },
      serve: { redis: { columns: ["started_on"] } },
    },
  },
  sla: { freshness: "1d", availability: 0.999 },
});
