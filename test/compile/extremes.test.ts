/** Input that nobody means to write, through the built command line: each gets its code and its place, and nothing is written. */
import { spawn, spawnSync } from "node:child_process";
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { hash } from "node:crypto";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { bulkhead, PRODUCT, project, TENANT, write } from "../support/project.ts";
import { withoutPrivileges } from "../render/disk.ts";
import { read } from "../render/tree.ts";

const T = "tenants/acme/tenant.ts";
const P = "tenants/acme/sales/orders.ts";
const column = (name: string, more = ""): string => `${name}: { type: "text", classification: "public"${more} }`;
const table = (columns: string[], rest = ""): string => PRODUCT(`tables: { orders: { store: "postgres", key: ["id"], columns: {\n${[column("id"), ...columns].join(",\n")}\n}${rest} } },`);
const GOOD = table([column("a")]);
const columns = (count: number): string[] => Array.from({ length: count }, (_, n) => column(`c${n}`));

interface Found { code: string; source?: { file: string; line?: number; column?: number }; message: string; hint?: string }
const at = ({ code, source }: Found): string => `${code} ${source ? `${source.file}${source.line ? `:${source.line}:${source.column}` : ""}` : ""}`;
const problems = (stdout: string): Found[] => JSON.parse(stdout).problems as Found[];
const check = (root: string): { code: number; found: string[] } => {
  const { code, stdout } = bulkhead(root, ["check", "--format", "json", "--as-of", "2026-11-24"]);
  for (const problem of problems(stdout)) { expect(problem.hint).toMatch(/./); expect(problem.message).not.toContain(root); }
  return { code, found: problems(stdout).map(at) };
};

