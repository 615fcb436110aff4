import { isDeepStrictEqual } from "node:util";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { withBuiltInDefaults } from "../../../src/compare/defaults/index.ts";
import type { KubeObject } from "../../../src/compare/types.ts";
import { loadSchemas } from "../../../src/verify/schema.ts";
import { type Edit, silences, type Step } from "../../support/edits.ts";
import { manifests } from "../../support/manifests/index.ts";
import { random, seedOfRun, shuffled } from "../../support/random.ts";
import { customKinds, fleet, isCustom, Stage } from "../../support/stage.ts";
import { samples as customSamples } from "../fleet/crd-samples.ts";
import { suiteCount } from "../provision/index.ts";
import { declared, withoutNulls } from "./assigned.ts";

const NAMESPACE = "samples";
const all = manifests(NAMESPACE);
const schemas = loadSchemas();
/** As the server stores it: CRDs' kinds by their schemas, its own by its code. */
const stored = (manifest: KubeObject): unknown => withoutNulls(isCustom(manifest) ? schemas.withDefaults(manifest) : withBuiltInDefaults(manifest));
/** Another object than the one that stands, where a name is free to choose. */
const named = (manifest: KubeObject): KubeObject => (/^(CustomResourceDefinition|APIService)$/.test(manifest.kind) ? manifest : { ...manifest, metadata: { ...manifest.metadata, name: `less-${manifest.metadata.name}` } });
const isIdentity = ({ metadata }: KubeObject, [first, second]: readonly Step[]): boolean => first === "apiVersion" || first === "kind" || (first === "metadata" && (second === undefined || second === "name" || (second === "namespace" && metadata.namespace !== undefined)));
const customs = customSamples(customKinds(), NAMESPACE) as Map<string, KubeObject>;
const custom = [...customs.keys()];
const kindOf = ({ apiVersion, kind }: KubeObject): string => `${apiVersion}/${kind}`;

describe.skipIf(inject("controlPlane") === null)("defaults on a real API server", () => {
  let stage: Stage;
  beforeAll(async () => { stage = await Stage.start([NAMESPACE]); });
  afterAll(() => stage?.stop());

  test("the table covers at least 40 kinds, each filled in", () => {
    expect(new Set(all.map(({ manifest }) => kindOf(manifest))).size).toBeGreaterThanOrEqual(50);
    const full = new Set(all.filter(({ variant }) => variant.endsWith("full")).map(({ manifest }) => kindOf(manifest)));
    expect(all.map(({ manifest }) => kindOf(manifest)).filter((kind) => !full.has(kind))).toEqual([]);
  });

  test.each(all)("$id: live is what is foretold", async ({ manifest }) => {
    const live = await stage.live(manifest);
    expect(declared(live, manifest)).toEqual(stored(manifest));
    // What is stored needs nothing more: on the live side only nulls go.
    const { status: _, ...spoken } = live as KubeObject & { status?: unknown };
    expect(withBuiltInDefaults(spoken)).toEqual(withoutNulls(spoken));
  });

  test.each(custom)("%s: live is what its schema foretells", async (key) => {
    const manifest = customs.get(key)!;
    expect(withBuiltInDefaults(manifest)).toBe(manifest);
    expect(declared(await stage.live(manifest), manifest)).toEqual(stored(manifest));
  });

  test("whatever a manifest says less, live is what is foretold", async () => {
    const seed = seedOfRun();
    const next = random(seed);
    const edits = shuffled(next, all.flatMap(({ id, manifest }) => [...silences(named(manifest), (steps) => isIdentity(manifest, steps))].map(({ how, value }) => ({ how: `${id} ${how}`, value })))).slice(0, suiteCount("defaults", "silences"));
    const counts = { accepted: 0, refused: 0, crashed: 0 };
    const wrong: unknown[] = [];
    const judge = async ({ how, value }: Edit<KubeObject>): Promise<void> => {
      // A Job of Indexed mode without completions makes this version of the server hang up.
      const answer = await stage.apply(value, { dryRun: true }).catch(() => undefined);
      if (!answer) counts.crashed++;
      else if (answer.status >= 300) counts.refused++;
      else {
        counts.accepted++;
        const [live, foretold] = [declared(answer.body, value), stored(value)];
        if (!isDeepStrictEqual(live, foretold)) wrong.push({ how, live, foretold });
      }
    };
    for (let i = 0; i < edits.length; i += 16) await Promise.all(edits.slice(i, i + 16).map(judge));
    console.log(`seed ${seed}: ${edits.length} of all manifests that say less: ${JSON.stringify(counts)}`);
    expect(wrong.slice(0, 5), `${wrong.length} wrong, seed ${seed}`).toEqual([]);
    expect(counts.accepted).toBeGreaterThan(edits.length / 4);
    expect(counts.crashed).toBeLessThan(10);
  });

  test("everything that the compiler emits is stored as foretold", async () => {
    const manifests = ["prod-eu", "prod-us"].flatMap(fleet).filter(({ kind }) => kind !== "CustomResourceDefinition");
    await Promise.all([...new Set(manifests.flatMap(({ metadata }) => metadata.namespace ?? []))].map((namespace) => stage.namespace(namespace)));
    expect(manifests.length).toBeGreaterThan(300);
    const wrong: unknown[] = [];
    for (const manifest of manifests) {
      const { status, body } = await stage.apply(manifest, { dryRun: true });
      const [live, foretold] = status < 300 ? [declared(body, manifest), stored(manifest)] : [body.message, "accepted"];
      if (!isDeepStrictEqual(live, foretold)) wrong.push({ manifest, live, foretold });
    }
    expect(wrong.slice(0, 3), `${wrong.length} of ${manifests.length} wrong`).toEqual([]);
  });
});
