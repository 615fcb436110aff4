import { describe, expect, test } from "vitest";
import type { Category, Clearance, Level } from "../../../src/model/fleet.ts";
import { maskColumn, maskValue, supportsMask } from "../../../src/layers/database/mask.ts";
import { canonicalType } from "../../../src/model/type.ts";

describe("masks", () => {
  test.each([
    ["text", true], ["character varying(20)", true], ["character(3)", true], ["uuid", true], ["boolean", true], ["bigint", true], ["numeric", true], ["numeric(12,2)", true], ["date", true],
    ["timestamp with time zone", true], ["timestamp without time zone", true], ["time without time zone", true], ["bytea", true], ["inet", true],
    ["real", false], ["double precision", false], ["interval", false], ["time with time zone", false], ["jsonb", false], ["json", false], ["xml", false], ["text[]", false], ["uuid[]", false],
  ])("%s can be hashed and cut: %s", (type, can) => {
    expect(canonicalType(type)).toBe(type);
    expect(supportsMask(type, "pii-name")).toBe(can);
    expect(supportsMask(type, "pii-identifier")).toBe(can);
    expect(supportsMask(type, "pii-contact")).toBe(true);
    expect(supportsMask(type, "business")).toBe(true);
    expect(maskValue(type, "pii-name", "x") !== undefined).toBe(can);
  });

  const shown: [Level, Category | undefined, Clearance, "omitted" | "raw" | "masked" | "named"][] = [
    ["public", undefined, "public", "raw"], ["internal", undefined, "public", "omitted"], ["internal", undefined, "internal", "raw"],
    ["confidential", "pii-name", "public", "masked"], ["confidential", "pii-identifier", "internal", "masked"], ["confidential", "pii-contact", "internal", "masked"], ["confidential", "pii-name", "confidential", "raw"],
    ["confidential", "business", "internal", "omitted"], ["confidential", "business", "confidential", "raw"],
    // A confidential column without a category cannot be masked: it is hidden, never shown.
    ["confidential", undefined, "internal", "omitted"],
    ["restricted", undefined, "public", "named"], ["restricted", "pii-name", "confidential", "named"], ["restricted", "business", "confidential", "named"],
  ];
  test.each(shown)("%s %s for %s is %s", (level, category, clearance, kind) => {
    const sql = maskColumn({ schema: "s", table: "t", name: "c", type: "text", level, ...(category && { category }) }, clearance);
    const got = sql === undefined ? "omitted" : sql === 't."c"' ? "raw" : sql.includes("app.named_principal") ? "named" : "masked";
    expect(got).toBe(kind);
  });

  test("a mask that cannot be compiled omits the column", () => {
    expect(maskColumn({ schema: "s", table: "t", name: "c", type: "jsonb", level: "confidential", category: "pii-name" }, "internal")).toBeUndefined();
  });
});
