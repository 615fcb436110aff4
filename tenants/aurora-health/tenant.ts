import { defineTenant } from "bulkhead";

export default defineTenant({
  displayName: "Aurora Health", owner: { team: "aurora-informatics", email: "informatics@aurora.example" },
  plan: "standard", clusters: ["prod-us"],
  groups: { "aurora-researchers": { clearance: "internal" }, "aurora-physicians": { clearance: "confidential" } },
  consumers: { "registry": { clearance: "public", access: ["sql", "events"] } },
});
