import { describe, expect, it, test } from "vitest";
import { applyOrder, argoSelection, globMatch } from "../../../src/layers/gitops/index.ts";

const cm = (name: string, wave?: number, kind = "ConfigMap") =>
  `apiVersion: v1\nkind: ${kind}\nmetadata:\n  name: ${name}\n${wave === undefined ? "" : `  annotations: {argocd.argoproj.io/sync-wave: "${wave}"}\n`}`;
const app = { path: "dist/eu/tenants/acme/content", recurse: true, include: "*.yaml" };
const at = (name: string, text: string) => ({ path: `${app.path}/${name}`, text });

describe("globs as gobwas reads them", () => {
  test.each<[string, string, boolean]>([
    ["*.yaml", "a.yaml", true], ["*.yaml", "deep/er/a.yaml", true], ["*.yaml", "a.yml", false], ["*.yaml", "a.yaml.txt", false],
    ["{*.yml,*.yaml}", "x/a.yml", true], ["a?c", "a/c", true], ["[!a]*", "b", true], ["[!a]*", "a", false], ["tenant-*", "tenant-", true], ["a\\*", "a*", true], ["a\\*", "ab", false], ["{a", "a", false],
  ])("%s on %s: %s", (pattern, text, expected) => expect(globMatch(pattern, text)).toBe(expected));
});

describe("selection", () => {
  const cases: [string, { path: string; text: string }[], Partial<typeof app> & { exclude?: string }, string[], number][] = [
    ["takes YAML below the folder, in walk order", [at("b.yaml", cm("b")), at("a/z.yaml", cm("z")), at("a-b.yaml", cm("ab"))], {}, ["z", "ab", "b"], 0],
    ["leaves other folders alone", [{ path: "dist/eu/tenants/acme/contents/a.yaml", text: cm("a") }], {}, [], 0],
    ["does not recurse unless told", [at("a/z.yaml", cm("z")), at("b.yaml", cm("b"))], { recurse: false }, ["b"], 0],
    ["leaves .json, .sql and .yml out by the include", [at("state.json", "[1]"), at("x.sql", "select 1"), at("c.yml", cm("c"))], {}, [], 0],
    ["without an include parses every .json, and fails", [at("state.json", "[1]")], { include: "" }, [], 1],
    ["without an include takes .yml", [at("c.yml", cm("c"))], { include: "" }, ["c"], 0],
    ["excludes before it includes", [at("c.yaml", cm("c"))], { exclude: "c*" }, [], 0],
    ["takes each document", [at("two.yaml", `${cm("a")}---\n${cm("b")}`)], {}, ["a", "b"], 0],
    ["takes lists apart", [at("list.yaml", "apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: ConfigMap, metadata: {name: i}}\n")], {}, ["i"], 0],
    ["passes over YAML that is no manifest", [at("values.yaml", "replicas: 3\n")], {}, [], 0],
    ["passes over comments", [at("empty.yaml", "# nothing\n")], {}, [], 0],
    ["fails on a manifest that does not parse", [at("bad.yaml", "apiVersion: v1\nkind: X\nmetadata: {name: [}\n")], {}, [], 1],
    ["fails on a manifest without a kind", [at("bad.yaml", "apiVersion: v1\nmetadata: {name: kind:}\n")], {}, [], 1],
    ["does not read a file that holds the marker, even in a value", [at("m.yaml", `${cm("m")}data: {x: "+argocd:skip-file-rendering"}\n`)], {}, [], 0],
    ["would run jsonnet", [at("x.jsonnet", "{}")], { include: "" }, [], 1],
  ];
  test.each(cases)("%s", (_, files, change, names, errors) => {
    const got = argoSelection(files, { ...app, ...change });
    expect(got.objects.map((o) => (o.object.metadata as { name: string }).name)).toEqual(names);
    expect(got.errors).toHaveLength(errors);
  });
  it("stops above ten million bytes, counted over the files taken", () => {
    const files = ["a", "b"].map((n) => at(`${n}.yaml`, `${cm(n)}# ${"x".repeat(5_000_000)}\n`));
    expect(argoSelection(files, app).errors[0]).toMatch(/exceeded max combined/);
    expect(argoSelection(files.slice(1), app).errors).toEqual([]);
  });
});

describe("order", () => {
  it("is platform, walls, content, each by wave, kind and name", () => {
    const file = (path: string, text: string) => ({ path: `dist/eu/${path}`, text });
    const got = applyOrder([
      file("tenants/a/content/x.yaml", cm("c", -30)), file("tenants/b/walls/w.yaml", cm("w", 10)), file("tenants/a/walls/w.yaml", cm("v", -30, "Namespace")),
      file("platform/argocd/s.yaml", cm("s", 10, "ApplicationSet")), file("platform/crds/c.yaml", cm("crd", -40)), file("platform/argocd/n.yaml", cm("n", -30, "RoleBinding")),
      file("platform/argocd/r.yaml", cm("r", -30, "ServiceAccount")), file("platform/prerequisites.json", "[]"), file("tenants/a/inventory.json", "{}"), file("platform/x.yaml", cm("none")),
    ]);
    expect(got.map((f) => f.name)).toEqual(["crd", "r", "n", "none", "s", "v", "w", "c"]);
  });
});
