import { describe, expect, it } from "vitest";
import { FORMATS, isLabelValue, isQualifiedName, isSubdomain } from "../../src/verify/schema/formats.ts";
import { translatePattern } from "../../src/verify/schema/re2.ts";

describe("RE2 patterns", () => {
  it.each([
    ["(?i)^abort$", ["ABORT", "abort"], ["x"]],
    ["^(?i)(abort|warn)?$", ["", "Warn"], ["stop"]],
    ["^((?i)may|june)(?:x)$", ["MAYx", "Junex"], ["mayX"]],
    ["^(?i:a)b[(?i)]$", ["Ab(", "ab?"], ["AB("]],
    ["(?i)^[a-c\\d]\\d[^x]$", ["B1y", "77y"], ["d1y", "b1X"]],
    ["\\A[[:alpha:]_]+\\z", ["a_B"], ["a1"]],
    ["^(?P<year>[0-9]+)$", ["2026"], ["x"]],
    ["^[]a]+$", ["]a"], ["b"]],
    ["^[a[]$", ["["], ["]"]],
    ["(?s)^a.b$", ["a\nb"], ["ab"]],
    ["(?i)^\\x41\\p{L}$", ["AB"], ["1B"]],
    ["^.$", ["😀"], ["ab"]],
  ])("%s", (pattern, good, bad) => {
    const regex = translatePattern(pattern)!;
    for (const text of good) expect(regex.test(text), text).toBe(true);
    for (const text of bad) expect(regex.test(text), text).toBe(false);
  });
  it("gives up on what has no translation", () => {
    for (const pattern of ["a(?U)b", "a(?s)b", "[a"]) expect(translatePattern(pattern)).toBeUndefined();
  });
});

describe("formats", () => {
  it.each<[string, string[], string[]]>([
    ["date-time", ["2026-01-31T12:00:00Z", "2024-02-29t00:00:00.123+02:00"], ["2026-02-29T00:00:00Z", "2026-01-01", "2026-01-01T24:00:00Z", "2026-13-01T00:00:00Z"]],
    ["byte", ["", "aGk=", "aGVs\nbG8="], ["a", "aGk", "a-_="]],
    ["duration", ["0", "5m", "1h30m", "1.5s", "-2ms", "10µs"], ["", "5", "5 minutes", "PT5M", "1d"]],
    ["ipv4", ["10.0.0.1"], ["10.0.0", "::1"]],
    ["ipv6", ["::1"], ["fe80::1%eth0", "10.0.0.1"]],
    ["cidr", ["10.0.0.0/8", "::/0"], ["10.0.0.0", "10.0.0.0/33", "10.0.0.0/08", "::/129"]],
    ["quantity", ["1", "0.5", ".5", "5.", "500m", "2Gi", "1e3", "-1"], ["", "1 Gi", "1GB", "Gi", "1K"]],
    ["port", ["http", "a-1"], ["HTTP", "1", "a--b", "-a", "a-name-that-is-too-long"]],
    ["cron", ["*/5 0-3 * JAN ?", "@daily"], ["* * * *", "daily"]],
  ])("%s", (format, good, bad) => {
    for (const text of good) expect(FORMATS[format]!.test(text), text).toBe(true);
    for (const text of bad) expect(FORMATS[format]!.test(text), text).toBe(false);
  });
});

it("knows names, label keys and label values", () => {
  for (const name of ["a", "a.b-c.d", "0"]) expect(isSubdomain(name)).toBe(true);
  for (const name of ["", "A", "a..b", "-a", "a-", "a.".repeat(130)]) expect(isSubdomain(name)).toBe(false);
  for (const key of ["a", "A_b.C", "example.com/A"]) expect(isQualifiedName(key)).toBe(true);
  for (const key of ["", "/a", "a/", "a/b/c", "Ex.com/a", "a".repeat(64)]) expect(isQualifiedName(key)).toBe(false);
  for (const value of ["", "A.b_c-d"]) expect(isLabelValue(value)).toBe(true);
  for (const value of ["-a", "a b", "a/b", "a".repeat(64)]) expect(isLabelValue(value)).toBe(false);
});
