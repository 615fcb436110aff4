/** What earlier runs found out, in `.bulkhead/cache.json`: safe to delete, safe to share between branches (D33). */
import { hash } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { FileFacts } from "../load/graph.ts";
import type { Platform, Table } from "../model/fleet.ts";
import { type Problem, warning } from "../model/problem.ts";
import type { RenderedFolder, TenantResult } from "./protocol.ts";

const FILE = ".bulkhead/cache.json";
const VERSION = 2;

/** A folder, and the state in which it was found to be as rendered, below one output folder. */
export interface FolderRecord extends Omit<RenderedFolder, "files" | "plan"> { out?: string; state?: string }
export interface TenantRecord extends Omit<TenantResult, "folders" | "sharedTables" | "complete"> {
  key: string;
  /** The day it holds for; empty for all. */
  asOf: string;
  /** Digests of shared tables. */
  tables: string[];
  folders: FolderRecord[];
}
export interface Memory {
  files: Record<string, FileFacts>;
  start?: { key: string; platform: Platform; problems: Problem[] };
  platform?: { key: string; counts: Record<string, number>; problems: Problem[]; folders: FolderRecord[] };
  tenants: Record<string, TenantRecord>;
  /** Shared tables by digest. */
  tables: Record<string, Table>;
}

/** As it is written: tenants of one shape have the same paths but for their name, which is most of a record. */
type Packed = Omit<Memory, "tenants"> & { tenants: Record<string, TenantRecord>; shapes: string[] };
/** Stands for the tenant's name; in no path. */
const NAME = "\u0001";

function pack(memory: Memory): Packed {
  const numbers = new Map<string, number>();
  const number = (shape: string): number => { const known = numbers.get(shape) ?? numbers.size; numbers.set(shape, known); return known; };
  const tenants = Object.fromEntries(Object.entries(memory.tenants).map(([id, record]) => [id, { ...record, folders: record.folders.map((f) => ({ ...f, paths: String(number(f.paths.replaceAll(id, NAME))) })) }]));
  return { ...memory, tenants, shapes: [...numbers.keys()] };
}

function unpack({ shapes, ...memory }: Packed): Memory {
  for (const [id, record] of Object.entries(memory.tenants)) for (const folder of record.folders) folder.paths = shapes[Number(folder.paths)]!.replaceAll(NAME, id);
  return memory;
}

export const emptyMemory = (): Memory => ({ files: {}, tenants: {}, tables: {} });

/** Reads the cache. One that is damaged is thrown away, and said; one of another version only thrown away. */
export function readMemory(root: string): { memory: Memory; problems: Problem[] } {
  let text: string;
  try { text = readFileSync(join(root, FILE), "utf8"); } catch { return { memory: emptyMemory(), problems: [] }; }
  const end = text.indexOf("\n");
  const body = text.slice(end + 1);
  const [version, sum] = text.slice(0, end).split(" ");
  if (end > 0 && version !== String(VERSION) && /^[0-9]+ [0-9a-f]{64}$/.test(text.slice(0, end))) return { memory: emptyMemory(), problems: [] };
  if (end > 0 && sum === hash("sha256", body, "hex")) return { memory: unpack(JSON.parse(body) as Packed), problems: [] };
  rmSync(join(root, FILE), { force: true });
  return { memory: emptyMemory(), problems: [warning("BH5008", `${FILE} is damaged: thrown away, everything is rendered anew`, undefined, "nothing is lost; if it comes again, look at the disk")] };
}

/** Writes the cache whole. It is no truth: where it cannot be written, the next run only takes longer. */
export function writeMemory(root: string, memory: Memory): void {
  const body = JSON.stringify(pack(memory));
  const temporary = join(root, `${FILE}.${process.pid}`);
  try {
    mkdirSync(join(root, ".bulkhead"), { recursive: true });
    writeFileSync(temporary, `${VERSION} ${hash("sha256", body, "hex")}\n${body}`);
    renameSync(temporary, join(root, FILE));
  } catch {
    rmSync(temporary, { force: true });
  }
}
