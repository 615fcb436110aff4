import { Ajv } from "ajv";
import addFormats from "ajv-formats";
import { describe, expect, it } from "vitest";
import { loadSchemas } from "../../src/verify/schema.ts";
import { operatorCrds } from "../support/crds.ts";
import { suiteCount } from "../real/provision/budget.ts";

/**
 * The interpreter against ajv, which reads the original CRD (one made from imports/ where that is absent) through a translation of its own: random objects made from the
 * schema, most of them damaged somewhere. Both must give the same verdict on each.
 */
const KINDS = ["Application", "AppProject", "PrometheusRule", "ExternalSecret", "GrafanaDashboard", "CephObjectStoreUser", "CephObjectStore", "HTTPRoute", "Gateway", "ClientTrafficPolicy", "Backend"];
type Any = any;

/** The CRD's schema as ajv wants it: closed, with null and int-or-string spelt out. */
function closed(schema: Any, closing = true): Any {
  const out: Any = {};
  for (const key of ["type", "format", "enum", "minLength", "maxLength", "minimum", "maximum", "minItems", "maxItems", "minProperties", "maxProperties", "required", "default"]) if (schema[key] !== undefined) out[key] = schema[key];
  // The three Go patterns with (?i) are tested by themselves.
  if (schema.pattern && !schema.pattern.includes("(?i)")) out.pattern = schema.pattern;
  if (schema["x-kubernetes-int-or-string"]) out.type = ["integer", "string"];
  if (schema.nullable) {
    if (out.type) out.type = [out.type, "null"].flat();
    if (out.enum) out.enum = [...out.enum, null];
  }
  if (schema.properties) out.properties = Object.fromEntries(Object.entries(schema.properties).map(([name, child]) => [name, closed(child, closing)]));
  if (schema.items) out.items = closed(schema.items, closing);
  if (schema.additionalProperties) out.additionalProperties = typeof schema.additionalProperties === "object" ? closed(schema.additionalProperties, closing) : true;
  else if (closing && schema.type === "object" && !schema["x-kubernetes-preserve-unknown-fields"]) out.additionalProperties = false;
  for (const key of ["allOf", "anyOf", "oneOf"]) if (schema[key]) out[key] = schema[key].map((branch: Any) => closed(branch, false));
  if (schema.not) out.not = closed(schema.not, false);
  return out;
}

