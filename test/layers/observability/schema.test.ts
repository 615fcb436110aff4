import { describe, expect, test } from "vitest";
import { observabilityLayer } from "../../../src/layers/observability/index.ts";
import { platformState, tenantState } from "../../../src/layers/observability/state.ts";
import { loadSchemas } from "../../../src/verify/schema.ts";
import { collect, platform, sample } from "./fixture.ts";

const scope = { platform: platform(), cluster: "prod-eu" };
const objects = [
  ...collect((output) => observabilityLayer.renderTenant!(tenantState({ ...scope, tenant: sample() }), output)).objects,
  ...collect((output) => observabilityLayer.renderPlatform!(platformState({ ...scope, sharedTables: [] }), output)).objects,
].map((o) => o.manifest);
const schemas = loadSchemas();

describe("what the API server would accept", () => {
  test.each([...new Set(objects.map((o) => `${o.apiVersion}/${o.kind}`))])("%s", (id) => {
    for (const manifest of objects.filter((o) => `${o.apiVersion}/${o.kind}` === id)) expect(schemas.validate(manifest)).toEqual([]);
  });
});
