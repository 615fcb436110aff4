import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { spawnSync } from "node:child_process";
import { Testing } from "cdk8s";
import { afterAll, describe, expect, it } from "vitest";
import { compact } from "../../src/imports/compact.ts";
import { compareVersions, readCrd, readCrdFolder } from "../../src/imports/crd.ts";
import { generate } from "../../src/imports/generate.ts";
import { schemaFile } from "../../src/imports/intern.ts";
import { REDPANDA_CRDS } from "../../src/imports/redpanda.ts";
import type { SchemaFile, Structural } from "../../src/imports/structural.ts";
import { translatePattern } from "../../src/verify/schema/re2.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const shared = join(root, "../shared");
const atHand = existsSync(join(shared, "crds"));
const scratch = mkdtempSync(join(tmpdir(), "imports-"));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));
const run = (...args: string[]) => spawnSync(process.execPath, [join(root, "src/imports/main.ts"), ...args], { cwd: scratch, encoding: "utf8" });
const read = () => [readCrdFolder(join(shared, "crds")), JSON.parse(readFileSync(join(shared, "schemas/kubernetes-1.36-definitions.json"), "utf8"))] as const;
let held: ReturnType<typeof read> | undefined;
/** Read once: the YAML is eleven megabytes. */
const sources = () => (held ??= read());
const committed = readdirSync(join(root, "imports"), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name).slice(root.length + "imports/".length)).sort();

const thing = (extra: object = {}) => ({
  apiVersion: "apiextensions.k8s.io/v1", kind: "CustomResourceDefinition",
  spec: { group: "example.test", scope: "Cluster", names: { kind: "Thing", plural: "things" }, versions: [{ name: "v1alpha1", served: true, schema: { openAPIV3Schema: { type: "object" } } }, { name: "v1", served: true, schema: { openAPIV3Schema: { type: "object" } } }, { name: "v2", served: false }], ...extra },
});

if (atHand) describe("from the real CRDs", () => {
  it("writes what is committed, byte for byte, whatever the order of the files", () => {
    const [crds, core] = sources();
    const files = generate(crds, core);
    expect([...files.keys()].sort()).toEqual(committed);
    for (const [name, text] of files) expect(text === readFileSync(join(root, "imports", name), "utf8"), `${name} is not what the generator makes; run npm run imports`).toBe(true);
    const again = generate([...crds].reverse(), core);
    for (const [name, text] of files) expect(again.get(name) === text, name).toBe(true);
  });
  it("keeps every field, type and rule of the structural schemas", () => {
    // Interning must not change a schema: with references followed, it is the compacted one again.
    const [crds] = sources();
    for (const crd of crds.filter((one) => ["Application", "SecurityPolicy", "CephObjectStore", "GrafanaDashboard"].includes(one.kind))) {
      const file = schemaFile([crd]);
      for (const version of crd.versions) {
        const spec = expand(file.kinds[`${crd.group}/${version.name}/${crd.kind}`]!.schema, file).properties!.spec;
        expect(spec).toEqual(compact(version.schema.properties!.spec!));
      }
    }
  });
});

