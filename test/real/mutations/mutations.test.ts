import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import type { KubeObject } from "../../../src/compare/types.ts";
import { loadSchemas } from "../../../src/verify/schema.ts";
import { manifests } from "../../support/manifests/index.ts";
import { random, seedOfRun, shuffled } from "../../support/random.ts";
import { customKinds, Stage } from "../../support/stage.ts";
import { samples as customSamples } from "../fleet/crd-samples.ts";
import { suiteCount } from "../provision/index.ts";
import { Objects } from "./objects.ts";
import { type Mutation, mutations } from "./sites.ts";
import { managerOf, Subject, type Trial } from "./trial.ts";

const NAMESPACE = "mutations";
/** Where whole objects come and go. */
const WHOLE = "objects";
const schemas = loadSchemas();
/** Rules of an aggregated role are its controller's, which writes them again at once. */
const isSteady = ({ metadata }: KubeObject): boolean => metadata.name !== "sample-aggregated";

function subjects(namespace: string): { id: string; manifest: KubeObject }[] {
  // Two versions of a kind are two objects.
  const custom = [...customSamples(customKinds(), namespace)].map(([id, manifest]) => ({ id, manifest: { ...manifest, metadata: { ...manifest.metadata, name: `sample-${manifest.apiVersion.split("/")[1]}` } } as KubeObject }));
  return [...manifests(namespace), ...custom].filter(({ manifest }) => isSteady(manifest));
}

/** Kinds of mutation in turn, so that none is tried more because there are more places for it. */
function inTurn(list: readonly Mutation[]): Mutation[] {
  const queues = Map.groupBy(list, ({ op, what }) => `${op} ${what}`);
  const out: Mutation[] = [];
  while (out.length < list.length) for (const queue of queues.values()) out.push(...queue.splice(0, 1));
  return out;
}

describe.skipIf(inject("controlPlane") === null)("mutations of live objects", () => {
  const all = subjects(NAMESPACE);
  const seed = seedOfRun();
  let stage: Stage;
  beforeAll(async () => { stage = await Stage.start([NAMESPACE, WHOLE]); });
  afterAll(() => stage?.stop());

  // First, because what the other one leaves cluster-wide (webhooks, bindings) reaches into these namespaces, and is found.
  test(`every whole object is found that comes or goes, and nothing else (seed ${seed})`, async () => {
    const samples = subjects(WHOLE).map(({ manifest }) => manifest).filter(({ metadata }) => metadata.namespace !== undefined);
    const { wrong, ...counts } = await Objects.try(stage, schemas, samples, { namespace: WHOLE, seed, wanted: suiteCount("mutations", "objects") });
    console.log(`seed ${seed}: ${JSON.stringify(counts)}`);
    expect(wrong, `seed ${seed}`).toEqual([]);
    expect(counts.kinds).toBeGreaterThanOrEqual(40);
  });

  test(`every one is found, and nothing else (seed ${seed})`, async () => {
    const wanted = suiteCount("mutations", "mutations");
    const counts = { found: 0, none: 0, refused: 0, reworded: 0, final: 0 };
    const byKind = new Map<string, number>();
    const byOp = new Map<string, number>();
    /** One line each. */
    const wrong: string[] = [];
    const share = Math.ceil(wanted / all.length);

    const run = async ({ id, manifest }: (typeof all)[number], index: number): Promise<void> => {
      const next = random(seed + index);
      const subject = await Subject.make(stage, schemas, manifest);
      const clean = subject.compare(subject.before).changes;
      if (clean.length > 0) { wrong.push(`${id} untouched: ${JSON.stringify(clean)}`); return; }
      const list = inTurn(shuffled(next, mutations(subject.before, schemas.node(manifest.apiVersion, manifest.kind), subject.picked, next)));
      let found = 0;
      for (const [i, mutation] of list.slice(0, share * 8).entries()) {
        if (found === share) break;
        const trial: Trial = await subject.try(mutation, managerOf(index + i));
        if (trial.reworded) counts.reworded++;
        if (trial.final) counts.final++;
        if (trial.outcome === "wrong") { wrong.push(`${id} by ${managerOf(index + i)} ${JSON.stringify(mutation.patch)}: ${JSON.stringify(trial.why)}`); return; }
        counts[trial.outcome]++;
        if (trial.outcome !== "found") continue;
        found++;
        byKind.set(`${manifest.apiVersion}/${manifest.kind}`, (byKind.get(`${manifest.apiVersion}/${manifest.kind}`) ?? 0) + 1);
        byOp.set(`${mutation.op} ${mutation.what}`, (byOp.get(`${mutation.op} ${mutation.what}`) ?? 0) + 1);
      }
    };
    const queue = all.map((one, index) => [one, index] as const);
    await Promise.all(Array.from({ length: 8 }, async () => { for (let job = queue.shift(); job; job = queue.shift()) await run(...job); }));

    console.log(`seed ${seed}: ${counts.found} mutations found and reverted on ${byKind.size} kinds; ${JSON.stringify({ ...counts, ...Object.fromEntries(byOp) })}`);
    expect(wrong.slice(0, 100), `${wrong.length} wrong, seed ${seed}`).toEqual([]);
    expect(byKind.size).toBeGreaterThanOrEqual(40);
    expect(counts.found).toBeGreaterThanOrEqual(500);
  });
});
