import type { SourceRef } from "../model/problem.ts";

/** What an object is: its identity in a cluster. */
export interface Identity { group: string; kind: string; namespace?: string; name: string }
export interface InventoryEntry { /** From the inventory's own folder. */ path: string; sha256: string; object: Identity | null; layer: string; wave: number | null; owner: string; source: { file: string; path: string } }
/** What holds data: a name such as `table warehouse-eu acme__sales__orders.orders`, and its parts with their types. */
export type DataSet = Record<string, Record<string, string>>;
export interface Inventory { version: 1; data: DataSet; files: InventoryEntry[] }

export const INVENTORY = "inventory.json";

/** Deterministic text of an inventory: entries by path, no time, no line numbers. */
export function inventoryText(entries: readonly InventoryEntry[], data: DataSet = {}): string {
  return `${JSON.stringify({ version: 1, data, files: [...entries].sort((a, b) => (a.path < b.path ? -1 : 1)) } satisfies Inventory, undefined, 1)}\n`;
}

/** Reads an inventory; undefined when the text is none. */
export function parseInventory(text: string): Inventory | undefined {
  try {
    const value = JSON.parse(text) as Inventory;
    return value?.version === 1 && Array.isArray(value.files) && value.files.every((f) => typeof f.path === "string") ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Identity as people read it. */
export const identityText = ({ group, kind, namespace, name }: Identity): string => `${kind}${group ? `.${group}` : ""} ${namespace ? `${namespace}/` : ""}${name}`;
export const plainSource = ({ file, path }: SourceRef): { file: string; path: string } => ({ file, path });