interface Case { name: string; make: (root: string) => void; exit: 0 | 1 | 2; found: string[] }
const file = (path: string, text: string | Buffer) => (root: string): void => { mkdirSync(join(root, path, ".."), { recursive: true }); writeFileSync(join(root, path), text); };
const folder = (path: string) => (root: string): void => { rmSync(join(root, path), { force: true }); mkdirSync(join(root, path), { recursive: true }); };
const CASES: Case[] = [
  { name: "10 MB of comments", make: file(P, `${`// ${"x".repeat(100)}\n`.repeat(100_000)}${GOOD}`), exit: 0, found: [] },
  { name: "10 MB of columns", make: file(P, table(Array.from({ length: 100_000 }, (_, n) => column(`c${n}`, `, description: "${"x".repeat(40)}"`)))), exit: 1, found: [`BH3023 ${P}:1603:1`] },
  { name: "2,000 columns in a table", make: file(P, table(columns(2000))), exit: 1, found: [`BH3023 ${P}:1603:1`] },
  { name: "one column too many", make: file(P, table(columns(1599))), exit: 1, found: [`BH3023 ${P}:1603:1`] },
  { name: "as many columns as there can be", make: file(P, table(columns(1598))), exit: 0, found: [] },
  { name: "a key of too many columns", make: file(P, table(columns(32)).replace('key: ["id"]', `key: [${columns(32).map((_, n) => `"c${n}"`).join(", ")}]`)), exit: 1, found: [`BH3023 ${P}:3:253`] },
  { name: "constraints and indexes of too many columns", make: file(P, table(columns(32), `,\nunique: [[${columns(32).map((_, n) => `"c${n}"`).join(",")}]],\nindexes: [["id"], [${columns(32).map((_, n) => `"c${n}"`).join(",")}]]`)), exit: 1, found: [`BH3023 ${P}:38:187`, `BH3023 ${P}:39:196`] },
  { name: "deep recursion", make: file(P, PRODUCT("", "const f = (): number => 1 + f(); f();\n")), exit: 2, found: [`BH2004 ${P}:2:27`] },
  { name: "deep nesting in the text", make: file(P, PRODUCT(`tables: ${"{ a: ".repeat(5000)}1${" }".repeat(5000)},`)), exit: 2, found: [`BH2004 ${P}:2:16`] },
  { name: "deep nesting made by code", make: file(P, PRODUCT("tables: nest(100000) as never", "const nest = (n: number): unknown => { let v: unknown = 1; for (let i = 0; i < n; i++) v = { a: v }; return v; };\n")), exit: 2, found: [`BH2024 ${P}:4:1`] },
  { name: "a definition that holds itself", make: file(P, PRODUCT("owner: loop as never", "const loop: Record<string, unknown> = {}; loop.loop = loop; ")), exit: 2, found: [`BH1001 ${P}:3:1`, `BH1004 ${P}:3:1`, `BH1004 ${P}:3:1`] },
  { name: "bytes that are no UTF-8", make: file(P, Buffer.concat([Buffer.from("// caf"), Buffer.from([0xe9, 0x0a]), Buffer.from(GOOD)])), exit: 2, found: [`BH2002 ${P}:1:1`] },
  { name: "UTF-16", make: file(P, Buffer.from(`\ufeff${GOOD}`, "utf16le")), exit: 2, found: [`BH2002 ${P}:1:1`] },
  { name: "NUL bytes", make: file(P, "\0\0\0"), exit: 2, found: [`BH2001 ${P}:1:1`] },
  { name: "an empty file", make: file(P, ""), exit: 2, found: [`BH2007 ${P}:1:1`] },
  { name: "a link to a file", make: (root) => symlinkSync(join(root, "package.json"), join(root, "tenants/acme/sales/link.ts")), exit: 2, found: ["BH2013 tenants/acme/sales/link.ts"] },
  { name: "a link to a folder outside", make: (root) => symlinkSync("/", join(root, "tenants/acme/root")), exit: 2, found: ["BH2013 tenants/acme/root"] },
  { name: "a link that is imported", make: (root) => { mkdirSync(join(root, "lib")); symlinkSync("/etc/hostname", join(root, "lib/x.ts")); write(root, { [P]: PRODUCT("", 'import "../../../lib/x.ts";\n') }); }, exit: 2, found: [`BH2006 ${P}:2:8`] },
  { name: "files whose names differ by case", make: file("tenants/acme/sales/Orders.ts", GOOD), exit: 1, found: ["BH2014 tenants/acme/sales/Orders.ts", `BH3007 ${P}:2:16`] },
  { name: "tenants whose names differ by case", make: file("tenants/Acme/tenant.ts", TENANT()), exit: 1, found: ["BH2014 tenants/Acme", "BH3007 tenants/acme"] },
  { name: "domains whose names differ by case", make: file("tenants/acme/Sales/orders.ts", GOOD), exit: 1, found: ["BH2014 tenants/acme/Sales", "BH3007 tenants/acme/sales"] },
  { name: "columns whose names differ by case", make: file(P, table([column("a"), column("A")])), exit: 2, found: [`BH1003 ${P}:6:1`] },
  { name: "a folder for the platform", make: folder("tenants/platform.ts"), exit: 2, found: ["BH2011 tenants/platform.ts"] },
  { name: "a folder for a tenant's file", make: folder(T), exit: 2, found: [`BH2011 ${T}`] },
  { name: "a folder for a product", make: folder(P), exit: 2, found: [`BH2011 ${P}`] },
  { name: "a folder for a domain's file", make: folder("tenants/acme/sales/domain.ts"), exit: 2, found: ["BH2011 tenants/acme/sales/domain.ts"] },
  { name: "a folder that is imported", make: (root) => { folder("tenants/acme/sales/_help")(root); write(root, { [P]: PRODUCT("", 'import "./_help";\n') }); }, exit: 2, found: [`BH2005 ${P}:2:8`] },
  { name: "a file for the folder of tenants", make: (root) => { rmSync(join(root, "tenants"), { recursive: true }); writeFileSync(join(root, "tenants"), ""); }, exit: 2, found: ["BH0005 tenants", "BH2010 tenants/platform.ts", "BH2012 tenants"] },
  { name: "a pipe", make: (root) => { spawnSync("mkfifo", [join(root, "tenants/acme/sales/pipe.ts")]); }, exit: 2, found: ["BH2011 tenants/acme/sales/pipe.ts"] },
  { name: "a pipe that is imported", make: (root) => { mkdirSync(join(root, "lib")); spawnSync("mkfifo", [join(root, "lib/x.ts")]); write(root, { [P]: PRODUCT("", 'import "../../../lib/x.ts";\n') }); }, exit: 2, found: [`BH2005 ${P}:2:8`] },
];

describe("check", () => {
  test.each(CASES)("$name", ({ make, exit, found }) => {
    const root = project({ [T]: TENANT(), [P]: GOOD });
    make(root);
    expect(check(root)).toEqual({ code: exit, found });
  });

  test("10,000 products in one tenant: one error, for the folder that is too large", { timeout: 600_000 }, () => {
    const root = project({ [T]: TENANT(), ...Object.fromEntries(Array.from({ length: 10_000 }, (_, n) => [`tenants/acme/sales/p${n}.ts`, PRODUCT("")])) });
    const { code, stdout } = bulkhead(root, ["check", "--format", "json"]);
    expect([code, problems(stdout).map((p) => [p.code, p.source?.file, p.message, p.hint])]).toEqual([1, [["BH4101", expect.stringMatching(/^tenants\/acme\//), expect.stringMatching(/^prod-eu\/tenants\/acme\/content would hold \d+\.\d MB/), expect.stringMatching(/split the tenant/)]]]);
    rmSync(root, { recursive: true });
  });
});

describe("line endings and byte order marks", () => {
  const variants: [string, (text: string) => string][] = [["CRLF", (text) => text.replaceAll("\n", "\r\n")], ["a byte order mark", (text) => `\ufeff${text}`], ["both", (text) => `\ufeff${text.replaceAll("\n", "\r\n")}`]];
  test.each(variants)("%s: the same output and the same places", (_, change) => {
    const files = { [T]: TENANT(), [P]: table([column("a", ', description: "é 😀"')]) };
    const broken = table([column("a"), '/* é 😀 */ b: { type: "texxt", classification: "public" }']);
    const [plain, other] = [project(files), project(Object.fromEntries(Object.entries(files).map(([path, text]) => [path, change(text)])))];
    for (const root of [plain, other]) expect(bulkhead(root, ["synth"]).code).toBe(0);
    expect(read(other)).toEqual(read(plain));
    write(plain, { [P]: broken });
    write(other, { [P]: change(broken) });
    expect(check(other)).toEqual(check(plain));
    expect(check(plain).found).toEqual([`BH3012 ${P}:6:17`]);
  });
});

describe("what may not be read", () => {
  test.each([["a product", P, `${P}:1:1`], ["a domain's folder", "tenants/acme/sales", "tenants/acme/sales"], ["a tenant's folder", "tenants/acme", "tenants/acme"], ["the platform", "tenants/platform.ts", "tenants/platform.ts:1:1"], ["the folder of tenants", "tenants", "tenants"]])("%s: said, and dist/ stays", (_, path, place) => {
    const root = project({ [T]: TENANT(), [P]: GOOD });
    bulkhead(root, ["synth"]);
    const before = read(root);
    chmodSync(join(root, path), 0);
    const [command, ...args] = withoutPrivileges([process.execPath, resolve(import.meta.dirname, "../../build/cli/bin.js"), "synth", "--format", "json"]);
    const { status, stdout } = spawnSync(command!, args, { cwd: root, encoding: "utf8" });
    chmodSync(join(root, path), 0o755);
    expect([status, problems(stdout).map(at)[0]]).toEqual([2, `BH0005 ${place}`]);
    expect(stdout).not.toContain(root);
    expect(read(root)).toEqual(before);
  });

  test("a definition that is deleted while it is read", async () => {
    const root = project({ [T]: TENANT(), [P]: GOOD, "tenants/acme/sales/gone.ts": GOOD });
    const gone = join(root, "tenants/acme/sales/gone.ts");
    // Deleted after the fleet was listed and read, before it runs: the children's start is when it goes.
    const hook = `import childProcess from "node:child_process"; import fs from "node:fs"; import { syncBuiltinESMExports } from "node:module"; const { fork } = childProcess; childProcess.fork = (...a) => { fs.rmSync(${JSON.stringify(gone)}, { force: true }); return fork(...a); }; syncBuiltinESMExports();`;
    const child = spawn(process.execPath, ["--import", `data:text/javascript,${encodeURIComponent(hook)}`, resolve(import.meta.dirname, "../../build/cli/bin.js"), "synth", "--format", "json"], { cwd: root, stdio: ["ignore", "pipe", "ignore"] });
    let stdout = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => { stdout += text; });
    const code = await new Promise((done) => { child.on("close", done); });
    expect([code, problems(stdout).map(at)]).toEqual([2, ["BH2040 tenants/acme/sales/gone.ts:1:1"]]);
    expect(stdout).not.toContain(root);
    expect(existsSync(join(root, "dist"))).toBe(false);
  });
});

describe("an unknown --base", () => {
  const git = (root: string, ...args: string[]): void => { expect(spawnSync("git", ["-c", "user.email=a@b.example", "-c", "user.name=a", ...args], { cwd: root }).status).toBe(0); };
  test.each([["in a repository", true], ["where there is none", false]])("%s", (_, repository) => {
    const root = project({ [T]: TENANT(), [P]: GOOD });
    if (repository) { git(root, "init", "-q"); git(root, "commit", "-q", "--allow-empty", "-m", "x"); }
    for (const base of ["nowhere", "--help", "HEAD:dist", "0000000000000000000000000000000000000000", ""]) {
      const { code, stdout } = bulkhead(root, ["synth", `--base=${base}`, "--format", "json"]);
      expect([base, code, problems(stdout).map(at)]).toEqual([base, 2, ["BH0006 "]]);
    }
    expect(existsSync(join(root, "dist"))).toBe(false);
  });
});

describe("a damaged cache", () => {
  const FILE = ".bulkhead/cache.json";
  type Memory = { files: Record<string, Record<string, unknown>>; tenants: Record<string, Record<string, unknown>>; platform: Record<string, unknown>; start: Record<string, unknown>; [key: string]: unknown };
  const root = project({ [T]: TENANT(), [P]: GOOD });
  expect(bulkhead(root, ["synth"]).code).toBe(0);
  // As written now: the tests must not fall behind the format, or every case would be "of another version".
  const VERSION = readFileSync(join(root, FILE), "utf8").split(" ")[0]!;
  const sealed = (value: unknown, version = VERSION): string => { const body = JSON.stringify(value); return `${version} ${hash("sha256", body, "hex")}\n${body}`; };
  const inside = (change: (memory: Memory) => void) => (text: string): string => { const memory = JSON.parse(text.slice(text.indexOf("\n") + 1)) as Memory; change(memory); return sealed(memory); };
  const [good, dist] = [readFileSync(join(root, FILE), "utf8"), read(root)];

  test.each<[string, (text: string) => string, boolean]>([
    ["is empty", () => "", true],
    ["is cut off", (text) => text.slice(0, -100), true],
    ["has another checksum", (text) => text.replace(/ [0-9a-f]{64}/, ` ${"0".repeat(64)}`), true],
    ["is not text", () => "\u0000\u0001\u0002", true],
    ["is JSON of another kind", () => "{}", true],
    ["is of another version", (text) => sealed(JSON.parse(text.slice(text.indexOf("\n") + 1)), "0"), false],
    ["is no JSON under its checksum", () => `${VERSION} ${hash("sha256", "{", "hex")}\n{`, true],
    ["holds null", () => sealed(null), true],
    ["holds a list", () => sealed([]), true],
    ["has no tenants", inside((m) => { delete (m as Partial<Memory>).tenants; }), true],
    ["has a tenant that is null", inside((m) => { m.tenants.acme = null as never; }), true],
    ["has folders that are a number", inside((m) => { m.tenants.acme!.folders = 5; }), true],
    ["has a folder without paths", inside((m) => { delete (m.tenants.acme!.folders as Record<string, unknown>[])[0]!.paths; }), true],
    ["has imports that are null", inside((m) => { for (const facts of Object.values(m.files)) facts.imports = [null]; }), true],
    ["has problems without text", inside((m) => { m.tenants.acme!.problems = [{ code: 7 }]; }), true],
    ["has a platform that is a number", inside((m) => { m.start.platform = 3; }), true],
    ["has platform folders that are an object", inside((m) => { m.platform.folders = {}; }), true],
  ])("that %s: thrown away, and said where it is damage", (_, change, said) => {
    write(root, { [FILE]: change(good) });
    const { code, stdout } = bulkhead(root, ["synth", "--format", "json"]);
    expect([code, problems(stdout).map((p) => p.code)]).toEqual([0, said ? ["BH5008"] : []]);
    expect(read(root)).toEqual(dist);
    expect(problems(bulkhead(root, ["synth", "--format", "json"]).stdout)).toEqual([]);
  });

  test("that is a folder", () => {
    rmSync(join(root, FILE));
    mkdirSync(join(root, FILE));
    expect(problems(bulkhead(root, ["synth", "--format", "json"]).stdout).map((p) => p.code)).toEqual(["BH5008"]);
    expect([problems(bulkhead(root, ["synth", "--format", "json"]).stdout), read(root)]).toEqual([[], dist]);
  });

  test.each<[string, string]>([["cut off", '{"version":2,"out":"di'], ["empty", ""], ["null", "null"], ["a list", "[]"], ["of another version", '{"version":3}'], ["with wrong types", '{"version":2,"out":"dist","folders":{},"place":[],"remove":[]}'], ["with null inside", '{"version":2,"out":"dist","folders":[],"place":[null],"remove":[]}'], ["with a path that is a number", '{"version":2,"out":"dist","folders":[1],"place":[],"remove":[]}']])("a journal that is %s: said, thrown away, and the tree is whole", (_, journal) => {
    write(root, { ".bulkhead/journal.json": journal, ".bulkhead/staging/prod-eu/x.yaml": "x" });
    const { code, stderr } = bulkhead(root, ["synth"]);
    expect([code, stderr]).toEqual([0, expect.stringMatching(/warning\[BH5004\].*thrown away/)]);
    expect([read(root), existsSync(join(root, ".bulkhead/journal.json")), existsSync(join(root, ".bulkhead/staging"))]).toEqual([dist, false, false]);
  });

  test("a cache of another checkout", () => {
    const other = project({ [T]: TENANT(), [P]: table([column("b")]) });
    cpSync(join(root, ".bulkhead"), join(other, ".bulkhead"), { recursive: true });
    expect(bulkhead(other, ["synth"]).code).toBe(0);
    const cached = read(other);
    expect(bulkhead(other, ["synth", "--no-cache"]).stdout).toContain("0 created, 0 replaced, 0 removed");
    expect(read(other)).toEqual(cached);
  });
});
