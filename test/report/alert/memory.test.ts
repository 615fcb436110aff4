import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { alertsOf } from "../../../src/report/alert/alerts.ts";
import { readMemory, writeMemory } from "../../../src/report/alert/memory.ts";
import { drifted, finding } from "../audit/sample.ts";

const folder = mkdtempSync(join(tmpdir(), "bulkhead-memory-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const file = join(folder, "alerts.json");
const { memory } = alertsOf(drifted([finding()]), { interval: 60, now: new Date("2026-11-24T10:01:00Z") });

test("is read as it was written, and leaves nothing beside it", async () => {
  await writeMemory(file, memory);
  expect(await readMemory(file, "prod-eu")).toEqual({ memory, notices: [] });
  expect(readdirSync(folder)).toEqual(["alerts.json"]);
});

test("a write that fails leaves the old one", async () => {
  const [dir, before] = [join(folder, "dir"), readFileSync(file, "utf8")];
  mkdirSync(dir);
  await expect(writeMemory(dir, memory)).rejects.toThrow();
  expect([readFileSync(file, "utf8"), readdirSync(folder).sort()]).toEqual([before, ["alerts.json", "dir"]]);
});

test("a file that is not there yet is no news", async () => { expect(await readMemory(join(folder, "none"), "prod-eu")).toEqual({ memory: undefined, notices: [] }); });

test.each([
  ["cut off", JSON.stringify(memory).slice(0, -9), /is no memory of alerts/], ["empty", "", /is no memory of alerts/], ["null", "null", /is no memory of alerts/], ["a list", "[]", /is no memory of alerts/],
  ["of another version", JSON.stringify({ ...memory, version: 2 }), /is no memory of alerts/], ["with labels that are none", JSON.stringify({ ...memory, alerts: [{ ...memory.alerts[0], alert: { labels: { a: 1 } } }] }), /is no memory of alerts/],
  ["with a time that is none", JSON.stringify({ ...memory, alerts: [{ ...memory.alerts[0], ended: "yesterday" }] }), /is no memory of alerts/], ["of another cluster", JSON.stringify({ ...memory, cluster: "prod-us" }), /is of another cluster/],
])("one that is %s is as good as none, and that is said", async (_, text, notice) => {
  writeFileSync(join(folder, "bad"), text);
  expect(await readMemory(join(folder, "bad"), "prod-eu")).toEqual({ memory: undefined, notices: [expect.stringMatching(notice)] });
});
