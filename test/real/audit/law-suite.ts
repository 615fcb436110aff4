/** The law of the kubernetes plane: what git holds, applied, read and compared, gives nothing; every change made by hand is found. */
import { describe, expect, test } from "vitest";
import type { Stage } from "./stage.ts";

export function lawSuite(stage: () => Stage): void {
  describe("the example fleet, audited under the account that the platform renders", () => {
    test("nothing is found, every readable kind is covered, exit 0", async () => {
      const { code, report, stderr } = await stage().audit(["--format", "json"]);
      expect(report?.findings.map((f) => [f.status, f.object.kind, f.object.namespace, f.object.name, f.changes.map((c) => [c.kind, c.pointer, c.desired, c.live]), f.note])).toEqual([]);
      expect(report?.coverage.filter((c) => c.state === "unknown")).toEqual([]);
      expect(report?.verdicts.filter((v) => v.verdict !== "clean" || v.coverage !== 100)).toEqual([]);
      expect(report?.coverage.filter((c) => c.state === "read" && c.objects > 0).length).toBeGreaterThan(25);
      expect(stderr).toBe("");
      expect(code).toBe(0);
    });

    test("the API server has seen nothing but get and list of it, and pages, not objects", async () => {
      const seen = stage().requests();
      expect([...new Set(seen.map(({ verb }) => verb))].sort()).toEqual(["get", "list"]);
      expect(seen.filter(({ resource, verb }) => resource === "secrets" && verb === "list")).toEqual([]);
      const lists = seen.filter(({ verb }) => verb === "list");
      expect(lists.length).toBeGreaterThan(25);
      expect(new Set(lists.map(({ uri }) => uri)).size).toBe(lists.length);
    });
  });
}
