import { defineTenant } from "bulkhead";

export default defineTenant({
  displayName: "Northwind Traders", owner: { team: "northwind-data", email: "data@northwind.example" },
  plan: "premium", clusters: ["prod-eu", "prod-us"],
  stores: { postgres: "warehouse-eu", redpanda: "stream-eu", ceph: "lake-eu" },
  groups: {
    "northwind-analysts": { clearance: "internal" },
    "northwind-finance": { clearance: "confidential" },
  },
  consumers: {
    "reporting": { clearance: "internal", access: ["sql", "events", "files", "serving"] },
    "billing": { clearance: "confidential", access: ["sql", "events", "serving"] },
  },
});
