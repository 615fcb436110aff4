import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { expect, inject, test } from "vitest";
import { startControlPlane } from "../provision/index.ts";
import { tryAppliers } from "./appliers.ts";

const crds = resolve(import.meta.dirname, "../../../../shared/crds/argo-cd");

test.runIf(existsSync(crds) && inject("controlPlane") !== null)("each applier may do what is its own, and nothing else", async () => {
  const server = await startControlPlane();
  try {
    const outcomes = await tryAppliers(server, crds);
    expect(outcomes.length).toBeGreaterThan(50);
    expect(outcomes.filter((o) => !o.ok)).toEqual([]);
  } finally {
    await server.stop();
  }
});
