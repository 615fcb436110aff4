import { rmSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { openRevisionSide } from "../../../src/audit/desired/revision.ts";
import type { DesiredSide } from "../../../src/audit/desired/side.ts";
import { identityOf } from "../../../src/audit/desired/manifest.ts";
import { digest } from "../../../src/render/file.ts";
import { inventoryText, parseInventory } from "../../../src/render/inventory.ts";
import { commit, config, folder, git, rendered, repository } from "../repository.ts";

const ACME = "dist/eu/tenants/acme";
const NS = "tenant-acme";
const DEFINITION = 'import { defineTenant } from "bulkhead";\nexport default defineTenant({\n  displayName: "Acme",\n  plan: "standard",\n});\n';
const FILES = {
  "tenants/acme/tenant.ts": DEFINITION,
  ...rendered("dist/eu/platform", { "namespaces/namespace.a.yaml": { apiVersion: "v1", kind: "Namespace", metadata: { name: "a" } }, "database/unit.sql": "select 1;\n" }, { file: "tenants/platform.ts", path: "" }),
  ...rendered(ACME, {
    "content/resources/tenant-acme/configmap.b.yaml": config("b", NS, { k: "---\nno document\n", n: "1" }),
    "content/resources/tenant-acme/configmap.a.yaml": config("a", NS),
    "walls/resources/tenant-acme/role.r.yaml": { apiVersion: "rbac.authorization.k8s.io/v1", kind: "Role", metadata: { name: "r", namespace: NS }, rules: [] },
    "walls/resources/_cluster/namespace.tenant-acme.yaml": { apiVersion: "v1", kind: "Namespace", metadata: { name: NS } },
  }, { file: "tenants/acme/tenant.ts", path: "plan" }),
  ...rendered("dist/eu/tenants/globex", { "content/resources/tenant-acme-2/configmap.a.yaml": config("a", "tenant-acme-2") }),
};
const open = (root: string, more: Partial<Parameters<typeof openRevisionSide>[0]> = {}): Promise<DesiredSide> => openRevisionSide({ root, ref: "HEAD", out: "dist", cluster: "eu", ...more });
const using = async <T>(side: DesiredSide, work: (side: DesiredSide) => Promise<T> | T): Promise<T> => { try { return await work(side); } finally { await side.close(); } };
const names = ({ entries }: DesiredSide): string[] => entries.map(({ kind, namespace, name }) => `${kind} ${namespace ?? ""}/${name}`);
const A = `${ACME}/content/resources/tenant-acme/configmap.a.yaml`;
const root = repository(FILES);

describe("a rendered tree at a revision", () => {
  test("is indexed in the API server's order, and read again by parts", async () => {
    await using(await open(root), async (side) => {
      // "tenant-acme-2/" comes before "tenant-acme/".
      expect(names(side)).toEqual(["Namespace /a", "Namespace /tenant-acme", "ConfigMap tenant-acme-2/a", "ConfigMap tenant-acme/a", "ConfigMap tenant-acme/b", "Role tenant-acme/r"]);
      expect(side.entries[5]).toEqual({
        apiVersion: "rbac.authorization.k8s.io/v1", kind: "Role", namespace: NS, name: "r", file: "eu/tenants/acme/walls/resources/tenant-acme/role.r.yaml", document: 0,
        tenant: "acme", area: "walls", owner: "acme-data", layer: "resources", wave: 5, source: { file: "tenants/acme/tenant.ts", path: "plan" },
      });
      expect(side.entries[0]).toMatchObject({ area: "platform", source: { file: "tenants/platform.ts", path: "" } });
      expect(side.entries[0]).not.toHaveProperty("tenant");
      expect(side).toMatchObject({ from: "HEAD", commit: git(root, ["rev-parse", "HEAD"]), committed: expect.stringMatching(/^2026-11-24T10:00:00(Z|[+]00:00)$/), tenants: ["acme", "globex"], notices: [], problems: [] });
      const wanted = [side.entries[4]!, side.entries[0]!, side.entries[4]!];
      expect((await side.read(wanted)).map((value) => value.metadata)).toEqual([{ name: "b", namespace: NS, annotations: undefined }, { name: "a" }, { name: "b", namespace: NS }].map(({ annotations: _, ...rest }: Record<string, unknown>) => rest));
      expect((await side.read([side.entries[4]!]))[0]!.data).toEqual({ k: "---\nno document\n", n: "1" });
    });
  });

  test("is the same from a folder below the repository's top, and with a nested output folder", async () => {
    const nested = repository(Object.fromEntries(Object.entries(FILES).map(([path, text]) => [`teams/data/${path.replace(/^dist/, "deploy/dist")}`, text])));
    await using(await open(join(nested, "teams/data"), { out: "./deploy/dist/" }), async (side) => {
      expect(names(side)).toHaveLength(6);
      expect(await side.place({ file: "tenants/acme/tenant.ts", path: "plan" })).toMatchObject({ line: 4, column: 3 });
      expect(await side.at(side.commit!, side.entries[3]!.file)).toContain("name: a");
    });
  });

  test("places a source in the definition's text at that revision, and leaves what it cannot find", async () => {
    const moved = repository(FILES);
    commit(moved, { "tenants/acme/tenant.ts": `\n\n${DEFINITION}` }, "2026-11-25T00:00:00Z");
    for (const [ref, line] of [["HEAD~1", 4], ["HEAD", 6]] as const) {
      await using(await open(moved, { ref }), async (side) => {
        expect(await side.place(side.entries[5]!.source!)).toEqual({ file: "tenants/acme/tenant.ts", path: "plan", line, column: 3 });
        for (const source of [{ file: "tenants/acme/none.ts", path: "" }, { file: "../outside.ts", path: "" }, { file: "dist/eu/platform/database/unit.sql", path: "" }, { file: "tenants/acme/tenant.ts", path: "", line: 1, column: 1 }]) expect(await side.place(source)).toEqual(source);
      });
    }
  });
});

describe("a tree that was edited by hand is said, and compared as committed", () => {
  const edited = async (files: Record<string, string | null>, work: (side: DesiredSide) => Promise<void> | void): Promise<void> => {
    const other = repository(FILES);
    commit(other, files, "2026-11-25T00:00:00Z");
    await using(await open(other), work);
  };
  const text = FILES[A]!;

  test("a changed file", () => edited({ [A]: text.replace("data: {}", "data:\n  sneaked: \"in\"") }, async (side) => {
    expect(side.notices).toEqual([expect.stringMatching(/^edited by hand: 1 file of dist\/eu \(tenants\/acme\/content\/resources\/tenant-acme\/configmap.a.yaml\)/)]);
    expect((await side.read([side.entries[3]!]))[0]!.data).toEqual({ sneaked: "in" });
    expect(side.entries[3]).toMatchObject({ owner: "acme-data", source: { file: "tenants/acme/tenant.ts", path: "plan" } });
  }));
  test("a file whose object is another now", () => edited({ [A]: text.replace("name: a", "name: renamed") }, (side) => { expect(names(side)).toContain("ConfigMap tenant-acme/renamed"); expect(names(side)).not.toContain("ConfigMap tenant-acme/a"); }));
  test("a second document in a file", () => edited({ [A]: `${text}---\n# nothing\n---\n${text.replace("name: a", "name: second")}` }, async (side) => {
    const second = side.entries.find(({ name }) => name === "second")!;
    expect(second.document).toBe(2);
    expect((await side.read([side.entries.find(({ name, namespace }) => name === "a" && namespace === NS)!, second])).map((v) => (v.metadata as { name: string }).name)).toEqual(["a", "second"]);
  }));
  test("a file that no inventory lists", () => edited({ [`${ACME}/content/more/x.yaml`]: 'apiVersion: v1\nkind: Service\nmetadata:\n  name: s\n  namespace: tenant-acme\n  annotations: { bulkhead.dev/owner: someone, argocd.argoproj.io/sync-wave: "3" }\n' }, (side) => {
    expect(side.notices).toEqual([expect.stringMatching(/^in no inventory: 1 file of dist\/eu \(tenants\/acme\/content\/more\/x.yaml\)/)]);
    expect(side.entries.find(({ kind }) => kind === "Service")).toEqual({ apiVersion: "v1", kind: "Service", namespace: NS, name: "s", file: "eu/tenants/acme/content/more/x.yaml", document: 0, tenant: "acme", area: "content", owner: "someone", layer: "more", wave: 3, source: { file: `${ACME}/content/more/x.yaml`, path: "" } });
  }));
  test("files that Argo CD does not read", () => edited({ "dist/eu/x.yaml": "a: 1\n", [`${ACME}/x.yaml`]: "a: 1\n", [`${ACME}/content/x.yml`]: "a: 1\n" }, (side) => {
    expect([side.entries.length, side.problems]).toEqual([6, []]);
    expect(side.notices.join("\n")).toMatch(/in no inventory: 2 files .*\n.*no plain file in a folder that Argo CD reads: 1 file of dist\/eu \(x.yaml\)/);
  }));
  test("a file that is gone", () => edited({ [A]: null }, (side) => { expect(side.notices).toEqual([expect.stringMatching(/^listed in an inventory and not there: 1 file/)]); expect(names(side)).not.toContain("ConfigMap tenant-acme/a"); }));
  test("no inventory", () => edited({ [`${ACME}/inventory.json`]: null }, (side) => { expect(side.notices).toEqual(["dist/eu/tenants/acme has no inventory that can be read: whether its files were edited is unknown"]); expect(side.entries).toHaveLength(6); }));
  test("an inventory that is none", () => edited({ [`${ACME}/inventory.json`]: "{" }, (side) => { expect(side.notices).toHaveLength(1); expect(side.entries).toHaveLength(6); }));
  test("SQL", () => edited({ "dist/eu/platform/database/unit.sql": "drop table;\n" }, (side) => { expect(side.notices).toEqual([expect.stringMatching(/^edited by hand: 1 file of dist\/eu \(platform\/database\/unit.sql\)/)]); }));

  test.each<[string, Record<string, string>, object]>([
    ["YAML that is none", { [A]: "a: [\n" }, { code: "BH7303", source: { file: A, line: 2 } }],
    ["bytes that are no text", { [A]: Buffer.from([0x61, 0xff]) as unknown as string }, { code: "BH7303", source: { file: A } }],
    ["no name", { [A]: "apiVersion: v1\nkind: ConfigMap\nmetadata: {}\n" }, { code: "BH7304", source: { file: A } }],
    ["an object that another file has", { [`${ACME}/content/more/x.yaml`]: text }, { code: "BH7305", message: "ConfigMap tenant-acme/a is declared twice: in dist/eu/tenants/acme/content/more/x.yaml and in dist/eu/tenants/acme/content/resources/tenant-acme/configmap.a.yaml" }],
  ])("%s is a problem, and the rest is read", async (_, files, problem) => {
    await edited(files, (side) => { expect(side.problems).toMatchObject([{ severity: "error", exit: 2, ...problem }]); expect(side.entries.length).toBeGreaterThanOrEqual(5); });
  });

  test("a link instead of a manifest is a problem: what it declares would be missed", async () => {
    const other = repository(FILES);
    const id = git(other, ["hash-object", "-w", "--stdin"]);
    git(other, ["update-index", "--add", "--cacheinfo", `120000,${id},${ACME}/content/link.yaml`]);
    git(other, ["commit", "-q", "-m", "x"]);
    await using(await open(other), (side) => { expect(side.problems).toMatchObject([{ code: "BH7307", source: { file: `${ACME}/content/link.yaml` } }]); });
  });

  const forge = (lie: string): string => inventoryText(parseInventory(FILES[`${ACME}/inventory.json`]!)!.files.map((file) => (file.path.endsWith("configmap.a.yaml") ? { ...file, sha256: digest(lie) } : file)));
  test("a second document that the inventory vouches for is seen", async () => {
    const lie = `${text}---\n${text.replace("name: a", "name: second")}`;
    await edited({ [A]: lie, [`${ACME}/inventory.json`]: forge(lie) }, (side) => { expect([names(side).includes("ConfigMap tenant-acme/second"), side.notices]).toEqual([true, []]); });
  });
  test.each<[string, (text: string) => string, string]>([
    ["names another object", (whole) => whole.replace("name: a\n", "labels: {}\n  name: other\n"), "ConfigMap tenant-acme/other"],
    ["names no namespace", (whole) => whole.replace(/  namespace: .*\n/, ""), "ConfigMap /a"],
    ["names its namespace further down", (whole) => whole.replace(/(  namespace: .*\n)/, "  labels: {}\n$1"), "ConfigMap tenant-acme/a"],
    ["is no YAML further down", (whole) => `${whole}data: {}\n`, "BH7309"],
    ["names itself twice", (whole) => whole.replace(/(  namespace: .*\n)/, "$1  name: other\n"), "BH7309"],
  ])("an inventory that was edited too, for a file that %s, hides nothing", async (_, edit, expected) => {
    const lie = edit(text);
    const forged = forge(lie);
    await edited({ [A]: lie, [`${ACME}/inventory.json`]: forged }, async (side) => {
      expect(side.notices).toEqual([]);
      const entry = side.entries.find(({ file }) => file === A.slice("dist/".length))!;
      const read = await side.read([entry]).then(([value]) => identityOf({ ...(value as { apiVersion: string; kind: string }), ...(value!.metadata as { name: string }) }), (error: { code: string }) => error.code);
      expect(read).toBe(expected.replace(" /", " "));
      if (!expected.startsWith("BH")) expect(identityOf(entry)).toBe(read);
    });
  });
});

describe("what cannot be opened", () => {
  const unborn = folder({ a: "" });
  git(unborn, ["init", "-q"]);
  const bare = repository({ "a.txt": "" });
  const others = repository({ ...rendered("dist/prod-eu/platform", {}), ...rendered("dist/prod-us/platform", {}), "dist/README": "" });
  test.each<[string, string, Partial<Parameters<typeof openRevisionSide>[0]>, string, RegExp, RegExp]>([
    ["no such ref", root, { ref: "mian" }, "BH0006", /"mian" is no revision/, /did you mean "main"\?/],
    ["a ref that looks like an option", root, { ref: "--all" }, "BH0006", /"--all" is no revision/, /./],
    ["a tree for a ref", root, { ref: "HEAD^{tree}" }, "BH0006", /is no revision/, /./],
    ["no commit yet", unborn, {}, "BH0006", /no commit yet/, /commit the rendered tree/],
    ["no repository", folder(), {}, "BH0006", /no git repository/, /./],
    ["no rendered tree", bare, {}, "BH7301", /HEAD has no dist\/: nothing was rendered/, /synth --commit/],
    ["another output folder", root, { out: "out" }, "BH7301", /HEAD has no out\//, /./],
    ["a cluster misspelt", others, { cluster: "prod-ue" }, "BH7302", /dist\/ of HEAD has no cluster "prod-ue"/, /did you mean "prod-eu"\?/],
    ["a cluster like nothing", others, { cluster: "x" }, "BH7302", /no cluster "x"/, /known: prod-eu, prod-us/],
    ["a cluster that is a path", root, { cluster: "eu/tenants" }, "BH7302", /no cluster/, /./],
    ["a file for a cluster", others, { cluster: "README" }, "BH7302", /no cluster "README"/, /./],
  ])("%s", async (_, at, options, code, message, hint) => {
    await expect(open(at, options)).rejects.toMatchObject({ code, message: expect.stringMatching(message), hint: expect.stringMatching(hint) });
  });

  test("a repository that git cannot read is not an empty one", async () => {
    const broken = repository(FILES);
    rmSync(join(broken, ".git/objects"), { recursive: true });
    await expect(open(broken)).rejects.toMatchObject({ code: expect.stringMatching(/^BH00(06|11)$/) });
    const half = repository(FILES);
    const id = git(half, ["rev-parse", `HEAD:${A}`]);
    rmSync(join(half, ".git/objects", id.slice(0, 2), id.slice(2)));
    await expect(open(half)).rejects.toMatchObject({ code: "BH0011", message: expect.stringMatching(/missing/) });
  });
});

test("a branch behind its upstream is said, with the count; tags and ids have none", async () => {
  const upstream = repository(FILES);
  const clone = folder();
  git(clone, ["clone", "-q", upstream, "."]);
  commit(upstream, { x: "1" }, "2026-11-25T00:00:00Z");
  commit(upstream, { x: "2" }, "2026-11-25T00:00:00Z");
  const told = async (ref: string): Promise<unknown> => using(await open(clone, { ref }), ({ behind, notices }) => [behind, notices]);
  expect(await told("HEAD")).toEqual([0, []]);
  git(clone, ["fetch", "-q"]);
  for (const ref of ["HEAD", "main"]) expect(await told(ref)).toEqual([2, [`${ref} is 2 commits behind origin/main: what was merged since is not in this audit`]]);
  git(clone, ["tag", "v1"]);
  for (const ref of ["v1", git(clone, ["rev-parse", "HEAD"]), "origin/main"]) expect(await told(ref)).toEqual([undefined, []]);
  git(clone, ["checkout", "-q", "--detach"]);
  expect(await told("HEAD")).toEqual([undefined, []]);
});

describe("other revisions", () => {
  const moving = repository(FILES, "2026-11-24T10:00:00Z");
  const first = git(moving, ["rev-parse", "HEAD"]);
  git(moving, ["checkout", "-q", "-b", "topic"]);
  commit(moving, { [A]: "second\n" }, "2026-11-01T00:00:00Z");
  git(moving, ["checkout", "-q", "main"]);
  commit(moving, { unrelated: "" }, "2026-11-24T11:00:00Z");
  git(moving, ["merge", "-q", "--no-ff", "-m", "merge", "topic"], "2026-11-24T12:00:00Z");
  const merged = git(moving, ["rev-parse", "HEAD"]);
  commit(moving, { [A]: "third\n" }, "2026-11-24T13:00:00Z");
  git(moving, ["checkout", "-q", "-b", "aside", first]);
  const aside = commit(moving, { [A]: "aside\n" }, "2026-11-24T09:00:00Z");
  git(moving, ["checkout", "-q", "main"]);
  const file = A.slice("dist/".length);

  test("give a file's text, and when it changed on the branch: a merge counts when it was made", () => open(moving).then((side) => using(side, async () => {
    expect(await side.at(first, file)).toBe(FILES[A]);
    expect(await side.at(merged, file)).toBe("second\n");
    expect(await side.at(side.commit!, file)).toBe("third\n");
    expect(await side.at(first, "eu/none.yaml")).toBeUndefined();
    expect(Date.parse((await side.changed(first, file))!)).toBe(Date.parse("2026-11-24T12:00:00Z"));
    expect(Date.parse((await side.changed(merged, file))!)).toBe(Date.parse("2026-11-24T13:00:00Z"));
    expect(await side.changed(side.commit!, file)).toBeUndefined();
    expect(await side.changed(first, side.entries[0]!.file)).toBeUndefined();
    expect(await side.changed(aside, file)).toBeUndefined();
  })));

  test.each(["0".repeat(40), "main", "HEAD", "--all", "", first.slice(0, 10)])("%j is no commit at hand", async (id) => {
    await using(await open(moving), async (side) => {
      await expect(side.at(id, file)).rejects.toMatchObject({ code: "BH7310" });
      expect(await side.changed(id, file)).toBeUndefined();
    });
  });
});
