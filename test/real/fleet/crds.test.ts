/** CRDs made from `imports/` stand for upstream's where those are absent: the real API server must take them, and judge with them as with upstream's. */
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { importedCrds, publishedCrds } from "../../support/crds.ts";
import { type ApiResponse, type ControlPlane, type ControlPlaneClient, type ControlPlaneData, connectControlPlane, startControlPlane } from "../provision/index.ts";
import { installCrds, type Manifest } from "./applier.ts";
import { samples, spoil } from "./crd-samples.ts";

const data = inject("controlPlane");
const NAMESPACE = "crd-samples";
/** Only a part of these kinds is in `imports/`, written by hand: what is outside is refused there, and upstream takes it. */
const SUBSET = "cluster.redpanda.com";

interface Definition extends Manifest { spec: { group: string; names: { kind: string; plural: string }; versions: { name: string; served: boolean; schema: unknown }[] } }
const made = importedCrds() as unknown as Definition[];
const versions = made.flatMap(({ spec }) => spec.versions.map(({ name }) => ({ key: `${spec.group}/${name} ${spec.names.kind}`, plural: spec.names.plural })));
const plurals = new Map(versions.map(({ key, plural }) => [key, plural]));
const objects = samples(new Set(plurals.keys()), NAMESPACE);

const create = (plane: ControlPlaneClient, manifest: Manifest): Promise<ApiResponse> =>
  plane.request("POST", `/apis/${manifest.apiVersion}/namespaces/${NAMESPACE}/${plurals.get(`${manifest.apiVersion} ${manifest.kind}`)}?dryRun=All&fieldValidation=Strict`, manifest);

/** What CEL rules of a schema say; a rule without a message is quoted by the server. */
function ruleTexts(schema: unknown): string[] {
  if (Array.isArray(schema)) return schema.flatMap(ruleTexts);
  if (schema === null || typeof schema !== "object") return [];
  return Object.entries(schema).flatMap(([key, value]) => (key === "x-kubernetes-validations" && Array.isArray(value) ? value.map((rule: { message?: string; rule: string }) => rule.message ?? rule.rule) : ruleTexts(value)));
}

describe.skipIf(data === null)("CRDs made from imports/", () => {
  const shared = connectControlPlane(data ?? ({} as ControlPlaneData));
  let own: ControlPlane;
  beforeAll(async () => {
    own = await startControlPlane();
    await installCrds(own, made);
    await own.request("POST", "/api/v1/namespaces", { metadata: { name: NAMESPACE } });
  });
  afterAll(async () => { shared.close(); await own?.stop(); });

  test("the real API server takes every one, without a complaint about its schema", async () => {
    expect(made.length).toBeGreaterThan(30);
    for (const { metadata } of made) {
      const { body } = await own.request("GET", `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${metadata.name}`);
      const said = new Map((body.status.conditions as { type: string; status: string }[]).map(({ type, status }) => [type, status]));
      expect([metadata.name, said.get("NamesAccepted"), said.get("Established"), said.get("NonStructuralSchema")]).toEqual([metadata.name, "True", "True", undefined]);
    }
  });

  test.each(versions.map(({ key }) => key))("%s: a sample is accepted, an unknown field refused by name", async (key) => {
    const sample = objects.get(key);
    expect(sample, "no sample").toBeDefined();
    const accepted = await create(own, sample!);
    expect([accepted.status, accepted.body?.message, accepted.warnings]).toEqual([201, undefined, []]);
    const refused = await create(own, { ...sample!, surprise: 1 } as Manifest);
    expect([refused.status, refused.body.message]).toEqual([400, expect.stringContaining('unknown field "surprise"')]);
  });

  // Without upstream's there is nothing to compare with.
  const published = publishedCrds() as unknown as Definition[];
  if (published.length > 0) describe("beside upstream's", () => {
    beforeAll(async () => {
      await installCrds(shared);
      await shared.request("POST", "/api/v1/namespaces", { metadata: { name: NAMESPACE } });
    });
    const surface = ({ metadata, spec }: Definition) => [metadata.name, (spec as unknown as { scope: string }).scope, spec.names.plural];
    test("the same kinds under the same names", () => { expect(made.map(surface)).toEqual(published.map(surface)); });

    test.each(versions.map(({ key }) => key))("%s: what upstream refuses is refused, what it takes is taken", async (key) => {
      const sample = objects.get(key)!;
      const [group] = key.split("/");
      const rules = published.filter(({ spec }) => spec.group === group && key.endsWith(` ${spec.names.kind}`)).flatMap(ruleTexts);
      expect([(await create(shared, sample)).body?.message, key]).toEqual([undefined, key]);
      const differences: string[] = [];
      const refused = { upstream: 0, unknown: 0, type: 0, missing: 0 };
      const judge = async ({ how, manifest }: { how: string; manifest: Manifest }): Promise<void> => {
        const [theirs, ours] = await Promise.all([create(shared, manifest), create(own, manifest)]);
        if (theirs.status === 201) {
          if (ours.status !== 201 && group !== SUBSET) differences.push(`${how}: refused here only: ${ours.body?.message}`);
          return;
        }
        const causes: string[] = (theirs.body?.details?.causes ?? [{ message: theirs.body?.message }]).map((c: { message: string }) => c.message);
        // Rules in CEL are the one thing that imports/ leaves out.
        if (causes.every((cause) => rules.some((rule) => cause.includes(rule)))) return;
        refused.upstream++;
        for (const word of ["unknown", "type", "missing"] as const) if (how.includes(word)) refused[word]++;
        if (ours.status === 201) differences.push(`${how}: refused upstream only: ${theirs.body?.message}`);
      };
      const spoilt = [...spoil(sample)];
      for (let i = 0; i < spoilt.length; i += 16) await Promise.all(spoilt.slice(i, i + 16).map(judge));
      expect(differences).toEqual([]);
      expect(Math.min(refused.unknown, refused.type), JSON.stringify(refused)).toBeGreaterThan(0);
    });
  });
});
