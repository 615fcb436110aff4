/** Exact decimals: thresholds are counted in integers and only written as fractions, so no float noise reaches a file. */

/** Writes `units / 10^places` exactly, without trailing zeros and never with an exponent. */
export function decimal(units: number | bigint, places: number): string {
  if (typeof units === "number" && !Number.isSafeInteger(units)) throw new RangeError(`not a safe integer: ${units}`);
  const value = BigInt(units);
  const digits = (value < 0n ? -value : value).toString().padStart(places + 1, "0");
  const whole = digits.slice(0, digits.length - places);
  const fraction = digits.slice(digits.length - places).replace(/0+$/, "");
  return `${value < 0n ? "-" : ""}${whole}${fraction ? `.${fraction}` : ""}`;
}

/** Parts per million as a percentage, e.g. 999000 -> `99.9`. */
export const percent = (ppm: number): string => decimal(ppm, 4);

/** Go's `%.4g`, which Prometheus' humanize functions print with. */
export function fourDigits(value: number): string {
  if (value === 0) return "0";
  const [mantissa, exponent] = value.toExponential(3).split("e") as [string, string];
  const power = Number(exponent);
  const trim = (text: string): string => (text.includes(".") ? text.replace(/\.?0+$/, "") : text);
  if (power < -4 || power >= 4) return `${trim(mantissa)}e${power < 0 ? "-" : "+"}${String(Math.abs(power)).padStart(2, "0")}`;
  return trim(value.toFixed(3 - power));
}

/** Seconds as Prometheus' `humanizeDuration` prints whole numbers of them. */
export function humanDuration(seconds: number): string {
  if (!Number.isSafeInteger(seconds)) throw new RangeError(`not whole seconds: ${seconds}`);
  const sign = seconds < 0 ? "-" : "";
  const s = Math.abs(seconds);
  const parts = [[Math.floor(s / 86_400), "d"], [Math.floor(s / 3600) % 24, "h"], [Math.floor(s / 60) % 60, "m"], [s % 60, "s"]] as const;
  const first = parts.findIndex(([count]) => count !== 0);
  if (first === -1) return "0s";
  return sign + parts.slice(first).map(([count, unit]) => `${count}${unit}`).join(" ");
}
