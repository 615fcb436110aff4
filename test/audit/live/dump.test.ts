import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { dump as dumpYaml } from "js-yaml";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { openSnapshot } from "../../../src/audit/live/snapshot.ts";
import type { LiveObject, LiveSource } from "../../../src/audit/live/source.ts";
import { pluralOf } from "../../../src/model/plural.ts";
import { emitYaml } from "../../../src/yaml/emit.ts";
import { suiteCount } from "../../real/provision/budget.ts";
import { CONFIG_MAP, DEPLOYMENT, kind, SECRET } from "../../support/fake-cluster.ts";
import { file, folder, readAll, refusal } from "../../support/live.ts";
import { object } from "../../support/memory-source.ts";

const PARTIAL = "* unknown 0: a dump does not say what was left out of it: kinds and namespaces that are not in it were perhaps never asked for";
const told = async (source: LiveSource): Promise<string[]> => (await source.kinds()).unknown.map(({ what, state, objects, reason }) => `${what} ${state} ${objects}: ${reason}`);
const files = (texts: Record<string, string>): string => {
  const root = folder();
  for (const [name, text] of Object.entries(texts)) { mkdirSync(dirname(join(root, name)), { recursive: true }); writeFileSync(join(root, name), text); }
  return root;
};

const MAPS = ["b/x", "a/x", "a-b/x"].map((key) => object(CONFIG_MAP, key, { data: { "script.sh": `#!/bin/sh\n\nitems:\n- a\n---\n  - b # ${key}\n`, braces: '}]{["\\"' } }));
const KEYS = ["a-b/x", "a/x", "b/x"];
const LIST = { apiVersion: "v1", items: MAPS, kind: "List", metadata: { resourceVersion: "" } };
const typed = { kind: "ConfigMapList", apiVersion: "v1", metadata: { resourceVersion: "5" }, items: MAPS.map(({ apiVersion, kind: _, ...rest }) => rest) };
const indented = (text: string): string => text.replace(/^(items:\n)((?:-| .*|\n)[\s\S]*?)(?=^kind)/m, (_, head: string, body: string) => head + body.replace(/^(?=.)/gm, "  "));
const LIST_YAML = emitYaml(LIST);

