/** The Jobs' steps call the command line: every option in them is one that it has. */
import { expect, test } from "vitest";
import { buildProgram } from "../../../src/cli/program.ts";
import * as scripts from "../../../src/layers/audit/script.ts";

const program = buildProgram(async () => {});
const calls = Object.values(scripts).filter((script) => typeof script === "string").flatMap((script) => [...script.matchAll(/^bulkhead ([a-z]+(?: [a-z]+)?)(.*)$/gm)].map(([, words, rest]) => ({ words: words!.split(" "), options: [...rest!.matchAll(/ (--[a-z-]+)/g)].map(([, option]) => option!) })));

test("the steps call audit, report merge and report send", () => { expect(calls.map(({ words }) => words.join(" "))).toEqual(["audit", "report merge", "report send"]); });

test.each(calls)("$words: every option is known", ({ words, options }) => {
  const command = words.reduce((at, word) => at.commands.find((one) => one.name() === word)!, program);
  const known = command.options.map(({ long }) => long);
  expect(options.filter((option) => !known.includes(option))).toEqual([]);
  expect(options.length).toBeGreaterThan(0);
});
