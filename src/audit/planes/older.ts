import { posix } from "node:path";
import { loadAll } from "js-yaml";
import { changesOf } from "../../compare/items.ts";
import type { DesiredStore, ItemDifference, PlaneAudit, Reading, Tree } from "../../model/plane.ts";
import { isMap } from "../../model/value.ts";

export interface OlderOptions { audit: PlaneAudit; store: DesiredStore; reading: Reading; tree: Tree }

/**
 * Whether what lives is what the item's own folder said at another revision: the item's file and those beside it (a state and its SQL belong together) are
 * taken from there, and everything else is as audited. What cannot be read or believed there is not what lives.
 */
export async function isOlder({ kind, namespace, name, desired, live }: ItemDifference, { audit, store, reading, tree }: OlderOptions, read: (file: string) => Promise<string | undefined>): Promise<boolean> {
  if (desired?.file === undefined) return false;
  const beside = (file: string): boolean => posix.dirname(file) === posix.dirname(desired.file!);
  try {
    const files = [...new Set([...tree.manifests, ...tree.texts].map(({ file }) => file).filter(beside))];
    const texts = new Map(await Promise.all(files.map(async (file) => [file, await read(file)] as const)));
    const manifests = tree.manifests.flatMap((one) => (texts.has(one.file) ? documents(texts.get(one.file)).map((manifest) => ({ ...one, manifest })) : [one]));
    const older = audit.desired({ ...tree, manifests, texts: tree.texts.flatMap((one) => { const text = texts.has(one.file) ? texts.get(one.file) : one.text; return text === undefined ? [] : [{ ...one, text }]; }) });
    const state = older.find((one) => one.store === store.store)?.state;
    const item = state === undefined ? undefined : audit.items(state, reading).items.find((one) => one.kind === kind && one.namespace === namespace && one.name === name);
    return live === undefined ? item === undefined : item !== undefined && changesOf(item.value, live.value).length === 0;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return false;
  }
}

const documents = (text: string | undefined): Record<string, unknown>[] => (text === undefined ? [] : loadAll(text).filter(isMap));
