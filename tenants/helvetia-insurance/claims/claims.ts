import { defineProduct } from "bulkhead";
import policies from "../policies/policies.ts";

const policy = policies.tables.policies.columns;

export default defineProduct({
  description: "Claims against policies, with the scans that came with them", owner: { team: "helvetia-claims", email: "claims@helvetia.example" },
  tables: {
    claims: {
      store: "postgres", key: ["claim_id"],
      columns: {
        claim_id: { type: "bigint", classification: "internal" },
        policy_id: { type: "bigint", from: [policy.policy_id] },
        holder: { type: "text", from: [policy.holder] },
        diagnosis: { type: "text", nullable: true, classification: "restricted", principals: ["medical-officer@helvetia.example"] },
        amount: { type: "numeric(14,2)", classification: "confidential", category: "business" },
        reported_on: { type: "date", classification: "internal" },
      },
      references: [{ columns: ["policy_id"], table: "policies/policies:policies" }],
    },
  },
  files: { classification: "confidential", category: "pii-contact", description: "Scanned letters", expireAfter: "3650d" },
  records: { ClaimReported: { fields: { claim_id: "claims.claim_id", holder: "claims.holder", reported_on: "claims.reported_on" } } },
  quality: [{ check: "not-null", column: "claims.policy_id", severity: "blocking" }],
  sla: { freshness: "30m", availability: 0.9995 },
});
