/** Readings of stores in a snapshot: one JSON file a store, as the reader gave it. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Plane } from "../../model/finding.ts";
import { type Reading, StoreUnreadable } from "../../model/plane.ts";
import { isMap } from "../../model/value.ts";
import type { ReadingSource } from "./source.ts";

/** Folder in a snapshot, and the form of its files. */
const [FOLDER, FORMAT] = ["stores", 1];

const fileOf = (snapshot: string, plane: Plane, store: string): string => join(snapshot, FOLDER, `${plane}.${encodeURIComponent(store)}.json`);

/** Adds a reading to a snapshot's folder. Readings hold no secret (D26). */
export function recordReading(snapshot: string, reading: Reading): void {
  mkdirSync(join(snapshot, FOLDER), { recursive: true });
  writeFileSync(fileOf(snapshot, reading.plane, reading.store), `${JSON.stringify({ format: FORMAT, reading }, undefined, 1)}\n`, { mode: 0o600 });
}

/** The stores of a snapshot. What was not recorded is unknown. */
export function recordedReadings(snapshot: string): ReadingSource {
  return {
    read: async ({ plane }, { store }) => {
      let text: string;
      try { text = readFileSync(fileOf(snapshot, plane, store), "utf8"); } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        throw new StoreUnreadable(code === "ENOENT" || code === "ENOTDIR" ? "the snapshot holds no reading of it" : `the snapshot's reading of it cannot be opened (${code ?? "unknown"})`);
      }
      const reading = parse(text);
      if (!reading || reading.plane !== plane || reading.store !== store) throw new StoreUnreadable("the snapshot's reading of it is damaged, or of another version of Bulkhead");
      return reading;
    },
  };
}

function parse(text: string): Reading | undefined {
  let value: unknown;
  try { value = JSON.parse(text); } catch { return undefined; }
  if (!isMap(value) || value.format !== FORMAT || !isMap(value.reading)) return undefined;
  const { plane, store, items, coverage, facts } = value.reading;
  const whole = typeof plane === "string" && typeof store === "string" && isMap(facts)
    && Array.isArray(items) && items.every((item: unknown) => isMap(item) && typeof item.kind === "string" && typeof item.name === "string" && isMap(item.value))
    && Array.isArray(coverage) && coverage.every((line: unknown) => isMap(line) && typeof line.what === "string" && ["read", "unknown", "excluded"].includes(String(line.state)) && typeof line.objects === "number");
  return whole ? (value.reading as unknown as Reading) : undefined;
}