describe("one kind, in every form that kubectl and people write", () => {
  test.each<[string, string]>([
    ["a List of -o yaml", LIST_YAML],
    ["a List with its items indented", indented(LIST_YAML)],
    ["a List of -o json", JSON.stringify(LIST, undefined, 4)],
    ["a List in one line", JSON.stringify(LIST)],
    ["a List whose kind comes first", JSON.stringify({ kind: "List", apiVersion: "v1", items: MAPS })],
    ["what --raw gives, whose items have no kind", JSON.stringify(typed)],
    ["the same in YAML", emitYaml(typed)],
    ["documents", MAPS.map((one) => `---\n${emitYaml(one)}`).join("")],
    ["documents with ends, comments and empty ones", `# first\n\n---\n# nothing\n---\n${MAPS.map((one) => `${emitYaml(one)}...\n---\n`).join("")}`],
    ["objects one a line", MAPS.map((one) => JSON.stringify(one)).join("\n")],
    ["objects without a break", MAPS.map((one) => JSON.stringify(one)).join("")],
    ["an array", `\n ${JSON.stringify(MAPS)}`],
    ["documents of JSON", MAPS.map((one) => `--- ${JSON.stringify(one)}\n`).join("")],
    ["lines that end as on Windows", LIST_YAML.replaceAll("\n", "\r\n")],
    ["a byte order mark before YAML", `\ufeff${LIST_YAML}`],
    ["a byte order mark before JSON", `\ufeff${JSON.stringify(LIST)}`],
    ["without a break at the end", LIST_YAML.trimEnd()],
    ["js-yaml's style", dumpYaml(LIST)],
    ["two Lists in one file", `${emitYaml({ ...LIST, items: MAPS.slice(0, 1) })}---\n${emitYaml({ ...LIST, items: MAPS.slice(1) })}`],
  ])("%s", async (_, text) => {
    const source = await openSnapshot(file("dump", text));
    const { keys, objects, reason } = await readAll(source, CONFIG_MAP);
    expect([reason, keys]).toEqual([undefined, KEYS]);
    expect(objects.map(({ data }) => data)).toEqual([MAPS[2]!.data, MAPS[1]!.data, MAPS[0]!.data]);
    expect([source.version, source.taken]).toEqual([undefined, undefined]);
    expect(await source.kinds()).toMatchObject({ kinds: [CONFIG_MAP] });
    expect(await told(source)).toEqual([PARTIAL]);
  });
  test("says who wrote what as soon as one object does", async () => {
    const claimed = { ...MAPS[1], metadata: { ...MAPS[1]!.metadata, managedFields: [{ manager: "kubectl-create", operation: "Update", apiVersion: "v1", fieldsType: "FieldsV1", fieldsV1: { "f:data": {} } }] } };
    const dump = async (items: readonly unknown[]): Promise<unknown> => (await openSnapshot(file("dump", JSON.stringify({ ...LIST, items })))).tracked;
    expect([await dump(MAPS), await dump([MAPS[0], { ...MAPS[1], metadata: { ...MAPS[1]!.metadata, managedFields: [] } }]), await dump([MAPS[0], claimed, MAPS[2]])]).toEqual([false, false, true]);
  });
  test("any objects, as JSON and as YAML", async () => {
    const text = fc.oneof(fc.string({ unit: "grapheme" }), fc.string(), fc.constantFrom("---", "- a\n- b", "items:\n- x", "}", '"]', "\n---\n", "...\n", "# x", "  \n\n", "yes", "1e3", "2026-01-01"));
    const value = fc.letrec((tie) => ({ node: fc.oneof({ depthSize: "small" }, text, fc.integer(), fc.boolean(), fc.constant(null), fc.array(tie("node"), { maxLength: 3 }), fc.dictionary(text, tie("node"), { maxKeys: 3 })) })).node;
    const written: [string, (objects: LiveObject[]) => string][] = [
      ["json", (objects) => JSON.stringify({ kind: "List", items: objects })], ["json, indented", (objects) => JSON.stringify({ kind: "List", items: objects }, undefined, 1)], ["json, one after the other", (objects) => objects.map((one) => JSON.stringify(one)).join(" ")],
      ["yaml", (objects) => emitYaml({ apiVersion: "v1", items: objects, kind: "List" })], ["yaml, documents", (objects) => objects.map((one) => emitYaml(one)).join("---\n")], ["yaml, another writer", (objects) => dumpYaml({ items: objects, kind: "List" })],
    ];
    await fc.assert(fc.asyncProperty(fc.array(value, { minLength: 1, maxLength: 4 }), fc.constantFrom(...written), async (values, [, write]) => {
      const objects = values.map((data, i) => object(CONFIG_MAP, `t/m${i}`, { data: JSON.parse(JSON.stringify(data)) as unknown }));
      if (!JSON.stringify(objects).isWellFormed() || /\\ud[89a-f]/.test(JSON.stringify(objects))) return;
      const read = await readAll(await openSnapshot(file("dump", write(objects))), CONFIG_MAP);
      expect(read.objects).toEqual(objects);
    }), { numRuns: suiteCount("unit", "dumps") });
  });
});

