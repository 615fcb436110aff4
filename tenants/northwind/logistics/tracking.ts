import { defineProduct } from "bulkhead";

export default defineProduct({
  description: "Positions of vehicles: a time series, kept by month, and the raw files of the devices", owner: { team: "northwind-logistics", email: "logistics@northwind.example" },
  tables: {
    positions: {
      store: "postgres", key: ["vehicle", "measured_at"],
      columns: {
        vehicle: { type: "text", classification: "internal" },
        measured_at: { type: "timestamptz", classification: "internal" },
        latitude: { type: "double precision", classification: "confidential", category: "business" },
        longitude: { type: "double precision", classification: "confidential", category: "business" },
        driver: { type: "text", nullable: true, classification: "confidential", category: "pii-name" },
      },
      partitions: { column: "measured_at", from: "2026-10", to: "2027-03" },
      serve: { redis: {} },
    },
  },
  files: { classification: "internal", description: "Device logs as they arrive", expireAfter: "90d" },
  records: { PositionMeasured: { fields: { vehicle: "positions.vehicle", measured_at: "positions.measured_at", latitude: "positions.latitude", longitude: "positions.longitude" } } },
  sla: { freshness: "5m", availability: 0.99 },
});
