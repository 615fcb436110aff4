import { defineProduct } from "bulkhead";
import encounters from "../clinic/encounters.ts";

const encounter = encounters.tables.encounters.columns;

export default defineProduct({
  description: "Cohorts for studies, derived from encounters", owner: { team: "aurora-research", email: "research@aurora.example" },
  tables: {
    cohorts: {
      store: "postgres", key: ["cohort_id", "ward"],
      columns: {
        cohort_id: { type: "integer", classification: "internal" },
        ward: { type: "text", from: [encounter.ward] },
        condition: { type: "text", nullable: true, from: [encounter.condition] },
        mean_stay: { type: "numeric(6,2)", from: [encounter.length_of_stay], using: [encounter.ward] },
      },
    },
  },
  files: { classification: "restricted", principals: ["privacy@aurora.example"], description: "Images of studies" },
  sla: { freshness: "7d" },
});
