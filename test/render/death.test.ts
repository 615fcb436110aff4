/** Every step of a write times every way to die there: afterwards the tree is the old or the new one, after the next command at the latest (D32). */
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { planFolder } from "../../src/render/plan.ts";
import { withWriter, writeTree } from "../../src/render/write.ts";
import { ownMounts, withoutPrivileges } from "./disk.ts";
import { BOTH, FOLDERS, OLD, read, readAll, recover, want } from "./tree.ts";

const made: string[] = [];
afterAll(() => { for (const folder of made) rmSync(folder, { recursive: true, force: true }); });
const src = (file: string): string => JSON.stringify(resolve(import.meta.dirname, "../../src/render", file));

type Step = (name: string) => void;
const put = (root: string, folders: typeof FOLDERS, step: Step = () => {}): Promise<unknown> =>
  withWriter(root, "dist", () => writeTree({ root, out: "dist", step, plans: folders.map((f) => planFolder({ root, out: "dist", ...f, stage: true, step })) }));

/** A project with the old tree. */
async function begin(): Promise<string> {
  const root = mkdtempSync(join(tmpdir(), "bulkhead-death-"));
  made.push(root);
  await put(root, [{ folder: "c/tenants/a", files: OLD }]);
  expect(read(root)).toEqual(want(OLD));
  return root;
}

/** The same write in a process of its own, as a script; `before` has `n` for the number of the step and `name`. */
const script = (root: string, before = ""): string => `import { withWriter, writeTree } from ${src("write.ts")}; import { planFolder } from ${src("plan.ts")};
let n = 0; const step = (name) => { n++; ${before} }; const [root, out] = [${JSON.stringify(root)}, "dist"];
try { await withWriter(root, out, () => writeTree({ root, out, step, plans: ${JSON.stringify(FOLDERS)}.map((f) => planFolder({ root, out, ...f, stage: true, step })) })); }
catch (error) { console.log(JSON.stringify({ code: error.code, message: error.message, hint: error.hint })); }`;
const node = (text: string): string[] => [process.execPath, "--input-type=module", "-e", text];
const run = ([command, ...args]: string[]): { status: number | null; signal: string | null; stdout: string; stderr: string } => spawnSync(command!, args, { encoding: "utf8" });

/** What the tree is, or a text that says it is neither. */
const state = (root: string): string => { const now = JSON.stringify(read(root)); return now === JSON.stringify(want(OLD)) ? "old" : now === JSON.stringify(want(BOTH)) ? "new" : `a mixture: ${now}`; };
const CLEAN = { "locks/": "" };

/** The names of the steps of this write, in order. */
const steps = async (): Promise<string[]> => { const names: string[] = []; await put(await begin(), FOLDERS, (name) => { names.push(name); }); return names; };
const NAMES = await steps();
/** What the next command makes of it. */
const AFTER: Record<string, string> = { stage: "old", journal: "old", remove: "new", folder: "new", place: "new", close: "new" };

test("the write that dies has every kind of step", () => {
  expect([...new Set(NAMES)]).toEqual(Object.keys(AFTER));
});

const kill = (signal: string) => (root: string, at: number): unknown => { expect(run(node(script(root, `if (n === ${at}) process.kill(process.pid, "${signal}");`)))).toMatchObject({ signal, stderr: "" }); return undefined; };
const refuse = (code: string) => async (root: string, at: number): Promise<unknown> => {
  let n = 0;
  const error = Object.assign(new Error(`${code}: refused`), { code, errno: -1, syscall: "rename", path: join(root, ".bulkhead/staging/c/x"), dest: join(root, "dist/c/x") });
  return await put(root, FOLDERS, () => { if (++n === at) throw error; }).then(() => "no error", (thrown: unknown) => thrown);
};
const DEATHS: Record<string, (root: string, at: number) => unknown> = {
  SIGKILL: kill("SIGKILL"),
  ...Object.fromEntries(["ENOSPC", "EDQUOT", "EFBIG", "EROFS", "EACCES", "EPERM", "EIO"].map((code) => [code, refuse(code)])),
};