describe("several kinds and files", () => {
  test("kinds are those that are present, by version, with a plural and a scope", async () => {
    const root = files({
      "a.yaml": emitYaml(object(DEPLOYMENT, "t/d")), "deep/b.json": JSON.stringify(object(kind("apps/v1beta1", "Deployment", ""), "t/old")),
      "c.yml": emitYaml(object(kind("networking.k8s.io/v1", "NetworkPolicy", ""), "t/n")), "d.JSON": JSON.stringify(object(kind("v1", "Namespace", ""), "t")), "README.md": "not read",
    });
    const source = await openSnapshot(root);
    expect((await source.kinds()).kinds.map((one) => `${one.apiVersion} ${one.plural} ${one.namespaced} ${one.preferred} ${one.verbs.join()}`)).toEqual(["apps/v1 deployments true true get,list", "networking.k8s.io/v1 networkpolicies true true get,list", "v1 namespaces false true get,list", "apps/v1beta1 deployments true false get,list"]);
    expect((await readAll(source, DEPLOYMENT)).keys).toEqual(["t/d"]);
    expect((await readAll(source, CONFIG_MAP)).reason).toBe("the dump does not have ConfigMap of v1");
  });
  test("one kind from several files comes in order, and the same object twice counts once", async () => {
    const versioned = MAPS.map((one) => ({ ...one, metadata: { ...one.metadata, uid: `u-${one.metadata.namespace}`, resourceVersion: "7" } }));
    const source = await openSnapshot(files({ "2.yaml": emitYaml(versioned[1]), "1.json": JSON.stringify({ kind: "List", items: versioned }) }));
    expect((await readAll(source, CONFIG_MAP)).keys).toEqual(KEYS);
    expect((await readAll(source, CONFIG_MAP, { namespace: "a" })).keys).toEqual(["a/x"]);
  });
  test("a list that was cut off by a limit is unknown", async () => {
    const cut = { ...typed, metadata: { continue: "abc", remainingItemCount: 7 } };
    for (const text of [JSON.stringify(cut), emitYaml(cut)]) expect(await told(await openSnapshot(file("dump", text)))).toEqual([PARTIAL, "ConfigMap unknown 3: the list was cut off after 3 objects: it was asked for with a limit"]);
  });
  test.each([JSON.stringify({ kind: "List", items: [] }), "apiVersion: v1\nitems: []\nkind: List\n", '{"kind":"PodList","apiVersion":"v1","items":null}'])("an empty list is an answer, and tells of nothing: %s", async (text) => {
    const source = await openSnapshot(file("dump", text));
    expect([(await source.kinds()).kinds, await told(source)]).toEqual([[], [PARTIAL]]);
  });
  test("more objects than a page", async () => {
    const many = Array.from({ length: 1201 }, (_, i) => object(CONFIG_MAP, `t/m${String(1200 - i).padStart(4, "0")}`));
    const { keys, pages } = await readAll(await openSnapshot(file("dump", JSON.stringify({ kind: "List", items: many }))), CONFIG_MAP);
    expect([keys, pages]).toEqual([many.map(({ metadata }) => `t/${metadata.name}`).reverse(), 3]);
  });
});

describe("Secrets in a dump", () => {
  const secret = object(SECRET, "t/s", { data: { password: "aHVudGVyMg==" } });
  secret.metadata.annotations = { "kubectl.kubernetes.io/last-applied-configuration": "hunter2" };
  test("are excluded, and give nothing but their names", async () => {
    const source = await openSnapshot(file("dump", JSON.stringify({ kind: "List", items: [secret] })));
    expect(await told(source)).toEqual([PARTIAL, "Secret excluded 1: Secrets are never read; what makes them (ExternalSecrets and the like) is compared"]);
    expect(await readAll(source, SECRET)).toMatchObject({ keys: [], reason: "Secrets are never read; what makes them (ExternalSecrets and the like) is compared" });
    expect((await readAll(source, SECRET, { metadataOnly: true })).objects).toEqual([{ apiVersion: "v1", kind: "Secret", metadata: { name: "s", namespace: "t" } }]);
  });
});

