import { describe, expect, test } from "vitest";
import { applicationProblems, FOLDER_LIMIT, type FolderFile } from "../../src/verify/application.ts";

const folder = "eu/tenants/acme/content";
const object = { kind: "ConfigMap" };
const file = (name: string, text = "kind: ConfigMap\n", what: object | null = object): FolderFile => ({ path: `${folder}/${name}`, text, object: what, source: { file: "tenants/acme/a.ts", path: name } });
const half = "x".repeat(FOLDER_LIMIT / 2);

describe("an Application's folder", () => {
  test.each<[string, FolderFile[], string[]]>([
    ["objects, and text beside them", [file("a.yaml"), file("b/c.yaml"), file("a.sql", "select 1", null), file("state.json", "{}", null)], []],
    ["YAML that is no object", [file("a.yaml", "a: 1\n", null)], ["BH4102"]],
    ["an override of the source", [file(".argocd-source.yaml"), file("b/.argocd-source-content-acme.yaml")], ["BH4103", "BH4103"]],
    ["the marker that skips a file, in a value", [file("a.yaml", 'data: {x: "+argocd:skip-file-rendering"}\n')], ["BH4104"]],
    ["an object that the include misses", [file("a.json")], ["BH4105"]],
    ["another ending of YAML", [file("a.yml", "", null)], ["BH4105"]],
    ["exactly the limit", [file("a.yaml", half), file("b.yaml", half)], []],
    ["a byte more", [file("a.yaml", half), file("b.yaml", `${half}x`)], ["BH4101"]],
    ["bytes, not characters", [file("a.yaml", half), file("b.yaml", `${half.slice(1)}ü`)], ["BH4101"]],
    ["large text beside objects, which Argo CD does not take", [file("a.sql", `${half}${half}x`, null)], []],
  ])("%s", (_, files, codes) => expect(applicationProblems(folder, files).map((p) => p.code)).toEqual(codes));

  test("names the largest file and its source", () => {
    const [problem] = applicationProblems(folder, [file("a.yaml", "x"), file("b.yaml", half), file("c.yaml", `${half}x`)]);
    expect(problem).toMatchObject({ message: expect.stringContaining(`8.0 MB of manifests, 4.0 of them in ${folder}/c.yaml`), source: { path: "c.yaml" } });
  });
});
