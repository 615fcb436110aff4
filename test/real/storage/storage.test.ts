import { afterAll, beforeAll, describe, inject } from "vitest";
import { type CephServer, startCeph } from "../provision/index.ts";
import { attackSuite } from "./attack-suite.ts";
import { failureSuite } from "./failure-suite.ts";
import { generatedSuite, lawSuite } from "./law-suite.ts";
import { mutationSuite } from "./mutation-suite.ts";
import { probeSuite } from "./probe-suite.ts";
import { type Stage, stageFleet } from "./stage.ts";
import { committedTree } from "./tree.ts";

describe.skipIf(inject("ceph") === null)("the s3 plane on a real radosgw", () => {
  let ceph: CephServer;
  let stage: Stage;
  beforeAll(async () => {
    ceph = await startCeph();
    stage = await stageFleet(ceph, committedTree("prod-eu"));
  });
  afterAll(async () => {
    stage?.end();
    await ceph?.stop();
  });
  lawSuite(() => stage);
  mutationSuite(() => stage);
  attackSuite(() => stage);
  failureSuite(() => stage);
  probeSuite(() => stage);
  generatedSuite(() => stage);
});
