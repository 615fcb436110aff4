import { chmodSync, cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { builtinModules } from "node:module";
import { dirname, basename, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ComponentUnavailable, projectRoot, run } from "../provision/component.ts";
import { build, type Image, runImage } from "./containerfile.ts";
import { provisionNode } from "./node.ts";
import { linkFromStore } from "./store.ts";
import { dropFolders, install, newFolder, pack, type Shell, shell, type Tarball, textOf } from "./tarball.ts";

const manifest = JSON.parse(readFileSync(join(projectRoot, "package.json"), "utf8")) as { engines: { node: string }; dependencies: Record<string, string> };
/** The oldest Node that package.json supports, and one that it does not. */
const OLDEST = `${manifest.engines.node.replace(">=", "")}.0`;
const TOO_OLD = "18.20.8";

const nodes = await Promise.all([provisionNode(OLDEST), provisionNode(TOO_OLD)]).catch((error: unknown) => {
  if (!(error instanceof ComponentUnavailable) || process.env["CI"] === "true") throw error;
  process.stderr.write(`provision: SKIPPED ${error.message}\n`);
  return null;
});
const [oldest, tooOld] = nodes ?? ["", ""];

let tarball: Tarball;
let user: Shell;
const bulkhead = (...args: string[]): ReturnType<Shell> => user("npx", "--no", "--", "bulkhead", ...args);
const edit = (path: string, change: (text: string) => string): void => writeFileSync(join(user.folder, path), change(textOf(user, path)));
/** Compiles the tenants with this project's TypeScript and the tsconfig.json that `init` wrote. */
const types = (): ReturnType<Shell> => run(process.execPath, [join(projectRoot, "node_modules/typescript/bin/tsc"), "-p", join(user.folder, "tenants")], { allowFail: true });

describe.skipIf(nodes === null)("the package", () => {
  beforeAll(async () => {
    tarball = await pack();
    user = await install(tarball, oldest);
  });
  afterAll(dropFolders);

  describe("holds", () => {
    test("nothing but what users need at the top", () => {
      expect([...new Set(tarball.files.map((path) => path.split("/")[0]))]).toEqual(["LICENSE", "README.md", "build", "docs", "imports", "package.json"]);
    });
    test("in build/ one .js of each source, and the types that its entry points reach", () => {
      const sources = readdirSync(join(projectRoot, "src"), { recursive: true, encoding: "utf8" }).filter((path) => /(?<!\.d)\.ts$/.test(path)).map((path) => `build/${path.replace(/\.ts$/, ".js")}`);
      expect(tarball.files.filter((path) => path.startsWith("build/") && path.endsWith(".js"))).toEqual(sources.sort());
      const build = join(user.folder, "node_modules/bulkhead");
      const reached = new Set<string>();
      const follow = (file: string): void => {
        if (reached.has(file)) return;
        reached.add(file);
        for (const [, to] of readFileSync(join(build, file), "utf8").matchAll(/(?:from|import\()\s*"(\.[^"]+)"/g)) follow(join(dirname(file), to!).replace(/\.(?:js|ts)$/, ".d.ts"));
      };
      for (const entry of ["build/index.d.ts", "build/testing/index.d.ts"]) follow(entry);
      expect([...reached].filter((file) => !tarball.files.includes(file))).toEqual([]);
      expect(reached.size).toBeGreaterThan(5);
    });
    test("a fifth more than today at most, so that a folder that strays in is seen", () => {
      process.stderr.write(`package: ${tarball.size} bytes packed, ${tarball.unpackedSize} unpacked, ${tarball.files.length} files\n`);
      // Today: 792 kB, 2.9 MB, 676 files; seven planes and the serving layer made it 181 kB larger.
      expect(tarball.size).toBeLessThan(950_000);
      expect(tarball.unpackedSize).toBeLessThan(3_500_000);
      expect(tarball.files.length).toBeLessThan(810);
    });
    test("as dependencies what its code imports, no more and no less", () => {
      const build = join(user.folder, "node_modules/bulkhead/build");
      const code = readdirSync(build, { recursive: true, encoding: "utf8" }).filter((path) => /\.(js|d\.ts)$/.test(path)).map((path) => readFileSync(join(build, path), "utf8")).join("\n");
      // Statements only: texts of new definitions and comments hold imports too.
      const imported = [...code.matchAll(/^(?:import|export)\b[^"'`;]*?\bfrom "([^".][^"]*)";$|^import "([^".][^"]*)";$|\b(?:await import|require)\("([^".][^"]*)"\)/gm)].map((m) => m[1] ?? m[2] ?? m[3]!);
      const names = new Set(imported.map((name) => /^(@[^/]+\/)?[^/]+/.exec(name)![0]).filter((name) => !name.startsWith("node:") && !builtinModules.includes(name) && name !== "bulkhead"));
      expect([...names].sort()).toEqual(Object.keys(manifest.dependencies).sort());
    });
  });

  test("an older Node says which it needs", async () => {
    const old = await shell(user.folder, tooOld)("node", "node_modules/bulkhead/build/cli/bin.js", "check");
    expect(old).toEqual({ code: 2, stdout: "", stderr: `bulkhead needs Node 22.18 or newer (it loads TypeScript definitions as they are); this is ${TOO_OLD}.\n` });
  });

  describe(`works on Node ${OLDEST}, as README tells it`, () => {
    test("that Node runs it", async () => {
      expect((await user("node", "--version")).stdout).toBe(`v${OLDEST}\n`);
      expect(await bulkhead("--version")).toMatchObject({ code: 0, stdout: "0.1.0\n" });
    });
    test("init, new tenant, new product, check", async () => {
      expect(await bulkhead("init")).toMatchObject({ code: 0, stdout: expect.stringContaining("created  tenants/acme/sales/orders.ts") });
      expect(await bulkhead("new", "tenant", "globex", "--email", "data@globex.example", "--plan", "standard", "--cluster", "prod")).toMatchObject({ code: 0 });
      expect(await bulkhead("new", "product", "globex/sales/orders", "--email", "sales@globex.example", "--description", "Orders of Globex")).toMatchObject({ code: 0 });
      expect(await bulkhead("check")).toMatchObject({ code: 0, stderr: expect.stringMatching(/^2 tenants, [0-9]+ files: all checks passed\n$/) });
    });
    test("an extension with the packages that come with it", async () => {
      edit("tenants/globex/tenant.ts", (text) => `import { ConfigMap } from "cdk8s-plus-28";\n${text.replace("groups: {},", 'groups: {},\n  extend: (chart) => { new ConfigMap(chart, "greeting", { metadata: { name: "greeting" }, data: { text: "hello" } }); },')}`);
      expect(await bulkhead("check")).toMatchObject({ code: 0 });
    });
    test("types: what init and new wrote is right, a column that is not there is red", async () => {
      expect(await types()).toMatchObject({ code: 0, stdout: "" });
      const returns = (column: string): string => `import { defineProduct } from "bulkhead";
import orders from "./orders.ts";

export default defineProduct({
  description: "Returns", owner: { team: "globex-sales", email: "sales@globex.example" },
  tables: { returns: { store: "postgres", key: ["id"], columns: {
    id: { type: "uuid", classification: "internal" },
    ordered_at: { type: "timestamptz", from: [orders.tables.orders.columns.${column}] },
  } } },
});
`;
      writeFileSync(join(user.folder, "tenants/globex/sales/returns.ts"), returns("created_ta"));
      expect(await types()).toMatchObject({ code: expect.any(Number), stdout: expect.stringMatching(/returns\.ts\(8,\d+\): error TS2551: Property 'created_ta' does not exist/) });
      expect(await bulkhead("check")).toMatchObject({ code: 1, stderr: expect.stringMatching(/BH3003[^]*returns\.ts:8/) });
      writeFileSync(join(user.folder, "tenants/globex/sales/returns.ts"), returns("created_at"));
      expect(await types()).toMatchObject({ code: 0, stdout: "" });
    });
    test("a test of one's own with bulkhead/testing", async () => {
      writeFileSync(join(user.folder, "globex.test.mjs"), `import assert from "node:assert";
import { test } from "node:test";
import { assertIsolated, renderTenant } from "bulkhead/testing";

test("globex is isolated and may have 60 pods", async () => {
  const globex = await renderTenant({ tenant: "globex", asOf: "2026-11-24" });
  assertIsolated(globex);
  assert.equal(globex.find("ResourceQuota", "compute")[0].spec.hard.pods, "60");
});
`);
      expect(await user("node", "--test")).toMatchObject({ code: 0, stdout: expect.stringContaining("pass 1") });
      edit("tenants/platform.ts", (text) => text.replace("pods: 60", "pods: 61"));
      expect(await user("node", "--test")).toMatchObject({ code: 1, stdout: expect.stringMatching(/'61' !?==+ '60'/) });
      edit("tenants/platform.ts", (text) => text.replace("pods: 61", "pods: 60"));
    });
    test("synth, and synth --check on what was committed", async () => {
      expect(await bulkhead("synth")).toMatchObject({ code: 0, stdout: expect.stringMatching(/\ndist\/: [0-9]+ created, 0 replaced, 0 removed, 0 unchanged\n$/) });
      for (const args of [["init", "-q"], ["add", "-A"], ["-c", "user.name=a", "-c", "user.email=a@a.example", "commit", "-qm", "first"]]) expect(await user("git", ...args)).toMatchObject({ code: 0 });
      expect(await bulkhead("synth", "--check")).toMatchObject({ code: 0 });
    });
    test("explain of a leaf names the line", async () => {
      const line = textOf(user, "tenants/platform.ts").split("\n").findIndex((text) => text.includes("pods: 60")) + 1;
      const { code, stdout } = await bulkhead("explain", "ResourceQuota/tenant-globex/compute#/spec/hard/pods");
      expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining(`tenants/platform.ts:${line}:`) });
    });
    test("diff after an edit, synth --check says stale", async () => {
      edit("tenants/platform.ts", (text) => text.replace("pods: 60", "pods: 80"));
      expect(await bulkhead("diff", "--exit-code", "--tenant", "globex")).toMatchObject({ code: 1, stdout: expect.stringMatching(/ResourceQuota tenant-globex\/compute[^]*spec\.hard\.pods: .*60.* -> .*80/) });
      expect(await bulkhead("synth", "--check")).toMatchObject({ code: 1, stdout: expect.stringContaining("resourcequota.compute.yaml") });
      expect(await bulkhead("synth")).toMatchObject({ code: 0, stdout: expect.stringMatching(/0 created, [1-9][0-9]* replaced, 0 removed/) });
    });
    test("completion for bash offers the commands", async () => {
      const script = 'source <(npx --no bulkhead completion bash); PATH="$PWD/node_modules/.bin:$PATH"; COMP_WORDS=(bulkhead sy); COMP_CWORD=1; _bulkhead; printf "%s\\n" "${COMPREPLY[@]}"';
      expect(await user("bash", "-c", script)).toMatchObject({ code: 0, stdout: "synth\n" });
    });
    test("it says how fast it starts", async () => {
      const times: number[] = [];
      for (let run = 0; run < 10; run++) {
        const before = performance.now();
        expect(await user("node", "node_modules/bulkhead/build/cli/bin.js", "--help")).toMatchObject({ code: 0 });
        times.push(performance.now() - before);
      }
      process.stderr.write(`package: --help takes ${Math.round(times.sort((a, b) => a - b)[4]!)} ms (median of 10)\n`);
    });
  });

  describe("in the auditor's image", () => {
    const text = readFileSync(join(projectRoot, "src/setup/Containerfile"), "utf8");
    let image: Image;
    beforeAll(async () => {
      // The context as a checkout has it after `npm pack`.
      const context = newFolder("context");
      for (const name of ["package.json", "package-lock.json"]) cpSync(join(projectRoot, name), join(context, name));
      cpSync(tarball.file, join(context, basename(tarball.file)));
      const root = newFolder("image");
      chmodSync(root, 0o755);
      for (const folder of ["tmp", "usr/local/bin"]) mkdirSync(join(root, folder), { recursive: true });
      image = await build(text, context, { PACKAGE: basename(tarball.file) }, root);
    });
    test("is the Node that this project runs on, and what its steps need of the distribution", () => {
      const { devDependencies } = JSON.parse(readFileSync(join(projectRoot, "package.json"), "utf8")) as { devDependencies: Record<string, string> };
      expect(image.from).toBe(`docker.io/library/node:${devDependencies["node"]}-trixie-slim`);
      expect(image.left).toEqual([expect.stringMatching(/ ca-certificates git openssh-client /)]);
    });
    test("are the package's files, and the lock file's packages without those for development", () => {
      const folder = join(image.root, "opt/bulkhead");
      expect(readdirSync(folder).sort()).toEqual([...new Set([...tarball.files.map((path) => path.split("/")[0]!), "node_modules", "package-lock.json"])].sort());
      expect(readFileSync(join(folder, "build/cli/bin.js"))).toEqual(readFileSync(join(user.folder, "node_modules/bulkhead/build/cli/bin.js")));
      for (const name of Object.keys(manifest.dependencies)) expect([name, JSON.parse(readFileSync(join(folder, "node_modules", name, "package.json"), "utf8")).version]).toEqual([name, manifest.dependencies[name]]);
      for (const name of ["typescript", "vitest"]) expect(readdirSync(join(folder, "node_modules"))).not.toContain(name);
      expect(readdirSync(join(image.root, "tmp"))).toEqual([]);
    });
    test("runs the command line as a user that is not root and owns nothing there", async () => {
      expect(image.user).toBe("65532:65532");
      expect(await runImage(image, ["--version"])).toEqual({ code: 0, stdout: "0.1.0\n", stderr: "" });
      expect(await runImage(image, ["check"])).toMatchObject({ code: 2, stderr: expect.stringContaining("BH2010") });
    });
  });

  describe("works where folders are links", () => {
    const passes = { code: 0, stderr: expect.stringMatching(/all checks passed/) };
    test("a project reached through a link, by --cwd and by bulkhead/testing", async () => {
      const link = join(newFolder("link"), "project");
      symlinkSync(user.folder, link);
      expect(await bulkhead("check", "--no-cache", "--cwd", link)).toMatchObject(passes);
      const code = `import { renderTenant } from "bulkhead/testing"; await renderTenant({ root: ${JSON.stringify(link)}, tenant: "globex", asOf: "2026-11-24" });`;
      expect(await user("node", "--input-type=module", "-e", code)).toMatchObject({ code: 0 });
    });
    test("packages linked from a store outside the project", async () => {
      const folder = newFolder("linked");
      cpSync(join(user.folder, "tenants"), join(folder, "tenants"), { recursive: true });
      linkFromStore(join(user.folder, "node_modules"), newFolder("store"), folder, ["bulkhead", "cdk8s-plus-28"]);
      expect(await shell(folder, oldest)("node", "node_modules/bulkhead/build/cli/bin.js", "check")).toMatchObject(passes);
    });
  });
});
