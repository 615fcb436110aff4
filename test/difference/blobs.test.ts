import { createHash } from "node:crypto";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { Blobs } from "../../src/difference/blobs.ts";
import { git, repository } from "../audit/repository.ts";

const SIZES = [0, 1, 41, 65_535, 65_536, 65_537, 3_000_000];
const texts = [...SIZES.map((size) => Buffer.alloc(size, `${size}\n`)), ...Array.from({ length: 2000 }, (_, i) => Buffer.from(`file ${i}\n`.repeat(i % 40)))];
const root = repository(Object.fromEntries(texts.map((text, i) => [`f/${String(i).padStart(5, "0")}`, text])));
const idOf = (text: Buffer): string => createHash("sha1").update(`blob ${text.length}\0`).update(text).digest("hex");
const ids = texts.map(idOf);
const all = async (blobs: Blobs, wanted: Iterable<string>): Promise<Buffer[]> => { const found: Buffer[] = []; for await (const blob of blobs.read(wanted)) found.push(Buffer.from(blob)); return found; };

describe("blobs of a repository", () => {
  test("come whole and in order, whatever their size, also when asked for again", async () => {
    const blobs = new Blobs(root);
    for (const wanted of [ids, [...ids].reverse(), [], ids.slice(0, 7).flatMap((id) => [id, id])]) {
      const found = await all(blobs, wanted);
      expect(found.map(idOf)).toEqual(wanted);
    }
    await blobs.close();
  });

  test("two readings at once do not mix", async () => {
    const blobs = new Blobs(root);
    const [one, two] = await Promise.all([all(blobs, ids), all(blobs, [...ids].reverse())]);
    expect([one.map(idOf), two.map(idOf)]).toEqual([ids, [...ids].reverse()]);
    await blobs.close();
  });

  test("a reading that stops early leaves nothing for the next", async () => {
    const blobs = new Blobs(root);
    for await (const blob of blobs.read(ids)) if (blob.length === 41) break;
    expect((await all(blobs, ids.slice(10, 20))).map(idOf)).toEqual(ids.slice(10, 20));
    await blobs.close();
  });

  test("only so many are asked for ahead of whoever reads", async () => {
    const blobs = new Blobs(root);
    let asked = 0;
    const wanted = function* (): Generator<string> { for (const id of ids) { asked++; yield id; } };
    const reading = blobs.read(wanted());
    await reading.next();
    expect(asked).toBeLessThan(600);
    await reading.return();
    await blobs.close();
  });

  test.each<[string, string, RegExp]>([
    ["an id that is none", "0".repeat(40), /said 0{40} missing/],
    ["a tree", git(root, ["rev-parse", "HEAD^{tree}"]), /said [0-9a-f]{40} tree/],
    ["a word", "--batch", /said --batch missing/],
  ])("%s is an error, and the next reading works", async (_, id, message) => {
    const blobs = new Blobs(root);
    await expect(all(blobs, [ids[3]!, id, ids[4]!])).rejects.toMatchObject({ code: "BH0011", message: expect.stringMatching(message) });
    expect((await all(blobs, ids.slice(0, 3))).map(idOf)).toEqual(ids.slice(0, 3));
    await blobs.close();
  });

  test("a damaged blob is an error, in git's words", async () => {
    const broken = repository({ a: "text of a", b: "text of b" });
    const id = idOf(Buffer.from("text of a"));
    const file = join(broken, ".git/objects", id.slice(0, 2), id.slice(2));
    rmSync(file);
    writeFileSync(file, "no object");
    const blobs = new Blobs(broken);
    await expect(all(blobs, [id])).rejects.toMatchObject({ code: "BH0011", message: expect.stringMatching(/cat-file/) });
    await blobs.close();
  });

  test("a folder that is no repository is an error", async () => {
    const blobs = new Blobs("/proc");
    await expect(all(blobs, [ids[0]!])).rejects.toMatchObject({ code: "BH0011", message: expect.stringMatching(/not a git repository/) });
  });
});
