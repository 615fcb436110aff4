/** Go durations (`1h0m0s`, `90m`), where a schema says `format: duration`. Source: time.ParseDuration. */
const UNITS: Readonly<Record<string, bigint>> = { ns: 1n, us: 1000n, "µs": 1000n, "μs": 1000n, ms: 1_000_000n, s: 1_000_000_000n, m: 60_000_000_000n, h: 3_600_000_000_000n };
const PART = /(\d*)(?:\.(\d*))?(ns|us|µs|μs|ms|s|m|h)/y;

/** Longer texts are compared as texts. */
const LONGEST = 64;

/** A duration in nanoseconds; undefined when the text is none. */
export function parseDuration(text: string): bigint | undefined {
  const negative = text.startsWith("-");
  const body = /^[+-]/.test(text) ? text.slice(1) : text;
  if (body === "0") return 0n;
  if (body === "" || body.length > LONGEST) return undefined;
  let total = 0n;
  PART.lastIndex = 0;
  while (PART.lastIndex < body.length) {
    const match = PART.exec(body);
    const [, whole = "", part = "", unit = ""] = match ?? [];
    if (!match || (whole === "" && part === "")) return undefined;
    total += (BigInt(whole + part) * UNITS[unit]!) / 10n ** BigInt(part.length);
  }
  return negative ? -total : total;
}

/** One text for each duration; what is none stays as it is. */
export function normalDuration(text: string): string {
  const nanos = parseDuration(text);
  if (nanos === undefined) return text;
  const unit = ["h", "m", "s", "ms", "us"].find((name) => nanos !== 0n && nanos % UNITS[name]! === 0n);
  return unit === undefined ? `${nanos}ns` : `${nanos / UNITS[unit]!}${unit}`;
}
