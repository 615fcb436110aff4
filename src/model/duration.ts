const UNITS: Record<string, number> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };

/** Seconds of a duration such as `30s`, `15m`, `1h30m` or `7d`; undefined when it is none. */
export function parseDuration(text: string): number | undefined {
  if (!/^([0-9]+[smhdw])+$/.test(text)) return undefined;
  let seconds = 0;
  for (const [, count, unit] of text.matchAll(/([0-9]+)([smhdw])/g)) seconds += Number(count) * UNITS[unit!]!;
  return seconds > 0 && Number.isSafeInteger(seconds * 1000) ? seconds : undefined;
}
