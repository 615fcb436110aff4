import type { TestProject } from "vitest/node";
import {
  attempt,
  type CephPrograms,
  type ControlPlaneData,
  type PostgresData,
  type KafkaPrograms,
  provisionAlertmanager,
  provisionCeph,
  provisionKafka,
  provisionPromtool,
  startControlPlane,
  startPostgres,
} from "./provision/index.ts";
import { atHand, CONTRACTS, CRDS } from "../support/shared.ts";

declare module "vitest" {
  /** What `inject` gives in a suite; null where the machine cannot have the component (never with CI=true). */
  export interface ProvidedContext {
    controlPlane: ControlPlaneData | null;
    postgres15: PostgresData | null;
    postgres18: PostgresData | null;
    promtool: string | null;
    alertmanager: string | null;
    kafka: KafkaPrograms | null;
    ceph: CephPrograms | null;
  }
}

const ends: (() => Promise<void>)[] = [];

async function server<T>(start: () => Promise<{ data: T; stop(): Promise<void> }>): Promise<T> {
  const started = await start();
  ends.push(started.stop);
  return started.data;
}

/** Says which suites are no part of this run because what they read does not lie beside the checkout. */
function nameAbsent(): void {
  if (!atHand(CRDS)) process.stderr.write("absent: ../shared/crds, so CRDs made from imports/ stand for upstream's, and are not compared with them\n");
  if (!atHand(CONTRACTS)) process.stderr.write("absent: ../shared/contracts, and with it test/real/contracts and the real contracts of test/contracts\n");
}

/** Starts every server once for the whole run, at the same time, and provides them to the suites. */
export async function setup(project: TestProject): Promise<void> {
  nameAbsent();
  const results = await Promise.allSettled([
    attempt(() => server(() => startControlPlane())),
    attempt(() => server(() => startPostgres(15))),
    attempt(() => server(() => startPostgres(18))),
    attempt(provisionPromtool),
    attempt(provisionAlertmanager),
    attempt(provisionKafka),
    attempt(provisionCeph),
  ]);
  const failed = results.filter((result) => result.status === "rejected").map((result) => result.reason);
  if (failed.length > 0) {
    await teardown();
    throw failed.length === 1 ? failed[0] : new AggregateError(failed, failed.map(String).join("\n"));
  }
  const [controlPlane, postgres15, postgres18, promtool, alertmanager, kafka, ceph] = results.map((result) =>
    result.status === "fulfilled" ? result.value : null,
  ) as [ControlPlaneData | null, PostgresData | null, PostgresData | null, string | null, string | null, KafkaPrograms | null, CephPrograms | null];
  project.provide("controlPlane", controlPlane);
  project.provide("postgres15", postgres15);
  project.provide("postgres18", postgres18);
  project.provide("promtool", promtool);
  project.provide("alertmanager", alertmanager);
  project.provide("kafka", kafka);
  project.provide("ceph", ceph);
}

/** Ends every server that `setup` started. */
export async function teardown(): Promise<void> {
  await Promise.all(ends.splice(0).map((end) => end()));
}