describe("a death at every step", () => {
  const table: string[] = [];
  afterAll(() => { console.log(["death    " + NAMES.map((name) => name.padEnd(8)).join(""), ...table].join("\n")); });
  test.each(Object.keys(DEATHS))("of %s leaves the old tree or the new one", async (death) => {
    const ends: string[] = [];
    for (const [index, name] of NAMES.entries()) {
      const root = await begin();
      const error = await DEATHS[death]!(root, index + 1);
      const opened = existsSync(join(root, ".bulkhead/journal.json"));
      if (error !== undefined) {
        expect(error, `${death} at ${name}`).toMatchObject({ code: "BH5007", message: expect.stringMatching(/^dist\/c\/x cannot be written: /), hint: expect.stringMatching(/./) });
        // A refused write clears up by itself, unless it is to go on.
        if (!opened) expect([state(root), readAll(join(root, ".bulkhead"))]).toEqual(["old", CLEAN]);
      }
      if (!opened) expect(state(root), `${death} at ${name}`).toBe("old");
      await withWriter(root, "dist", async () => {});
      expect(state(root), `${death} at step ${index + 1}, ${name}`).toBe(AFTER[name]);
      expect(readAll(join(root, ".bulkhead")), `${death} at step ${index + 1}, ${name}`).toEqual(CLEAN);
      ends.push(state(root));
      await put(root, FOLDERS);
      expect(state(root)).toBe("new");
    }
    table.push(death.padEnd(9) + ends.map((end) => end.padEnd(8)).join(""));
  });

  test.each(["SIGINT", "SIGTERM", "SIGHUP"])("of %s waits until a write that has begun is whole, and leaves nothing behind", async (signal) => {
    for (const [index, name] of NAMES.entries()) {
      const root = await begin();
      const { status } = run(node(script(root, `if (n === ${index + 1}) process.kill(process.pid, "${signal}");`)));
      expect(status, `${signal} at ${name}`).toBe({ SIGINT: 130, SIGTERM: 143, SIGHUP: 129 }[signal]);
      expect(state(root), `${signal} at step ${index + 1}, ${name}`).toMatch(name === "stage" ? /^old$/ : /^(old|new)$/);
      expect(readAll(join(root, ".bulkhead"))).toEqual(CLEAN);
    }
  });

  test("of a recovery, at every step of it, is recovered from in turn", async () => {
    const first = NAMES.indexOf("remove") + 1;
    for (let at = 1; at <= NAMES.length - first + 1; at++) {
      const root = await begin();
      kill("SIGKILL")(root, first);
      const { signal } = run(node(`import { finishJournal } from ${src("journal.ts")}; let n = 0; finishJournal(${JSON.stringify(root)}, () => { if (++n === ${at}) process.kill(process.pid, "SIGKILL"); });`));
      expect(signal).toBe("SIGKILL");
      expect(await recover(root)).toEqual([]);
      expect([state(root), readAll(join(root, ".bulkhead"))], `at ${at}`).toEqual(["new", CLEAN]);
    }
  });
});

test("a journal that never became one is cleared away, also by a command that has nothing to write", async () => {
  const root = await begin();
  writeFileSync(join(root, ".bulkhead/journal.json.new"), "{");
  await withWriter(root, "dist", async () => {});
  expect([state(root), readAll(join(root, ".bulkhead"))]).toEqual(["old", CLEAN]);
});

test("a process whose parent was killed stages nothing more", async () => {
  const root = await begin();
  const file = (n: number): string => JSON.stringify({ path: `c/tenants/b/${n}.yaml`, text: "" });
  const child = `import { planFolder } from ${src("plan.ts")}; let n = 0; const parent = process.ppid;
    const step = () => { if (++n === 3) { process.kill(parent, "SIGKILL"); while (process.ppid === parent); } };
    process.on("message", () => { try { planFolder({ root: ${JSON.stringify(root)}, out: "dist", folder: "c/tenants/b", files: [${[1, 2, 3, 4].map(file)}], stage: true, step }); } finally { process.exit(); } });`;
  writeFileSync(join(root, "child.mjs"), child);
  const parent = `import { fork } from "node:child_process"; fork(${JSON.stringify(join(root, "child.mjs"))}, [], { execArgv: [] }).send(1); setInterval(() => {}, 1000);`;
  // The child's stderr is inherited: it closes when the child has ended.
  await new Promise<void>((done) => { const p = spawn(process.execPath, ["--input-type=module", "-e", parent], { stdio: ["ignore", "ignore", "pipe"] }); p.stderr.resume(); p.on("close", () => { done(); }); });
  expect(readdirSync(join(root, ".bulkhead/staging/c/tenants/b")).sort()).toEqual(["1.yaml", "2.yaml"]);
});

