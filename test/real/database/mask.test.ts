/** The table of masks on real servers: canonical texts do not depend on the session that reads (D14). */
import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { maskValue } from "../../../src/layers/database/mask.ts";
import { type Server, startServer } from "./server.ts";

/** Type, value, canonical text. */
const TEXTS: [string, string, string][] = [
  ["text", "Zoë ", "Zoë "], ["text", "", ""], ["character varying(9)", "abc", "abc"], ["character(5)", "abc", "abc"],
  ["uuid", "A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"],
  ["boolean", "t", "true"], ["smallint", "-7", "-7"], ["bigint", "9223372036854775807", "9223372036854775807"],
  ["numeric", "1e20", "100000000000000000000"], ["numeric", "1.500", "1.5"], ["numeric(12,2)", "1.5", "1.50"],
  ["date", "2025-02-03", "2025-02-03"], ["timestamp with time zone", "2025-02-03 04:05:06.7+02", "2025-02-03T02:05:06.700000Z"],
  ["timestamp without time zone", "2025-02-03 04:05:06", "2025-02-03T04:05:06.000000"], ["time without time zone", "04:05:06", "04:05:06.000000"],
  ["bytea", "\\x00ffAB", "00ffab"], ["inet", "10.0.0.1/8", "10.0.0.1/8"], ["macaddr", "08-00-2B-01-02-03", "08:00:2b:01:02:03"],
];
const SESSIONS = ["", "SET TimeZone = 'Asia/Kathmandu'; SET DateStyle = 'SQL, DMY'; SET bytea_output = 'escape'; SET IntervalStyle = 'iso_8601'; SET extra_float_digits = -5"];

describe.each([15, 18] as const)("PostgreSQL %i masks", (version) => {
  let server: Server;
  beforeAll(async () => void (server = await startServer(version)));
  afterAll(() => server.stop());

  test.each(TEXTS)("%s %j", async (type, value, text) => {
    const client = await server.connect();
    for (const session of SESSIONS) {
      await client.query(session);
      const mask = async (category: "pii-name" | "pii-identifier" | "pii-contact", v: string | null): Promise<unknown> => {
        const { rows } = await client.query(`SELECT m, pg_typeof(m)::text AS type FROM (SELECT ${maskValue(type, category, "x")} AS m FROM (SELECT $1::${type} AS x) a) b`, [v]);
        expect(rows[0].type).toBe("text");
        return rows[0].m;
      };
      expect(await mask("pii-name", value)).toBe(createHash("sha256").update(text).digest("hex").slice(0, 16));
      expect(await mask("pii-identifier", value)).toBe([...text].length <= 4 ? "****" : `****${[...text].slice(-4).join("")}`);
      expect(await mask("pii-contact", value)).toBe("[REDACTED]");
      for (const category of ["pii-name", "pii-identifier", "pii-contact"] as const) expect(await mask(category, null)).toBeNull();
    }
    await client.end();
  });
});
