import { describe, expect, test } from "vitest";
import { gapsOf, parseCron } from "../../src/model/cron.ts";
import { NO_SCHEDULES, SCHEDULES } from "../support/schedules.ts";

describe("a schedule", () => {
  test.each(SCHEDULES)("%s: %i to %i minutes", (schedule, shortest, longest) => expect(gapsOf(parseCron(schedule)!)).toEqual({ shortest: shortest * 60, longest: longest * 60 }));
  test.each([...NO_SCHEDULES, "TZ=UTC * * * * *", "@every 30m", "*-5 * * * *", "1,,2 * * * *"])("is not %j", (text) => expect(parseCron(text)).toBeUndefined());
  test("may never come", () => expect(gapsOf(parseCron("0 0 30 2 *")!)).toBeUndefined());
  test.each([["@daily", "0 0 * * *"], ["*/30 * * * *", "*/30 * * * *"]])("%s has the fields %s", (text, fields) => expect(parseCron(text)!.fields.join(" ")).toBe(fields));
});
