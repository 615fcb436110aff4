/** Real data contracts: where they are, and what an independent reader finds in them. */
import { spawnSync } from "node:child_process";
import { join, resolve } from "node:path";
import { CONTRACTS } from "./shared.ts";

const script = resolve(import.meta.dirname, "../contracts/count.mjs");

export const ADVENTURE_WORKS = "postgresql-adventureworks-contract";
export const CONTRACT_NAMES = [ADVENTURE_WORKS, "full-example", "kafka-schema", "database-table-sla", "all-data-types"];
/** How JDBC spells a varchar without a limit. PostgreSQL refuses that length, and `text` is the same type by another name. */
export const UNLIMITED = "varchar[2147483647]";

/** The path of a contract that lies beside the checkout. */
export const contractFile = (name: string): string => join(CONTRACTS, `${name}.odcs.yaml`);

/** What `test/contracts/count.mjs` prints. */
export interface ContractCount {
  tables: number; columns: number; keys: number; unclassified: number;
  /** Tables without a primary key: the import adds one column to each. */
  keyless: number;
  list: { table: string; column: string; type: string | null; key: boolean; classified: boolean }[];
}

/** Counts a contract with the stand-alone script. */
export function countContract(name: string): ContractCount {
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, contractFile(name)], { encoding: "utf8" });
  if (status !== 0) throw new Error(`count.mjs ${name}: ${stderr}`);
  return JSON.parse(stdout) as ContractCount;
}

/** One list of what `bulkhead import odcs` prints: the lines below a title, and the number in it. */
export function printedList(stdout: string, title: string): { count: number; items: string[] } {
  const [, count, body] = new RegExp(`^${title} \\((\\d+)\\):\\n((?: {2}.*\\n)*)`, "m").exec(stdout) ?? ["", "0", ""];
  return { count: Number(count), items: body!.split("\n").filter(Boolean).map((line) => line.trim()) };
}
export const LISTS = { restricted: "no classification in the contract, now restricted", keys: "keys without a classification, now internal", types: "types not carried over as they are" };
