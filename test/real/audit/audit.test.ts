/** The audit of the kubernetes plane on a control plane of its own: first the law, then what was changed by hand. */
import { afterAll, beforeAll, describe, inject } from "vitest";
import { findsSuite } from "./finds-suite.ts";
import { lawSuite } from "./law-suite.ts";
import { openStage, type Stage } from "./stage.ts";

describe.skipIf(inject("controlPlane") === null)("audit", () => {
  let stage: Stage | undefined;
  beforeAll(async () => { stage = await openStage(); }, 300_000);
  afterAll(async () => { await stage?.end(); });
  lawSuite(() => stage!);
  findsSuite(() => stage!);
});
