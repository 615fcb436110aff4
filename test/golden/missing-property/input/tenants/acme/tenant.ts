import { defineTenant } from "bulkhead";

export default defineTenant({
  displayName: "Acme", owner: { team: "acme-data", email: "data@acme.example" }, clusters: ["prod"],
  groups: { "acme-analysts": { clearance: "internal" } },
});
