import { expect, inject, test } from "vitest";
import { startControlPlane } from "../provision/index.ts";
import { tryAppliers } from "./appliers.ts";

test.runIf(inject("controlPlane") !== null)("each applier may do what is its own, and nothing else", async () => {
  const server = await startControlPlane();
  try {
    const outcomes = await tryAppliers(server);
    expect(outcomes.length).toBeGreaterThan(50);
    expect(outcomes.filter((o) => !o.ok)).toEqual([]);
  } finally {
    await server.stop();
  }
});
