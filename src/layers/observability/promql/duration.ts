const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000, y: 31_536_000_000 };

/** Seconds of a Prometheus duration such as `5m` or `1h30m`; undefined when it is none. Counted in milliseconds, so that no sum is inexact. */
export function seconds(text: string): number | undefined {
  if (text === "0") return 0;
  if (!/^([0-9]+(ms|[smhdwy]))+$/.test(text)) return undefined;
  return [...text.matchAll(/([0-9]+)(ms|[smhdwy])/g)].reduce((sum, [, n, unit]) => sum + Number(n) * UNITS[unit!]!, 0) / 1000;
}
