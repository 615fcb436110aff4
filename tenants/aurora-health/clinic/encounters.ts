import { defineProduct } from "bulkhead";

export default defineProduct({
  description: "Encounters of patients with the clinic", owner: { team: "aurora-clinic", email: "clinic@aurora.example" },
  tables: {
    encounters: {
      store: "postgres", key: ["encounter_id"],
      columns: {
        encounter_id: { type: "uuid", classification: "internal" },
        patient: { type: "text", classification: "confidential", category: "pii-name" },
        record_number: { type: "text", classification: "confidential", category: "pii-identifier" },
        condition: { type: "text", nullable: true, classification: "restricted", principals: ["privacy@aurora.example", "chief-physician@aurora.example"] },
        ward: { type: "text", classification: "internal" },
        admitted_at: { type: "timestamptz", classification: "internal" },
        length_of_stay: { type: "integer", nullable: true, classification: "internal" },
      },
    },
  },
  records: { PatientAdmitted: { fields: { encounter_id: "encounters.encounter_id", ward: "encounters.ward", admitted_at: "encounters.admitted_at" } } },
  sla: { freshness: "10m", availability: 0.999 },
});
