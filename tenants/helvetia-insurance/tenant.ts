import { defineTenant } from "bulkhead";

export default defineTenant({
  displayName: "Helvetia Insurance", owner: { team: "helvetia-data", email: "data@helvetia.example" },
  plan: "premium", clusters: ["prod-eu"],
  groups: { "helvetia-actuaries": { clearance: "confidential" }, "helvetia-service": { clearance: "internal" } },
  consumers: { "actuarial": { clearance: "confidential", access: ["sql", "files", "serving"] } },
});
