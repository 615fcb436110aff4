/**
 * The record of D16 against real servers. With BULKHEAD_RECORD=1 it is written anew from both; with BULKHEAD_POSTGRES_URL too, from that server, whatever
 * its major version (a superuser's URL, an empty database).
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import pg from "pg";
import { describe, expect, test } from "vitest";
import { deparsedOf } from "../../../src/layers/database/deparse.ts";
import { startServer } from "../database/server.ts";
import { recordForms, recordModule } from "./record.ts";

const recording = process.env["BULKHEAD_RECORD"] === "1";
const write = (version: string, text: string): void => writeFileSync(join(import.meta.dirname, `../../../src/layers/database/deparsed/v${version}.ts`), text);

describe.each([15, 18] as const)("PostgreSQL %i", (version) => {
  test("gives back what is recorded", async () => {
    const server = await startServer(version);
    try {
      const admin = await server.connect();
      const record = await recordForms(admin);
      await admin.end();
      if (recording) write(String(version), recordModule(version, record));
      else expect({ ...record, version: "" }).toEqual({ ...deparsedOf(version), version: "" });
    } finally {
      await server.stop();
    }
  });
});

// Not part of a run that records nothing, so that nothing is skipped there.
const other = process.env["BULKHEAD_POSTGRES_URL"];
if (recording && other !== undefined) test("another server is recorded", async () => {
  const admin = new pg.Client({ connectionString: other });
  await admin.connect();
  const record = await recordForms(admin);
  await admin.end();
  const major = Math.floor(Number(record.version) / 10_000);
  write(String(major), recordModule(major, record));
});
