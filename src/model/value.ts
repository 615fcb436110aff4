/** Most characters of one shown value. */
const LONGEST = 160;

/** One line: `[a, b]`, `{name: x, port: 80}`, text bare where it cannot be mistaken. Cut at 160 characters. */
export function valueText(value: unknown): string {
  const text = flow(value);
  return text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text;
}

function flow(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(flow).join(", ")}]`;
  if (typeof value === "object" && value !== null) return `{${Object.entries(value).map(([key, inner]) => `${flow(key)}: ${flow(inner)}`).join(", ")}}`;
  if (typeof value === "string") return /^[A-Za-z/•][A-Za-z0-9_./@:•-]*$/.test(value) && !/^(?:true|false|null|yes|no|on|off)$/i.test(value) && !value.endsWith(":") ? value : JSON.stringify(value);
  return value === undefined ? "nothing" : String(value);
}

/** An object of JSON: neither a list nor null. */
export const isMap = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null && !Array.isArray(value);
