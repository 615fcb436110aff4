import { execFile, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { digest } from "../../src/render/file.ts";
import { takeLock } from "../../src/render/lock.ts";
import { planFolder, type TreeFile } from "../../src/render/plan.ts";
import { type Written, summarize, withWriter, writeTree as writePlans } from "../../src/render/write.ts";
import { NEW, OLD, read, recover, want } from "./tree.ts";

interface Wish { root: string; out: string; files: TreeFile[]; folder?: string; patience?: number }
/** Plans and writes one folder, of the whole tree by default. */
const writeTree = ({ root, out, files, folder = "", patience }: Wish): Promise<Written> => withWriter(root, out, () => writePlans({ root, out, plans: [planFolder({ root, out, folder, files, stage: true })] }), patience);
const compareTree = ({ root, out, files, folder = "" }: Wish): Written => summarize([planFolder({ root, out, folder, files, stage: false })]);

const made: string[] = [];
const folder = (): string => { const f = mkdtempSync(join(tmpdir(), "bulkhead-write-")); made.push(f); return f; };
afterAll(() => { for (const f of made) rmSync(f, { recursive: true, force: true }); });

describe("writeTree", () => {
  test("creates, replaces, removes, and then has nothing to do", async () => {
    const root = folder();
    expect((await writeTree({ root, out: "dist", files: OLD })).created).toHaveLength(4);
    const second = await writeTree({ root, out: "dist", files: NEW });
    expect(second).toMatchObject({ created: ["c/tenants/a/four/new.yaml"], removed: ["c/tenants/a/gone/three.yaml"], unchanged: 1 });
    expect(read(root)).toEqual(want(NEW));
    expect(existsSync(join(root, "dist/c/tenants/a/gone"))).toBe(false);
    expect(await writeTree({ root, out: "dist", files: NEW })).toMatchObject({ created: [], replaced: [], removed: [], unchanged: 4 });
  });

  test("reports and leaves what it did not write", async () => {
    const root = folder();
    await writeTree({ root, out: "dist", files: OLD });
    writeFileSync(join(root, "dist/c/notes.md"), "mine");
    expect((await writeTree({ root, out: "dist", files: NEW })).foreign).toEqual(["c/notes.md"]);
    expect(existsSync(join(root, "dist/c/notes.md"))).toBe(true);
    expect(compareTree({ root, out: "dist", files: NEW })).toEqual({ created: [], replaced: [], removed: [], unchanged: 4, foreign: ["c/notes.md"] });
  });

  test("looks at nothing outside the planned folder", async () => {
    const root = folder();
    await writeTree({ root, out: "dist", files: OLD });
    const other = [{ path: "c/tenants/b/x.yaml", text: "b" }];
    expect(compareTree({ root, out: "dist", files: other, folder: "c/tenants/b" })).toEqual({ created: ["c/tenants/b/x.yaml"], replaced: [], removed: [], unchanged: 0, foreign: [] });
    expect(await writeTree({ root, out: "dist", files: other, folder: "c/tenants/b" })).toEqual({ created: ["c/tenants/b/x.yaml"], replaced: [], removed: [], unchanged: 0, foreign: [] });
    expect(read(root)).toEqual(want([...OLD, ...other]));
  });

  test("refuses a file outside the planned folder", async () => {
    await expect(writeTree({ root: folder(), out: "dist", files: OLD, folder: "c/tenants/b" })).rejects.toMatchObject({ code: "BH5005" });
  });

  test("touches no file that is as it should be", async () => {
    const root = folder();
    await writeTree({ root, out: "dist", files: OLD });
    const before = statSync(join(root, "dist/c/tenants/a/one.yaml"), { bigint: true });
    await writeTree({ root, out: "dist", files: NEW });
    const after = statSync(join(root, "dist/c/tenants/a/one.yaml"), { bigint: true });
    expect([after.mtimeNs, after.ino, after.ctimeNs]).toEqual([before.mtimeNs, before.ino, before.ctimeNs]);
  });

  test("takes broken UTF-8 for what it is, and an inventory's paths for its own folder's only", async () => {
    const root = folder();
    await writeTree({ root, out: "dist", files: [{ path: "c/tenants/a/x.txt", text: "\ufffd" }] });
    writeFileSync(join(root, "dist/c/tenants/a/x.txt"), Buffer.from([0xff]));
    writeFileSync(join(root, "dist/mine.txt"), "mine");
    mkdirSync(join(root, "dist/c/platform"));
    writeFileSync(join(root, "dist/c/platform/inventory.json"), JSON.stringify({ version: 1, files: [{ path: "../../mine.txt" }, { path: "../tenants/a/x.txt" }] }));
    const result = await writeTree({ root, out: "dist", files: [] });
    expect(result).toMatchObject({ removed: ["c/platform/inventory.json"], foreign: ["c/tenants/a/x.txt", "mine.txt"] });
    expect((await writeTree({ root, out: "dist", files: [{ path: "c/tenants/a/x.txt", text: "\ufffd" }] })).replaced).toEqual(["c/tenants/a/x.txt"]);
  });

  test("stages many files with one sync", async () => {
    const root = folder();
    const files = Array.from({ length: 300 }, (_, n) => ({ path: `c/${n % 7}/${n}.yaml`, text: `${n}` }));
    expect((await writeTree({ root, out: "dist", files })).created).toHaveLength(300);
    expect(read(root)).toEqual(want(files));
  });

  test.each<[string, (root: string, outside: string) => void, RegExp]>([
    ["a link to a folder on the way", (root, outside) => { mkdirSync(join(root, "dist/c/tenants"), { recursive: true }); symlinkSync(outside, join(root, "dist/c/tenants/a")); }, /symbolic link/],
    ["a dangling link on the way", (root, outside) => { mkdirSync(join(root, "dist/c/tenants"), { recursive: true }); symlinkSync(join(outside, "none"), join(root, "dist/c/tenants/a")); }, /symbolic link/],
    ["an output folder that is a link", (root, outside) => symlinkSync(outside, join(root, "dist")), /symbolic link/],
    ["a staging folder that is a link", (root, outside) => symlinkSync(outside, join(root, ".bulkhead")), /symbolic link/],
    ["a folder where a file goes", (root) => mkdirSync(join(root, "dist/c/tenants/a/one.yaml"), { recursive: true }), /is a folder/],
    ["a file where a folder goes", (root) => { mkdirSync(join(root, "dist/c"), { recursive: true }); writeFileSync(join(root, "dist/c/tenants"), ""); }, /is a file/],
  ])("refuses %s before anything is touched, and works once it is gone", async (_, prepare, message) => {
    const root = folder();
    const outside = folder();
    prepare(root, outside);
    await expect(writeTree({ root, out: "dist", files: OLD })).rejects.toThrow(message);
    expect(readdirSync(outside)).toEqual([]);
    expect(existsSync(join(root, ".bulkhead/journal.json"))).toBe(false);
    for (const name of ["dist", ".bulkhead"]) rmSync(join(root, name), { recursive: true, force: true });
    expect((await writeTree({ root, out: "dist", files: OLD })).created).toHaveLength(4);
  });

  test("replaces a link where a file goes, not what it leads to", async () => {
    const root = folder();
    const outside = folder();
    writeFileSync(join(outside, "secret"), "s");
    mkdirSync(join(root, "dist/c/tenants/a"), { recursive: true });
    symlinkSync(join(outside, "secret"), join(root, "dist/c/tenants/a/one.yaml"));
    expect((await writeTree({ root, out: "dist", files: OLD })).replaced).toEqual(["c/tenants/a/one.yaml"]);
    expect(readFileSync(join(outside, "secret"), "utf8")).toBe("s");
    expect(lstatSync(join(root, "dist/c/tenants/a/one.yaml")).isFile()).toBe(true);
  });

  test.each(["../x.yaml", "/x.yaml", "a/../../x.yaml", "a//x.yaml", "a\\x.yaml", ""])("refuses the path %j", async (path) => {
    await expect(writeTree({ root: folder(), out: "dist", files: [{ path, text: "" }] })).rejects.toMatchObject({ code: "BH5005" });
  });
  test.each(["..", "../x", "/tmp", ""])("refuses the output folder %j", async (out) => {
    await expect(writeTree({ root: folder(), out, files: OLD })).rejects.toMatchObject({ code: "BH5005" });
  });
});

describe("recover", () => {
  const put = (root: string, path: string, text: string): void => { mkdirSync(join(root, path, ".."), { recursive: true }); writeFileSync(join(root, path), text); };

  const open = (root: string, journal: unknown): void => { mkdirSync(join(root, ".bulkhead/staging"), { recursive: true }); writeFileSync(join(root, ".bulkhead/journal.json"), typeof journal === "string" ? journal : JSON.stringify(journal)); };

  test.each<[string, unknown]>([
    ["is cut off", "{"],
    ["is of another version", { version: 1, out: "dist", folders: [], place: [], remove: [] }],
    ["removes outside the tree", { version: 2, out: "dist", folders: [], place: [], remove: [{ path: "../keep.txt", was: digest("keep") }] }],
    ["writes outside the tree", { version: 2, out: "..", folders: [], place: [], remove: [] }],
    ["puts a folder outside the tree", { version: 2, out: "dist", folders: ["../x"], place: [], remove: [] }],
    ["takes what is not staged", { version: 2, out: "dist", folders: [], place: [{ path: "../../keep.txt", sha256: digest("keep"), was: "" }], remove: [] }],
  ])("throws away a journal that %s", async (_, journal) => {
    const root = folder();
    await writeTree({ root, out: "dist", files: OLD });
    writeFileSync(join(root, "keep.txt"), "keep");
    open(root, journal);
    await recover(root);
    expect(read(root)).toEqual(want(OLD));
    expect(readFileSync(join(root, "keep.txt"), "utf8")).toBe("keep");
    expect(existsSync(join(root, ".bulkhead/journal.json"))).toBe(false);
  });

  test("leaves and names what was changed since, and staged bytes that were lost", async () => {
    const root = folder();
    await writeTree({ root, out: "dist", files: [{ path: "edited", text: "1" }, { path: "removed", text: "1" }, { path: "lost", text: "1" }, { path: "fine", text: "1" }] });
    const place = ["edited", "lost", "fine"].map((path) => ({ path, sha256: digest("2"), was: digest("1") }));
    open(root, { version: 2, out: "dist", folders: [], place, remove: [{ path: "removed", was: digest("1") }] });
    for (const path of ["edited", "fine"]) writeFileSync(join(root, ".bulkhead/staging", path), "2");
    writeFileSync(join(root, ".bulkhead/staging/lost"), "");
    for (const path of ["edited", "removed"]) writeFileSync(join(root, "dist", path), "mine");
    expect(await recover(root)).toEqual(["removed", "edited", "lost"]);
    expect(read(root)).toEqual({ edited: "mine", removed: "mine", lost: "1", fine: "2" });
    expect(await recover(root)).toEqual([]);
  });

  test("goes on where a recovery was itself cut off, at every place", async () => {
    for (let done = 0; done <= 3; done++) {
      const root = folder();
      await writeTree({ root, out: "dist", files: OLD });
      const place = NEW.filter((f) => !OLD.some((o) => o.path === f.path && o.text === f.text)).map(({ path, text }) => ({ path, sha256: digest(text), was: digest(OLD.find((o) => o.path === path)?.text ?? "") }))
        .map((p) => (OLD.some((o) => o.path === p.path) ? p : { ...p, was: "" }));
      const gone = OLD.find((o) => !NEW.some((f) => f.path === o.path))!;
      open(root, { version: 2, out: "dist", folders: [], place, remove: [{ path: gone.path, was: digest(gone.text) }] });
      place.forEach(({ path }, n) => {
        const text = NEW.find((f) => f.path === path)!.text;
        if (n >= done) return put(root, `.bulkhead/staging/${path}`, text);
        put(root, `dist/${path}`, text);
      });
      expect(await recover(root)).toEqual([]);
      expect(read(root)).toEqual(want(NEW));
    }
  });
});

describe("the lock", () => {
  const start = (pid: number): string => { const stat = readFileSync(`/proc/${pid}/stat`, "utf8"); return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19]!; };
  const host = createHash("sha256").update(hostname()).digest("hex").slice(0, 8);
  const put = (root: string, name: string): void => { mkdirSync(join(root, ".bulkhead/locks"), { recursive: true }); writeFileSync(join(root, ".bulkhead/locks", name), ""); };
  const dead = spawnSync("true").pid;

  test.each<[string, string, boolean]>([
    ["a living process", `${process.ppid}-${start(process.ppid)}-${host}`, false],
    ["a dead process", `${dead}-1-${host}`, true],
    ["a dead process whose number another has now", `${process.ppid}-1-${host}`, true],
    ["another host", `${dead}-1-00000000`, false],
  ])("of %s (%s): taken %s", async (_, name, taken) => {
    const root = folder();
    put(root, name);
    const write = writeTree({ root, out: "dist", files: OLD, patience: 0 });
    if (taken) expect((await write).created).toHaveLength(4);
    else await expect(write).rejects.toMatchObject({ code: "BH5003", message: expect.stringContaining(`process ${name.split("-")[0]}`), hint: expect.stringContaining(name) });
    expect(readdirSync(join(root, ".bulkhead/locks"))).toEqual(taken ? [] : [name]);
  });

  test("is waited for, within a process too", async () => {
    const root = folder();
    const release = await takeLock(root);
    await expect(takeLock(root, 0)).rejects.toMatchObject({ code: "BH5003" });
    setTimeout(release, 100);
    await writeTree({ root, out: "dist", files: OLD });
    expect(read(root)).toEqual(want(OLD));
  });

  test("never lets two processes in at once, with dead holders to take over from", async () => {
    const root = folder();
    put(root, `${dead}-1-${host}`);
    const script = `import { takeLock } from ${JSON.stringify(resolve(import.meta.dirname, "../../src/render/lock.ts"))}; import { openSync, closeSync, unlinkSync } from "node:fs";
      for (let n = 0; n < 15; n++) { const release = await takeLock(${JSON.stringify(root)}, 50000); const f = ${JSON.stringify(join(root, "inside"))};
        closeSync(openSync(f, "wx")); await new Promise((r) => setTimeout(r, n % 3)); unlinkSync(f); release(); await new Promise((r) => setTimeout(r, 1)); }`;
    const ends = await Promise.all(Array.from({ length: 4 }, () => new Promise<string>((done) => {
      execFile(process.execPath, ["--input-type=module", "-e", script], (error, _, stderr) => done(error ? stderr : ""));
    })));
    expect(ends).toEqual(["", "", "", ""]);
  });
});
