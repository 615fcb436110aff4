import { defineTenant } from "bulkhead";

export default defineTenant({
  displayName: "Acme", owner: { team: "acme-data", email: "data@acme.example" },
  plan: "standard", clusters: ["prod"],
  consumers: { bi: { clearance: "internal", access: ["sql"] } },
  groups: { "acme-analysts": { clearance: "internal" } },
});
