import { defineTenant } from "bulkhead";

export default defineTenant({
  displayName: "Acme", owner: { team: "acme-data", email: "data@acme.example" },
  plan: "standard", clusters: ["prod"],
  patches: [{ target: { kind: "Namespace", name: "tenant-acne" }, ops: [{ op: "add", path: "/metadata/labels/a", value: "b" }], reason: "label" }],
  groups: { "acme-analysts": { clearance: "internal" } },
});
