import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { expect, test } from "vitest";
import { shellWord } from "../../src/model/shell.ts";
import { suiteCount } from "../real/provision/budget.ts";

const said = (words: readonly string[]): string[] => execFileSync("/bin/bash", ["-c", `printf '%s\\0' ${words.map(shellWord).join(" ")}`], { encoding: "utf8" }).split("\0").slice(0, -1);

test("a shell reads back what was meant, and runs none of it", () => {
  const harm = ["", "a b", "'", "''", "$(touch x)", "`id`", "; rm -rf /", "a\nb", "\u001b[31m", "\u202e", "!!", "~", "*", "\\", "\\'", "-x", "é☃", "$'\\x41'", "a&b|c>d", "{1,2}", "#"];
  expect(said(harm)).toEqual(harm);
  for (const text of harm) expect(shellWord(text)).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
  fc.assert(fc.property(fc.array(fc.string({ unit: "grapheme" }).filter((text) => !text.includes("\0") && text.isWellFormed()), { minLength: 1, maxLength: 20 }), (texts) => { expect(said(texts)).toEqual(texts); }), { numRuns: suiteCount("unit", "lists") });
});

test("plain words stay plain", () => expect(["--uid=acme--x", "s3://a/b", "@x%+,"].map(shellWord)).toEqual(["--uid=acme--x", "s3://a/b", "'@x%+,'"]));