if (atHand) describe("the Redpanda subset", () => {
  const folder = join(shared, "crds/redpanda-operator");
  const real = existsSync(folder) ? readCrdFolder(folder) : [];
  it.each(REDPANDA_CRDS.map((crd) => [crd.kind, crd] as const))("%s holds only fields that the operator has, with the same types", (kind, mine) => {
    const theirs = real.find((crd) => crd.kind === kind)!;
    expect([mine.group, mine.plural, mine.scope]).toEqual([theirs.group, theirs.plural, theirs.scope]);
    const [version] = mine.versions;
    const other = theirs.versions.find((one) => one.name === version!.name)!;
    const compare = (a: Structural, b: Structural | undefined, path: string): void => {
      expect(b, `${path} does not exist upstream`).toBeDefined();
      expect([path, a.type, a.format]).toEqual([path, b!.type, b!.format]);
      if (b!.default !== undefined && a.default !== undefined) expect([path, a.default]).toEqual([path, b!.default]);
      if (b!.enum) for (const value of a.enum ?? []) expect(b!.enum, path).toContain(value);
      // Whatever they require, we require, unless they fill it in themselves.
      for (const name of b!.required ?? []) if (b!.properties?.[name]?.default === undefined) expect(a.required ?? [], path).toContain(name);
      for (const [name, child] of Object.entries(a.properties ?? {})) compare(child, b!.properties?.[name], `${path}.${name}`);
      if (a.items) compare(a.items, b!.items, `${path}[]`);
      if (typeof a.additionalProperties === "object") compare(a.additionalProperties, b!.additionalProperties as Structural, `${path}{}`);
    };
    compare(version!.schema.properties!.spec!, other.schema.properties!.spec, "spec");
    expect(other.schema.required ?? []).toEqual(kind === "Topic" ? [] : ["spec"]);
  });
});

