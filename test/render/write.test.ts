import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { inventoryText } from "../../src/render/inventory.ts";
import { compareTree, recover, type TreeFile, writeTree } from "../../src/render/write.ts";

const made: string[] = [];
const folder = (): string => { const f = mkdtempSync(join(tmpdir(), "bulkhead-write-")); made.push(f); return f; };
afterAll(() => { for (const f of made) rmSync(f, { recursive: true, force: true }); });

const tree = (files: Record<string, string>): TreeFile[] => {
  const list = Object.entries(files).map(([path, text]) => ({ path: `c/tenants/a/${path}`, text }));
  const entries = list.map(({ path, text }) => ({ path: path.slice("c/tenants/a/".length), sha256: String(text.length), object: null, layer: "x", wave: null, owner: "o", source: { file: "f", path: "" } }));
  return [...list, { path: "c/tenants/a/inventory.json", text: inventoryText(entries) }];
};
const OLD = tree({ "one.yaml": "1", "two.yaml": "2", "gone/three.yaml": "3" });
const NEW = tree({ "one.yaml": "1", "two.yaml": "changed", "four/new.yaml": "4" });
const read = (root: string): Record<string, string> => Object.fromEntries(readdirSync(join(root, "dist"), { recursive: true, withFileTypes: true }).filter((e) => e.isFile()).map((e) => [join(e.parentPath, e.name).slice(root.length + 6), readFileSync(join(e.parentPath, e.name), "utf8")]));
const want = (files: TreeFile[]): Record<string, string> => Object.fromEntries(files.map((f) => [f.path, f.text]));

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
    expect(await compareTree({ root, out: "dist", files: NEW })).toEqual({ changed: [], missing: [], extra: ["c/notes.md"] });
  });

  test("writes nothing through a symbolic link", async () => {
    const root = folder();
    const outside = folder();
    mkdirSync(join(root, "dist/c/tenants"), { recursive: true });
    symlinkSync(outside, join(root, "dist/c/tenants/a"));
    await expect(writeTree({ root, out: "dist", files: OLD })).rejects.toThrow(/symbolic link/);
    expect(readdirSync(outside)).toEqual([]);
  });

  test("a journal that cannot be read is thrown away", async () => {
    const root = folder();
    await writeTree({ root, out: "dist", files: OLD });
    writeFileSync(join(root, ".bulkhead/journal.json"), "{");
    await recover(root);
    expect(read(root)).toEqual(want(OLD));
    expect(existsSync(join(root, ".bulkhead/journal.json"))).toBe(false);
  });

  test("a lock of a living process refuses, one of a dead process is taken over", async () => {
    const root = folder();
    mkdirSync(join(root, ".bulkhead"));
    writeFileSync(join(root, ".bulkhead/lock"), String(process.ppid));
    await expect(writeTree({ root, out: "dist", files: OLD })).rejects.toThrow(/another bulkhead/);
    const dead = spawnSync("true").pid;
    writeFileSync(join(root, ".bulkhead/lock"), String(dead));
    expect((await writeTree({ root, out: "dist", files: OLD })).created).toHaveLength(4);
  });

  test("killed at every step: the tree is the old one or the new one after recovery", async () => {
    const writer = resolve(import.meta.dirname, "../../build/render/write.js");
    let outcomes = { old: 0, new: 0 };
    for (let kill = 1; ; kill++) {
      const root = folder();
      await writeTree({ root, out: "dist", files: OLD });
      const script = `import { writeTree } from ${JSON.stringify(writer)}; let n = 0;
        await writeTree({ root: ${JSON.stringify(root)}, out: "dist", files: ${JSON.stringify(NEW)}, step: () => { if (++n === ${kill}) process.kill(process.pid, "SIGKILL"); } });`;
      const { signal, status, stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", script], { encoding: "utf8" });
      if (signal !== "SIGKILL") { expect(status, stderr).toBe(0); break; }
      await recover(root);
      const after = read(root);
      const isOld = JSON.stringify(Object.entries(after).sort()) === JSON.stringify(Object.entries(want(OLD)).sort());
      if (!isOld) expect(after, `killed at step ${kill}`).toEqual(want(NEW));
      outcomes = { old: outcomes.old + Number(isOld), new: outcomes.new + Number(!isOld) };
    }
    expect(outcomes.old).toBeGreaterThan(2);
    expect(outcomes.new).toBeGreaterThan(3);
  });
});