describe("what is malformed is refused with its place, and never quoted", () => {
  const map = emitYaml(MAPS[0]);
  test.each<[string, string | Uint8Array, RegExp]>([
    ["an empty file", "", /^BH7211 2 \S+dump: the file holds no object and no list \|/],
    ["only comments", "# nothing was found here\n---\n", /^BH7211 2 \S+dump: the file holds no object and no list/],
    ["text", "No resources found in t namespace.", /^BH7211 2 \S+dump:1: this is no object/],
    ["YAML that is none", `${map}---\nkind: A\n  secret: [\n`, new RegExp(`^BH7211 2 \\S+dump:${map.split("\n").length + 2}: this is not YAML`)],
    ["YAML that is none, in an item", "items:\n- kind: A\n  secret: [\n- kind: B\nkind: List\n", /^BH7211 2 \S+dump:[34]: this is not YAML/],
    ["YAML with a key twice", "kind: A\nkind: B\nsecret: x\n", /^BH7211 2 \S+dump:[12]: this is not YAML: duplicated mapping key/],
    ["JSON that is none", '{"kind":"List","items":[\n{"secret": x}]}', /^BH7211 2 \S+dump:2: this object is not JSON/],
    ["JSON that was cut off", JSON.stringify(LIST).slice(0, -40), /^BH7211 2 \S+dump:1: the file ends in the middle of an object: it was cut off/],
    ["JSON with more behind it", `${JSON.stringify(LIST)}\nsecret`, /^BH7211 2 \S+dump:2: this is no object/],
    ["JSON that closes what was not opened", `${JSON.stringify(LIST)}}`, /^BH7211 2 \S+dump:1: closes a bracket that was never opened/],
    ["a list of numbers", '{"kind":"List","items":[1]}', /^BH7211 2 \S+dump:1: an item of the list is no object/],
    ["a list of texts", 'kind: List\nitems:\n- secret\n', /^BH7211 2 \S+dump:3: this is no object/],
    ["a list of lists", '[[{"secret":1}]]', /^BH7211 2 \S+dump:1: this is no object/],
    ["an object without a kind", "apiVersion: v1\nmetadata: {name: a}\nsecret: x\n", /^BH7211 2 \S+dump:1: the object has no apiVersion or no kind/],
    ["an object without a name", '{"kind":"List","items":[\n\n{"apiVersion":"v1","kind":"A","metadata":{},"secret":1}]}', /^BH7211 2 \S+dump:3: the A has no metadata.name/],
    ["a kustomization", "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [secret]\n", /^BH7211 2 \S+dump:1: the Kustomization has no metadata.name/],
    ["two states of one object", `${map}---\n${map}`, new RegExp(`^BH7211 2 \\S+dump:${map.split("\n").length + 1}: ConfigMap b/x stands in \\S+dump:1 too, in another state`)],
    ["UTF-16", Buffer.from(`\ufeff${map}`, "utf16le"), /^BH7211 2 \S+dump: the file is UTF-16, as PowerShell writes it: save it as UTF-8/],
    ["a compressed file", Buffer.from([0x1f, 0x8b, 8, 0]), /^BH7211 2 \S+dump: the file is compressed: unpack it first/],
  ])("%s", async (_, text, expected) => {
    const said = await refusal(openSnapshot(file("dump", text)));
    expect(said).toMatch(expected);
    expect(said).not.toContain("secret");
  });
  test.each<[string, () => string, RegExp]>([
    ["nothing there", () => join(folder(), "gone"), /^BH7210 2 \S+gone cannot be read: ENOENT \| give a folder that bulkhead snapshot wrote/],
    ["a folder without manifests", () => files({ "README.md": "x" }), /^BH7210 2 \S+ holds no .yaml and no .json file/],
    ["a folder with one that is malformed", () => files({ "a.yaml": emitYaml(MAPS[0]), "b.yaml": "x" }), /^BH7211 2 \S+b.yaml:1: this is no object/],
  ])("%s", async (_, make, expected) => {
    expect(await refusal(openSnapshot(make()))).toMatch(expected);
  });
  test.each([["other bytes", MAPS.toReversed()], ["another object of the same length", [MAPS[1], MAPS[0], MAPS[2]]]])("a file that changes between opening and reading: %s", async (_, items) => {
    const path = file("dump", JSON.stringify({ kind: "List", items: MAPS }));
    const source = await openSnapshot(path);
    writeFileSync(path, JSON.stringify({ kind: "List", items }));
    expect((await readAll(source, CONFIG_MAP)).reason).toMatch(/^a file of the dump changed since it was opened/);
  });
});

test.each([["NetworkPolicy", "networkpolicies"], ["Endpoints", "endpoints"], ["Ingress", "ingresses"], ["Gateway", "gateways"], ["Prometheus", "prometheuses"], ["ConfigMap", "configmaps"], ["CephNFS", "cephnfses"], ["Hex", "hexes"], ["Patch", "patches"]])("%s is one of %s", (name, plural) => {
  expect(pluralOf(name)).toBe(plural);
});
