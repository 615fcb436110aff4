import { describe, expect, test } from "vitest";
import type { Table } from "../../../src/model/fleet.ts";
import { circleProblems } from "../../../src/model/resolve/circle.ts";

const source = (path: string) => ({ file: "tenants/_shared/t.ts", path });
const table = (name: string, targets: string[], shared = true): Table => ({
  name, domain: "d", product: "p", shared, ...(!shared && { tenant: "acme" }), store: "pg", schema: "d__p", columns: [], key: ["id"], unique: [], indexes: [], source: source(name),
  references: targets.map((target, i) => ({ columns: ["x"], schema: "d__p", table: target, targetColumns: ["id"], onDelete: "restrict" as const, source: source(`${name}.references[${i}]`) })),
});

describe("foreign keys of shared tables", () => {
  test.each<[string, Table[], string[][]]>([
    ["a chain", [table("a", ["b"]), table("b", ["c"]), table("c", [])], []],
    ["two ways to one table", [table("a", ["b", "c"]), table("b", ["c"]), table("c", [])], []],
    ["a table to itself", [table("a", ["a"])], []],
    ["a circle of dedicated tables", [table("a", ["b"], false), table("b", ["a"], false)], []],
    ["two to each other", [table("a", ["b"]), table("b", ["a"])], [["a.references[0]", "b.references[0]"]]],
    ["three, found in any order", [table("c", ["a"]), table("b", ["c"]), table("a", ["b"])], [["a.references[0]", "b.references[0]", "c.references[0]"]]],
    ["a way into a circle", [table("a", ["b"]), table("b", ["c"]), table("c", ["b"])], [["b.references[0]", "c.references[0]"]]],
    ["two circles", [table("a", ["b"]), table("b", ["a"]), table("c", ["d"]), table("d", ["c"])], [["a.references[0]", "b.references[0]"], ["c.references[0]", "d.references[0]"]]],
  ])("%s", (_, tables, circles) => {
    const problems = circleProblems(tables);
    expect(problems.map((p) => [p.source, ...(p.related ?? [])].map((s) => s?.path))).toEqual(circles);
    expect(new Set(problems.map((p) => p.code))).toEqual(new Set(circles.length > 0 ? ["BH3022"] : []));
  });
});
