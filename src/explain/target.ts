/** What somebody asks about: a file of dist/ and a place in it. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { isMap, isScalar, isSeq, LineCounter, parseDocument } from "yaml";
import { pointerOf, type Step } from "../model/pointer.ts";
import { identityText, INVENTORY, type InventoryEntry, parseInventory } from "../render/inventory.ts";

/** A file that an inventory lists. `path` is below dist/. */
export interface Listed { path: string; cluster: string; tenant?: string; entry: InventoryEntry }

/** Everything the inventories on disk list. */
export function listed(dist: string): Listed[] {
  const folders = (path: string): string[] => (existsSync(path) ? readdirSync(path, { withFileTypes: true }).filter((e) => e.isDirectory()).map((e) => e.name).sort() : []);
  return folders(dist).flatMap((cluster) => [undefined, ...folders(join(dist, cluster, "tenants"))].flatMap((tenant) => {
    const folder = tenant === undefined ? `${cluster}/platform` : `${cluster}/tenants/${tenant}`;
    const file = join(dist, folder, INVENTORY);
    const inventory = existsSync(file) ? parseInventory(readFileSync(file, "utf8")) : undefined;
    return (inventory?.files ?? []).map((entry): Listed => ({ path: `${folder}/${entry.path}`, cluster, ...(tenant !== undefined && { tenant }), entry }));
  }));
}

/** Files that a name stands for: a path, below dist/ or with it, or `Kind/name`, `Kind/namespace/name`. */
export function matching(all: readonly Listed[], name: string, out: string): Listed[] {
  const path = name.replace(/^\.\//, "").replace(new RegExp(`^(?:.*/)?${out.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}/(?=[^/]+/(?:platform|tenants)/)`), "");
  const exact = all.filter((f) => f.path === path);
  if (exact.length > 0) return exact;
  const [kind, ...rest] = name.split("/");
  const fits = ({ entry: { object } }: Listed): boolean => object !== null && object.kind.toLowerCase() === kind!.toLowerCase() && (rest.length === 1 ? object.name === rest[0] : rest.length === 2 && object.namespace === rest[0] && object.name === rest[1]);
  return all.filter(fits);
}

/** Names that could have been meant: paths where a path was given, else `Kind/namespace/name`. */
export const names = (all: readonly Listed[], given: string): string[] => (!/^[A-Z]/.test(given) || given.split("/").length > 3 ? all.map((f) => f.path) : all.flatMap(({ entry: { object: o } }) => (o ? [`${o.kind}/${o.name}`, ...(o.namespace === undefined ? [] : [`${o.kind}/${o.namespace}/${o.name}`])] : [])));
export const describe = ({ path, entry }: Listed): string => (entry.object ? `${identityText(entry.object)}: ${path}` : path);

/** Where a line of a YAML file lies: the pointer of its leaf or map, and the line inside a text of several lines. Undefined for comments and lines outside. */
export function placeOfLine(text: string, wanted: number): { pointer: string; line?: number } | undefined {
  const counter = new LineCounter();
  const document = parseDocument(text, { lineCounter: counter });
  const lineOf = (offset: number): number => counter.linePos(offset).line;
  let found: { pointer: string; line?: number } | undefined;
  const visit = (node: unknown, start: number, steps: Step[]): void => {
    if (start > wanted) return;
    if (isMap(node)) for (const { key, value } of node.items) visit(value, lineOf((key as { range: [number, number, number] }).range[0]), [...steps, String((key as { value: unknown }).value)]);
    else if (isSeq(node)) node.items.forEach((item, i) => visit(item, lineOf((item as { range: [number, number, number] }).range[0]), [...steps, i]));
    if (isMap(node) || isSeq(node)) { if (start === wanted && !found) found = { pointer: pointerOf(steps) }; return; }
    if (!isScalar(node) || !node.range) return;
    const last = lineOf(Math.max(node.range[0], node.range[1] - 1));
    if (wanted < start || wanted > last) return;
    const block = typeof node.value === "string" && node.value.includes("\n") && node.type?.startsWith("BLOCK");
    found = { pointer: pointerOf(steps), ...(block && wanted > start && { line: wanted - start }) };
  };
  visit(document.contents, 0, []);
  return found;
}
