import { spawnSync } from "node:child_process";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { openManifests } from "../../../src/audit/desired/manifests.ts";
import type { DesiredSide } from "../../../src/audit/desired/side.ts";
import { withoutPrivileges } from "../../render/disk.ts";
import { folder, put } from "../repository.ts";

const CM = (name: string, more = ""): string => `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\n  namespace: ns\n${more}`;
const open = (files: Record<string, string | Uint8Array>, paths = ["."]): Promise<DesiredSide> => openManifests(paths, { cwd: folder(files) });
const places = ({ entries }: DesiredSide): string[] => entries.map(({ kind, namespace, name, file, document, source }) => `${kind} ${namespace ?? ""}/${name} ${file}#${document} ${source!.file}:${source!.line}:${source!.column}`);
const complaints = ({ problems }: DesiredSide): string[] => problems.map(({ code, source }) => `${code} ${source!.file}:${source!.line ?? ""}:${source!.column ?? ""}`);

describe("manifests that are read", () => {
  test.each<[string, Record<string, string | Uint8Array>, string[]]>([
    ["one", { "a.yaml": CM("a") }, ["ConfigMap ns/a a.yaml#0 a.yaml:1:1"]],
    ["a stream", { "a.yaml": `# first\n${CM("a")}---\n# nothing\n---\n\n${CM("b")}---\n` }, ["ConfigMap ns/a a.yaml#0 a.yaml:2:1", "ConfigMap ns/b a.yaml#1 a.yaml:11:1"]],
    ["a stream with ends", { "a.yaml": `${CM("a")}...\n---\n${CM("b")}...\n` }, ["ConfigMap ns/a a.yaml#0 a.yaml:1:1", "ConfigMap ns/b a.yaml#1 a.yaml:8:1"]],
    ["a line of dashes inside a text ends nothing unless it starts the line", { "a.yaml": CM("a", "data:\n  k: |\n    ---\n    x: 1\n  l: \"----\"\n") }, ["ConfigMap ns/a a.yaml#0 a.yaml:1:1"]],
    ["carriage returns", { "a.yaml": `${CM("a")}---\n${CM("b")}`.replaceAll("\n", "\r\n") }, ["ConfigMap ns/a a.yaml#0 a.yaml:1:1", "ConfigMap ns/b a.yaml#1 a.yaml:7:1"]],
    ["a byte order mark", { "a.yaml": `\uFEFF${CM("a")}` }, ["ConfigMap ns/a a.yaml#0 a.yaml:1:1"]],
    ["JSON", { "a.json": JSON.stringify({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a" } }) }, ["ConfigMap /a a.json#0 a.json:1:1"]],
    ["a list", { "a.yaml": "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: ConfigMap\n  metadata: {name: a, namespace: ns}\n- apiVersion: v1\n  kind: List\n  items:\n  - {apiVersion: v1, kind: Service, metadata: {name: s}}\n" }, ["Service /s a.yaml#0 a.yaml:10:5", "ConfigMap ns/a a.yaml#0 a.yaml:4:3"]],
    ["a typed list without kinds", { "a.json": '{"kind":"RoleList","apiVersion":"rbac.authorization.k8s.io/v1",\n"items":[\n{"metadata":{"name":"r","namespace":"ns"}}]}' }, ["Role ns/r a.json#0 a.json:3:1"]],
    ["an empty list beside one", { "a.yaml": "apiVersion: v1\nkind: List\nitems: []\n", "b.yaml": CM("b") }, ["ConfigMap ns/b b.yaml#0 b.yaml:1:1"]],
    ["folders, in order", { "b/x.yml": CM("v"), "a/y.yaml": CM("w"), "README.md": "# {{ no manifest", ".git/config.yaml": "a: [", "z.txt": "x" }, ["ConfigMap ns/v b/x.yml#0 b/x.yml:1:1", "ConfigMap ns/w a/y.yaml#0 a/y.yaml:1:1"]],
    ["text with braces that is no template", { "a.yaml": CM("a", "data:\n  rule: |\n    {{ $labels.instance }} is {{ $value }}\n  t: \"{{ .path.path }}\"\n") }, ["ConfigMap ns/a a.yaml#0 a.yaml:1:1"]],
    ["anchors", { "a.yaml": `x: &name a\n`.replace(/.*/, "") + CM("a", "data: &d {k: v}\nbinaryData: *d\n") }, ["ConfigMap ns/a a.yaml#0 a.yaml:2:1"]],
  ])("%s", async (_, files, expected) => {
    const side = await open(files);
    expect(side.problems).toEqual([]);
    expect(places(side)).toEqual(expected);
    const read = await side.read(side.entries);
    expect(read.map(({ kind, metadata }) => `${kind as string} ${(metadata as { name: string }).name}`)).toEqual(side.entries.map(({ kind, name }) => `${kind} ${name}`));
  });

  test("scalars are what Go's YAML makes of them, which kubectl and Argo CD read with", async () => {
    const text = "yes: yes\noff: off\noctal: 0644\nday: 2024-01-01\ntime: 2024-01-01T00:00:00Z\nsixty: 1:30\nfloat: 1e3\nhex: 0x1F\nnone: ~\nmerge: {<<: {a: 1}, b: 2}\nquoted: 'yes'\nunder: 1_000\nhere: .\nhash: e10\nhalf: .5\ntiny: 1.e-3\ninf: -.inf\n";
    const side = await open({ "a.yaml": `${CM("a")}spec:\n${text.replaceAll(/^/gm, "  ").trimEnd()}\n` });
    expect((await side.read(side.entries))[0]!.spec).toEqual({ true: true, false: false, octal: 420, day: "2024-01-01", time: "2024-01-01T00:00:00Z", sixty: "1:30", float: 1000, hex: 31, none: null, merge: { a: 1, b: 2 }, quoted: "yes", under: 1000, here: ".", hash: "e10", half: 0.5, tiny: 0.001, inf: Number.NEGATIVE_INFINITY });
  });

  test("the tenant is a label's, the owner an annotation's", async () => {
    const side = await open({ "a.yaml": "apiVersion: v1\nkind: Service\nmetadata:\n  name: s\n  labels: {bulkhead.dev/tenant: acme}\n  annotations: {bulkhead.dev/owner: team}\n" });
    expect(side.entries).toMatchObject([{ tenant: "acme", owner: "team", area: "foreign" }]);
    expect(side.tenants).toEqual(["acme"]);
  });

  test("standard input, a pipe, and a link that is named", async () => {
    const root = folder({ "real/a.yaml": CM("a") });
    symlinkSync("real/a.yaml", join(root, "link.yaml"));
    expect(spawnSync("mkfifo", [join(root, "pipe")]).status).toBe(0);
    const writer = spawnSync("sh", ["-c", `printf '%s' "$0" > ${join(root, "pipe")} &`, CM("p")], { stdio: "ignore" });
    expect(writer.status).toBe(0);
    const side = await openManifests(["-", "link.yaml", "pipe"], { cwd: root, stdin: () => Promise.resolve(Buffer.from(CM("s"))) });
    expect(side.problems).toEqual([]);
    expect(places(side)).toEqual(["ConfigMap ns/a link.yaml#0 link.yaml:1:1", "ConfigMap ns/p pipe#0 pipe:1:1", "ConfigMap ns/s <stdin>#0 <stdin>:1:1"]);
    expect(await side.read(side.entries)).toHaveLength(3);
    expect(side.from).toBe("<stdin>, link.yaml, pipe");
  });

  test("the same file named twice is read once", async () => { expect((await open({ "a.yaml": CM("a") }, ["a.yaml", ".", "./a.yaml"])).entries).toHaveLength(1); });
});

describe("what is refused, with its place, while the rest is read", () => {
  const GOOD = CM("good");
  test.each<[string, Record<string, string | Uint8Array>, string[], RegExp]>([
    ["no YAML", { "a.yaml": `${GOOD}---\na: [\nb\n---\n${CM("other")}` }, ["BH7303 a.yaml:8:1"], /^not YAML: /],
    ["the same key twice", { "a.yaml": `${GOOD}metadata: {}\n` }, ["BH7303 a.yaml:6:1"], /unique/],
    ["no JSON", { "a.json": '{"kind": "ConfigMap",\n "a": }{' }, ["BH7303 a.json:2:8"], /^not YAML/],
    ["a tag", { "a.yaml": `${GOOD}x: !Ref y\n` }, ["BH7303 a.yaml:6:4"], /not plain YAML: Unresolved tag: !Ref/],
    ["a key that is a list", { "a.yaml": `${GOOD}? [a]\n: 1\n` }, ["BH7303 a.yaml:6:3"], /a key is no text/],
    ["an alias bomb", { "a.yaml": `a: &a [x,x,x,x,x,x,x,x,x]\n${Array.from({ length: 9 }, (_, i) => `b${i}: &b${i} [${Array(9).fill(i ? `*b${i - 1}` : "*a").join(",")}]\n`).join("")}` }, ["BH7303 a.yaml:1:1"], /alias/],
    ["nested without measure", { "a.json": "[".repeat(50_000) }, ["BH7303 a.json:1:"], /./],
    ["not UTF-8", { "a.yaml": Buffer.concat([Buffer.from(GOOD), Buffer.from("x: "), Buffer.from([0xe9]), Buffer.from("\n")]) }, ["BH7303 a.yaml:6:1"], /not UTF-8 here/],
    ["UTF-16", { "a.yaml": Buffer.from(`\uFEFF${GOOD}`, "utf16le") }, ["BH7303 a.yaml:1:1"], /UTF-16/],
    ["no object", { "a.yaml": "- a\n---\nplain\n---\n1\n" }, ["BH7304 a.yaml:1:1", "BH7304 a.yaml:3:1", "BH7304 a.yaml:5:1"], /no Kubernetes object/],
    ["no kind", { "a.yaml": "\napiVersion: v1\nmetadata: {name: a}\n" }, ["BH7304 a.yaml:2:1"], /has no kind$/],
    ["no name", { "a.yaml": "apiVersion: v1\nkind: Pod\n" }, ["BH7304 a.yaml:1:1"], /this Pod has no metadata.name/],
    ["a name that is a number", { "a.yaml": "apiVersion: v1\nkind: Pod\nmetadata: {name: 1}\n" }, ["BH7304 a.yaml:1:1"], /metadata.name of this Pod is no text/],
    ["a name that Go's YAML takes for false", { "a.yaml": "apiVersion: v1\nkind: Pod\nmetadata: {name: n}\n" }, ["BH7304 a.yaml:1:1"], /metadata.name of this Pod is no text/],
    ["a namespace that is a number", { "a.yaml": "apiVersion: v1\nkind: Pod\nmetadata: {name: a, namespace: 1}\n" }, ["BH7304 a.yaml:1:1"], /metadata.namespace of this Pod is no text/],
    ["an item without a name", { "a.yaml": "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Pod\n" }, ["BH7304 a.yaml:4:3"], /this Pod/],
    ["one object twice", { "a.yaml": GOOD, "b.yaml": `---\n${GOOD}` }, ["BH7305 b.yaml:2:1"], /ConfigMap ns\/good is declared twice: in a.yaml:1 and in b.yaml:2/],
    ["one object in two versions", { "a.yaml": "apiVersion: apps/v1\nkind: D\nmetadata: {name: a}\n---\napiVersion: apps/v2\nkind: D\nmetadata: {name: a}\n" }, ["BH7305 a.yaml:5:1"], /D.apps a is declared twice/],
    ["a template of a whole value", { "a.yaml": CM("{{ .Values.name }}") }, ["BH7306 a.yaml:4:9"], /template/],
    ["a template's blocks", { "a.yaml": `{{- if .Values.on }}\n${GOOD}{{- end }}\n` }, ["BH7306 a.yaml:1:1"], /template/],
    ["a chart", { "chart/Chart.yaml": "name: c\n", "chart/templates/a.yaml": "{{ }}", "chart/values.yaml": "a: 1\n", "b.yaml": GOOD }, ["BH7306 chart/Chart.yaml::"], /chart of Helm/],
    ["an input of kustomize", { "kustomization.yaml": "resources: [a.yaml]\n", "a.yaml": GOOD }, ["BH7306 kustomization.yaml::"], /kustomize/],
    ["an object that no server takes", { "a.yaml": CM("a", `data:\n  k: ${"x".repeat(1_600_000)}\n`) }, ["BH7308 a.yaml:1:1"], /ConfigMap a has 1600\d\d\d bytes/],
    ["20 MB", { "a.yaml": `${CM("big", `data:\n  k: |\n${"    0123456789abcdef 0123456789abcdef\n".repeat(540_000)}`)}---\n${GOOD}` }, ["BH7308 a.yaml:1:1"], /has \d+ bytes/],
    ["YAML too long for a tree", { "a.yaml": `a: "${"x".repeat(33 * 1024 * 1024)}"\n` }, ["BH7308 a.yaml:1:1"], /too long to read/],
    ["nothing", {}, ["BH7307 .::"], /no manifest in it/],
    ["comments", { "a.yaml": "# nothing\n---\n" }, ["BH7307 .::"], /no manifest in it/],
  ])("%s", async (_, files, expected, message) => {
    const side = await open(files);
    expect(complaints(side).map((text) => (expected[0]!.endsWith(":1:") ? text.replace(/[0-9]+$/, "") : text))).toEqual(expected);
    for (const problem of side.problems) expect(problem).toMatchObject({ message: expect.stringMatching(message), severity: "error", exit: 2, hint: expect.stringMatching(/./) });
  });

  test("a broken document leaves its neighbours", async () => {
    const side = await open({ "a.yaml": `${GOOD}---\na: [\n---\n${CM("other")}`, "b.yaml": CM("third") });
    expect(side.entries.map(({ name, document }) => [name, document])).toEqual([["good", 0], ["other", 2], ["third", 0]]);
    expect(await side.read(side.entries)).toHaveLength(3);
  });

  test("links and pipes inside a folder: what they lead to would be missed", async () => {
    const root = folder({ "in/a.yaml": GOOD, "out/b.yaml": CM("b"), "out/c.txt": "" });
    symlinkSync("../out/b.yaml", join(root, "in/b.yaml"));
    symlinkSync("../out", join(root, "in/folder"));
    symlinkSync("../out/c.txt", join(root, "in/c.txt"));
    symlinkSync("loop.yaml", join(root, "in/loop.yaml"));
    spawnSync("mkfifo", [join(root, "in/pipe.yaml")]);
    const side = await openManifests(["in", "loop.yaml", "none.yaml"], { cwd: root });
    symlinkSync("loop.yaml", join(root, "loop.yaml"));
    expect(side.entries.map(({ name }) => name)).toEqual(["good"]);
    expect(complaints(side)).toEqual(["BH7307 in/b.yaml::", "BH7307 in/folder::", "BH7307 in/loop.yaml::", "BH7307 in/pipe.yaml::", "BH7307 loop.yaml::", "BH7307 none.yaml::"]);
    expect((await openManifests(["loop.yaml"], { cwd: root })).problems).toMatchObject([{ code: "BH7307", message: expect.stringMatching(/circle/) }]);
  });

  test("a file that this user cannot read", () => {
    const root = folder({ "a.yaml": GOOD });
    const script = `import { openManifests } from ${JSON.stringify(join(import.meta.dirname, "../../../src/audit/desired/manifests.ts"))}; console.log(JSON.stringify((await openManifests(["."], { cwd: ${JSON.stringify(root)} })).problems));`;
    const [command, ...args] = withoutPrivileges(["sh", "-c", `chmod 000 ${join(root, "a.yaml")}; "$0" "$@"; chmod 644 ${join(root, "a.yaml")}`, process.execPath, "--input-type=module", "-e", script]);
    const { stdout, stderr } = spawnSync(command!, args, { encoding: "utf8" });
    expect(stderr).toBe("");
    expect(JSON.parse(stdout)).toMatchObject([{ code: "BH7307", message: "permission is missing", source: { file: "a.yaml" } }]);
  });
});

describe("a file that changes between index and reading", () => {
  test.each<[string, (root: string) => void]>([
    ["another object", (root) => { put(root, { "a.yaml": CM("b") }); }],
    ["no YAML any more", (root) => { put(root, { "a.yaml": "a: [" }); }],
    ["shorter", (root) => { put(root, { "a.yaml": "" }); }],
    ["a list that lost an item", (root) => { put(root, { "a.yaml": "apiVersion: v1\nkind: List\nitems: []\n" }); }],
  ])("%s", async (_, change) => {
    const root = folder({ "a.yaml": "apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: ConfigMap, metadata: {name: a}}\n" });
    const side = await openManifests(["a.yaml"], { cwd: root });
    change(root);
    await expect(side.read(side.entries)).rejects.toMatchObject({ code: "BH7309", message: expect.stringMatching(/a.yaml:4 does not hold ConfigMap a/) });
  });
});

test("a list of many is parsed once for all its parts", async () => {
  const items = Array.from({ length: 3000 }, (_, i) => ({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: `c${i}`, namespace: `n${i % 300}` }, data: { k: "v".repeat(50) } }));
  const root = folder();
  mkdirSync(join(root, "in"));
  writeFileSync(join(root, "in/a.json"), JSON.stringify({ apiVersion: "v1", kind: "List", items }));
  const side = await openManifests(["in"], { cwd: root });
  expect(side.entries).toHaveLength(3000);
  const start = performance.now();
  let read = 0;
  for (let i = 0; i < 3000; i += 10) read += (await side.read(side.entries.slice(i, i + 10))).length;
  expect(read).toBe(3000);
  // 300 parsings of the file would take many times as long.
  expect(performance.now() - start).toBeLessThan(2000);
});