describe("committed files", () => {
  const schemas = committed.filter((name) => name.endsWith(".json")).map((name) => [name, JSON.parse(readFileSync(join(root, "imports", name), "utf8")) as SchemaFile] as const);
  it("are small, hold no descriptions of theirs, and only patterns that JavaScript has", () => {
    const bytes = committed.reduce((sum, name) => sum + readFileSync(join(root, "imports", name)).length, 0);
    expect(bytes).toBeLessThan(1_000_000);
    const visit = (schema: Structural, path: string, defs: Record<string, Structural>): void => {
      expect(schema, path).not.toHaveProperty("description");
      if (schema.$ref) expect(Object.hasOwn(defs, schema.$ref), `${path} refers to ${schema.$ref}`).toBe(true);
      if (schema.pattern) expect(translatePattern(schema.pattern), `${path}: ${schema.pattern}`).toBeDefined();
      for (const [name, child] of Object.entries(schema.properties ?? {})) visit(child, `${path}.${name}`, defs);
      for (const child of [schema.items, schema.not, schema.additionalProperties, ...(schema.anyOf ?? []), ...(schema.oneOf ?? []), ...(schema.allOf ?? [])]) if (child && typeof child === "object") visit(child, path, defs);
    };
    for (const [name, { kinds, defs }] of schemas) for (const [key, schema] of [...Object.entries(defs), ...Object.entries(kinds).map(([kind, entry]) => [kind, entry.schema] as const)]) visit(schema, `${name} ${key}`, defs);
  });
  it("have one class a kind that writes wire names as they are", async () => {
    const { Application } = (await import("../../imports/argoproj.io.js")) as { Application: new (...args: unknown[]) => unknown };
    const chart = Testing.chart();
    new Application(chart, "a", { metadata: { name: "a", namespace: "argocd" }, spec: { project: "p", source: { repoURL: "https://x" } } });
    expect(Testing.synth(chart)).toEqual([{ apiVersion: "argoproj.io/v1alpha1", kind: "Application", metadata: { name: "a", namespace: "argocd" }, spec: { project: "p", source: { repoURL: "https://x" } } }]);
  });
  it("type-check, and their types refuse a field that does not exist", () => {
    const file = join(root, "test/imports/.types.check.ts");
    const options = ["--noEmit", "--strict", "--skipLibCheck", "false", "--module", "nodenext", "--moduleResolution", "nodenext", "--target", "es2023", "--lib", "es2023", "--types", "node", "--ignoreConfig"];
    writeFileSync(file, `import { Chart, App } from "cdk8s";\n${committed.filter((name) => name.endsWith(".d.ts")).map((name, n) => `import * as g${n} from "../../imports/${name.replace(/\.d\.ts$/, ".js")}";\nexport type G${n} = typeof g${n};\n`).join("")}
import { PrometheusRule } from "../../imports/monitoring.coreos.com.js";
const chart = new Chart(new App(), "c");
new PrometheusRule(chart, "ok", { metadata: { name: "a" }, spec: { groups: [{ name: "g", rules: [{ alert: "A", expr: 1, for: "5m" }] }] } });
// @ts-expect-error a misspelt field
new PrometheusRule(chart, "bad", { spec: { groups: [{ name: "g", rulez: [] }] } });
`);
    try {
      const tsc = spawnSync(process.execPath, [join(root, "node_modules/typescript/bin/tsc"), ...options, file], { cwd: root, encoding: "utf8" });
      const own = tsc.stdout.split("\n").filter((line) => /^(imports|test)\//.test(line));
      expect(own.join("\n")).toBe("");
    } finally {
      rmSync(file, { force: true });
    }
  });
});

describe("reading CRDs", () => {
  it("keeps served versions, the most stable first", () => {
    expect(readCrd(thing())!.versions.map((version) => version.name)).toEqual(["v1", "v1alpha1"]);
    expect(["v1beta1", "v2", "foo", "v1", "v11alpha1", "v1alpha2", "v10"].sort(compareVersions)).toEqual(["v10", "v2", "v1", "v1beta1", "v11alpha1", "v1alpha2", "foo"]);
    expect(generate([readCrd(thing())!]).get("example.test.js")).toMatch(/class Thing extends[^]*class ThingV1alpha1 extends/);
  });
  it("drops descriptions but not fields of that name, and keeps false as a default", () => {
    expect(compact({ type: "object", description: "x", properties: { description: { type: "string", description: "y" }, on: { type: "boolean", default: false, nullable: false } } } as Structural))
      .toEqual({ type: "object", properties: { description: { type: "string" }, on: { type: "boolean", default: false } } });
  });
  it("tells an old CRD from a supported one", () => {
    expect(() => readCrd({ ...thing(), apiVersion: "apiextensions.k8s.io/v1beta1" })).toThrow("apiextensions.k8s.io/v1");
    expect(readCrd({ kind: "ConfigMap" })).toBeUndefined();
  });
});

describe("npm run imports", () => {
  it("says what is missing and what to give", () => {
    const none = run();
    expect([none.status, none.stderr]).toEqual([2, expect.stringMatching(/no such folder\n {2}hint: .*--crds DIR/)]);
    expect(run("--crdz", "x").stderr).toContain("usage: npm run imports");
    expect(run("--crds", ".", "--core", "absent.json").stderr).toMatch(/absent.json: no such file\n {2}hint/);
  });
  it("reads a List as kubectl writes it, and refuses a kind twice", () => {
    writeFileSync(join(scratch, "crds.yaml"), JSON.stringify({ apiVersion: "v1", kind: "List", items: [thing()] }));
    expect(run("--crds", ".").stderr).toContain("--core FILE");
    writeFileSync(join(scratch, "core"), JSON.stringify({ definitions: {} }));
    expect(readCrdFolder(scratch).map((crd) => crd.kind)).toEqual(["Thing"]);
    writeFileSync(join(scratch, "more.yml"), JSON.stringify(thing()));
    expect(() => readCrdFolder(scratch)).toThrow("example.test/Thing is defined twice");
  });
});

function expand(schema: Structural, file: SchemaFile): Structural {
  const base = schema.$ref ? file.defs[schema.$ref]! : schema;
  const out: Structural = { ...base };
  if (base.properties) out.properties = Object.fromEntries(Object.entries(base.properties).map(([name, child]) => [name, expand(child, file)]));
  if (typeof base.additionalProperties === "object") out.additionalProperties = expand(base.additionalProperties, file);
  if (base.items) out.items = expand(base.items, file);
  if (base.not) out.not = expand(base.not, file);
  for (const junctor of ["allOf", "anyOf", "oneOf"] as const) if (base[junctor]) out[junctor] = base[junctor].map((child) => expand(child, file));
  return out;
}