describe("a real file system that refuses", () => {
  const refusedWith = (stdout: string, where: RegExp, why: RegExp): void => {
    const { code, message, hint } = JSON.parse(stdout) as { code: string; message: string; hint: string };
    expect([code, message, hint]).toEqual(["BH5007", expect.stringMatching(why), expect.stringMatching(/./)]);
    expect(message).toMatch(where);
    expect(message).not.toContain(tmpdir());
  };
  const recovers = async (root: string): Promise<void> => {
    await withWriter(root, "dist", async () => {});
    expect(state(root)).toMatch(/^(old|new)$/);
    expect(readAll(join(root, ".bulkhead"))).toEqual(CLEAN);
    await put(root, FOLDERS);
    expect([state(root), readAll(join(root, ".bulkhead"))]).toEqual(["new", CLEAN]);
  };

  test("a limit of file sizes", async () => {
    const root = await begin();
    const { stdout } = run(["sh", "-c", 'ulimit -f 0; exec "$0" "$@"', ...node(script(root))]);
    refusedWith(stdout, /^\.bulkhead\/staging\//, /larger than this process may write/);
    expect(state(root)).toBe("old");
    await recovers(root);
  });

  test.each<[string, string, RegExp]>([
    ["the folder of changed files", "dist/c/tenants/a", /^dist\/c\/tenants\/a cannot/],
    ["the folder of a file that goes", "dist/c/tenants/a/gone", /^dist\/c\/tenants\/a\/gone cannot/],
    ["the folder of a new folder", "dist/c/tenants", /^dist\/c\/tenants cannot/],
    ["the lock's folder", ".bulkhead/locks", /^\.bulkhead\/locks\//],
    ["the folder of the staging folder", ".bulkhead", /^\.bulkhead\/staging/],
  ])("%s without permission to write", async (_, folder, where) => {
    const root = await begin();
    const [command, ...args] = withoutPrivileges(["sh", "-c", `chmod 555 "${join(root, folder)}"; "$0" "$@"; chmod 755 "${join(root, folder)}"`, ...node(script(root))]);
    const { stdout, stderr } = spawnSync(command!, args, { encoding: "utf8" });
    expect(stderr).toBe("");
    refusedWith(stdout, where, /permission is missing/);
    expect([state(root), existsSync(join(root, ".bulkhead/journal.json"))]).toEqual(["old", false]);
    await recovers(root);
  });

  /** Runs a shell script with mounts of its own on `$1`, where the project then lies; afterwards the project is back at `root`. */
  const mounted = (root: string, prepare: string, mend = "true"): { stdout: string; stderr: string } => {
    const copy = `${root}-mounted`;
    made.push(copy);
    const text = `set -e; mkdir "$1"; mount -t tmpfs -o size=8m t "$1"; cp -a "$2/." "$1"; ${prepare}; "$3" --input-type=module -e "$4"; ${mend}; rm -r "$2"; mkdir "$2"; cp -a "$1/." "$2"`;
    const [command, ...args] = ownMounts!;
    return spawnSync(command!, [...args, text, "sh", copy, root, process.execPath, script(copy)], { encoding: "utf8" });
  };
  const full = '$(df -B1 --output=used "$1" | tail -1)';
  const FULL: [string, string][] = [0, 1, 2, 3, 4, 6, 8].map((pages) => [`${pages} free pages`, `mount -o remount,size=$((${full} + ${pages} * 4096)) "$1"`]);
  const INODES: [string, string][] = [0, 1, 2, 4, 6, 8, 10, 12, 14].map((inodes) => [`${inodes} free names`, `mount -o remount,nr_inodes=$(($(df --output=iused "$1" | tail -1) + ${inodes})) "$1"`]);

  // A system that gives no mounts has the rows above, which are as real.
  describe.runIf(ownMounts !== undefined)("mounted for the test", () => {
    test.each([...FULL, ...INODES])("a disk with %s", async (_, prepare) => {
      const root = await begin();
      const { stdout, stderr } = mounted(root, prepare, 'mount -o remount,size=8m,nr_inodes=1000 "$1"');
      expect(stderr).toBe("");
      const opened = existsSync(join(root, ".bulkhead/journal.json"));
      if (stdout !== "") refusedWith(stdout, /^(\.bulkhead|dist)\//, /the disk is full/);
      if (stdout !== "" && !opened) expect(state(root)).toBe("old");
      if (stdout === "") expect(state(root)).toBe("new");
      await recovers(root);
    });

    test("a disk that is read-only", async () => {
      const root = await begin();
      const { stdout, stderr } = mounted(root, 'mount -o remount,ro "$1"');
      expect(stderr).toBe("");
      refusedWith(stdout, /^\.bulkhead\/locks\//, /read-only/);
      expect(state(root)).toBe("old");
      await recovers(root);
    });

    test.each<[string, string, RegExp]>([
      ["on a read-only disk", 'mount --bind "$1/dist" "$1/dist"; mount -o remount,bind,ro "$1/dist"', /^dist\/c\/tenants\S* cannot be written: the file system is read-only/],
      ["on another disk", 'mount -t tmpfs t "$1/dist"; cp -a "$2/dist/." "$1/dist"', /^dist cannot be written: it lies on another file system/],
      ["mounted from the same disk", 'mount --bind "$1/dist" "$1/dist"', /^dist cannot be written: it lies on another file system/],
    ])("an output folder %s: refused before anything is touched", async (_, prepare, message) => {
      const root = await begin();
      const { stdout, stderr } = mounted(root, prepare);
      expect(stderr).toBe("");
      refusedWith(stdout, message, /./);
      expect([state(root), existsSync(join(root, ".bulkhead/journal.json"))]).toEqual(["old", false]);
      await recovers(root);
    });
  });
});
