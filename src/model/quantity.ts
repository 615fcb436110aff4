/**
 * Kubernetes quantities, exactly. Source: apimachinery's pkg/api/resource/quantity.go: nothing is finer than a billionth (finer is rounded away from
 * zero) and nothing larger than 2^63-1 in either direction (larger is cut), so equal here is equal in the store.
 */
const NUMBER = /^([+-]?)(\d*)(?:\.(\d*))?(Ki|Mi|Gi|Ti|Pi|Ei|[numkMGTPE]|[eE][+-]?\d+)?$/;
const DECIMAL: Readonly<Record<string, number>> = { n: -9, u: -6, m: -3, "": 0, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 };
const BINARY: Readonly<Record<string, bigint>> = { Ki: 10n, Mi: 20n, Gi: 30n, Ti: 40n, Pi: 50n, Ei: 60n };
const NANO = 1_000_000_000n;
const MAX = ((1n << 63n) - 1n) * NANO;

/** Longer texts are compared as texts: nobody means a quantity by them. */
const LONGEST = 64;

/** A quantity in billionths; undefined when the text or number is none. */
export function parseQuantity(value: string | number): bigint | undefined {
  const text = String(value);
  const match = text.length > LONGEST ? null : NUMBER.exec(text);
  if (!match) return undefined;
  const [, sign, whole = "", part = "", suffix = ""] = match;
  if (whole === "" && part === "") return undefined;
  const digits = BigInt(whole + part);
  const nanos = digits === 0n ? 0n : scale(digits, part.length, suffix);
  return sign === "-" ? -nanos : nanos;
}

/** `digits` with so many behind the point, times the suffix, in billionths. Exponents are bounded first: a text is no reason to count for hours. */
function scale(digits: bigint, behind: number, suffix: string): bigint {
  const shift = BINARY[suffix] ?? 0n;
  const power = (DECIMAL[suffix] ?? (shift > 0n ? 0 : Number(suffix.slice(1)))) - behind + 9;
  const length = digits.toString().length;
  if (power + length > 60) return MAX;
  if (power + length < -60) return 1n;
  const shifted = digits << shift;
  const nanos = power >= 0 ? shifted * 10n ** BigInt(power) : divideUp(shifted, 10n ** BigInt(-power));
  return nanos > MAX ? MAX : nanos;
}
const divideUp = (value: bigint, by: bigint): bigint => (value + by - 1n) / by;

/** One text for each quantity, the shorter of its decimal and its binary form: `1024Mi` and `1Gi` are `1Gi`, `1000m` and `1.0` are `1`. */
export function canonicalQuantity(nanos: bigint): string {
  if (nanos === 0n) return "0";
  const [sign, size] = nanos < 0n ? ["-", -nanos] : ["", nanos];
  const [decimal, binary] = [decimalForm(size), binaryForm(size)];
  return sign + (binary !== undefined && binary.length < decimal.length ? binary : decimal);
}

function decimalForm(size: bigint): string {
  let value = size;
  let step = 0;
  while (step < 9 && value % 1000n === 0n) {
    value /= 1000n;
    step++;
  }
  return `${value}${Object.keys(DECIMAL)[step]}`;
}

function binaryForm(size: bigint): string | undefined {
  if (size % NANO !== 0n) return undefined;
  let value = size / NANO;
  let step = 0;
  while (step < 6 && value % 1024n === 0n) {
    value /= 1024n;
    step++;
  }
  return step === 0 ? undefined : `${value}${Object.keys(BINARY)[step - 1]}`;
}

const known = new Map<string | number, string | number>();
/** The canonical text of a quantity; what is none stays as it is. Remembers the usual ones, because fleets repeat them. */
export function normalQuantity(value: string | number): string | number {
  const before = known.get(value);
  if (before !== undefined) return before;
  const nanos = parseQuantity(value);
  const normal = nanos === undefined ? value : canonicalQuantity(nanos);
  if (known.size < 10_000) known.set(value, normal);
  return normal;
}
