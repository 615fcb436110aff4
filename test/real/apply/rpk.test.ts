/** What stands in for rpk: a shell decides what its words are, and lists are lines of CSV. */
import { describe, expect, test } from "vitest";
import { bindingsOf, callsOf, csv } from "./rpk.ts";

test.each<[string, string[]]>([
  ["a", ["a"]], ["a,b", ["a", "b"]], ['"a,b"', ["a,b"]], ['"a""b",c', ['a"b', "c"]], ["a,", ["a", ""]], ["a\nb", ["a\nb"]], ["", [""]],
])("the line %j of CSV", (line, fields) => expect(csv(line)).toEqual(fields));
test.each(['a"b', '"a', '"a"b'])("%j is no CSV", (line) => expect(() => csv(line)).toThrow());

describe("the shell", () => {
  test("splits, quotes and substitutes", () => expect(callsOf("rpk a 'b c' \"$(printf '\\033x')\"\nrpk d")).toEqual([["a", "b c", "\u001bx"], ["d"]]));
  test("finds no other program", () => expect(() => callsOf("touch x")).toThrow("the shell ended with 127"));
  test("stops at the first failure", () => expect(() => callsOf("false; rpk a")).toThrow("the shell ended with"));
});

test("rules are every combination of what is listed", () => {
  expect(bindingsOf(["--allow-principal=User:a", "--allow-host=*", "--operation=Read,Write", "--topic=x,y", "--resource-pattern-type=prefixed"]).map(({ operation, name, pattern }) => [operation, name, pattern]))
    .toEqual([["Read", "x", "prefixed"], ["Write", "x", "prefixed"], ["Read", "y", "prefixed"], ["Write", "y", "prefixed"]]);
});