/** A small seeded generator, so that a failure can be repeated. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

const WORDS = ["a", "abc", "10m", "5m", "1Gi", "http", "a.example.test", "*", "read", "10.0.0.1", "::1", "2026-01-31T12:00:00Z", "aGk=", "A b!", "", "/", "1h30m", "9", "https://a.example.test", "a:b", "latest"];
const FORMATTED: Record<string, string> = { duration: "1h30m", "date-time": "2026-01-31T12:00:00Z", byte: "aGk=" };

function make(schema: Any, rnd: () => number, depth = 0): Any {
  const pick = <T>(list: T[]): T => list[Math.floor(rnd() * list.length)]!;
  if (schema.enum) return pick(schema.enum);
  if (schema["x-kubernetes-int-or-string"]) return rnd() < 0.5 ? 5 : pick(["5", "10%", "1Gi"]);
  switch (schema.type) {
    case "string": {
      if (FORMATTED[schema.format] && rnd() < 0.9) return FORMATTED[schema.format];
      const fitting = WORDS.filter((word) => !schema.pattern || (() => { try { return new RegExp(schema.pattern, "u").test(word); } catch { return true; } })());
      return pick(fitting.length > 0 && rnd() < 0.95 ? fitting : WORDS);
    }
    case "integer": return Math.max(schema.minimum ?? 0, Math.min(schema.maximum ?? 2 ** 31, Math.floor(rnd() * 100)));
    case "number": return rnd() * 10;
    case "boolean": return rnd() < 0.5;
    case "array": return Array.from({ length: Math.max(schema.minItems ?? 0, depth > 5 ? 0 : Math.floor(rnd() * 2.5)) }, () => make(schema.items ?? {}, rnd, depth + 1));
    default: {
      if (typeof schema.additionalProperties === "object") return Object.fromEntries(Array.from({ length: Math.floor(rnd() * 3) }, (_, i) => [`k${i}`, make(schema.additionalProperties, rnd, depth + 1)]));
      const out: Any = {};
      const density = rnd() ** 2;
      for (const [name, child] of Object.entries<Any>(schema.properties ?? {})) {
        const needed = schema.required?.includes(name) && !(child.default !== undefined && rnd() < 0.5);
        if (needed || rnd() < density / (depth + 1)) out[name] = make(child, rnd, depth + 1);
      }
      return out;
    }
  }
}

/** Changes one place of a value: another type, a field more, one less, an item more. */
function damage(value: Any, rnd: () => number): Any {
  const places: { holder: Any; key: string | number }[] = [];
  const walk = (holder: Any): void => {
    for (const key of Object.keys(holder)) {
      places.push({ holder, key });
      if (holder[key] && typeof holder[key] === "object") walk(holder[key]);
    }
  };
  walk(value);
  const place = places[Math.floor(rnd() * places.length)];
  if (!place) return { ...value, unknown: 1 };
  const { holder, key } = place;
  const kind = Math.floor(rnd() * 7);
  if (kind === 0) holder[key] = 1.5;
  else if (kind === 1) holder[key] = "x y!";
  else if (kind === 2) holder[key] = 2 ** 31;
  else if (kind === 3) holder[key] = [];
  else if (kind === 4) holder[key] = {};
  else if (kind === 5 && !Array.isArray(holder)) delete holder[key];
  else if (holder[key] && typeof holder[key] === "object" && !Array.isArray(holder[key])) holder[key].unknownField = true;
  else holder[key] = true;
  return value;
}

const rounds = suiteCount("unit", "objects");

describe("same verdict as ajv", () => {
  const schemas = loadSchemas();
  const crds = operatorCrds() as Any[];
  it.each(KINDS)("%s", (kind) => {
    const crd = crds.find((one) => one.spec.names.kind === kind);
    const version = crd.spec.versions.find((one: Any) => one.served);
    const spec = version.schema.openAPIV3Schema.properties.spec;
    const ajv = new Ajv({ strict: false, allErrors: true, useDefaults: true, validateFormats: true });
    (addFormats as unknown as (ajv: Ajv) => void)(ajv);
    ajv.addFormat("duration", /^[+-]?(0|((\d+(\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h))+)$/);
    const judge = ajv.compile(closed(spec));
    const rnd = random(20_261_124);
    const verdicts = { good: 0, bad: 0 };
    for (let round = 0; round < rounds; round++) {
      let value = make(spec, rnd);
      const times = Math.floor(rnd() * 3);
      for (let n = 0; n < times; n++) value = damage(value, rnd);
      const manifest = { apiVersion: `${crd.spec.group}/${version.name}`, kind: crd.spec.names.kind, metadata: { name: "a", namespace: "a" }, spec: value };
      // Repeated list keys and Go's flags are ours alone: ajv cannot say them.
      const mine = schemas.validate(structuredClone(manifest)).filter((issue) => !/has the same|repeats item|\(\?i\)/.test(issue.message));
      // ajv sets defaults behind `oneOf`, the API server before it: the first run completes the value, the second one judges.
      const complete = structuredClone(value);
      judge(complete);
      const theirs = judge(complete);
      expect(mine.length === 0, `round ${round}\n${JSON.stringify(value)}\nours: ${JSON.stringify(mine)}\najv: ${JSON.stringify(judge.errors)}`).toBe(theirs);
      verdicts[theirs ? "good" : "bad"]++;
    }
    // Both verdicts must have been put to the test.
    expect(Math.min(verdicts.good, verdicts.bad), JSON.stringify(verdicts)).toBeGreaterThan(rounds / 50);
  });
});
