/** What is no drift yet, because Argo CD has not come to the audited commit (D25). Narrow: whatever is not shown to be waiting is a finding. */
import { loadAll } from "js-yaml";
import type { Finding, Pending, PlaneObject } from "../model/finding.ts";
import { INVENTORY, type Inventory, parseInventory } from "../render/inventory.ts";
import { appliedIn, type Applied, type Folder, folderOf, foldersOf, type Rendered } from "./applied.ts";
import { identify, identityOf, isProblem } from "./desired/manifest.ts";
import { isMap } from "../model/value.ts";
import { kindName } from "../model/kinds.ts";
import type { DesiredSide } from "./desired/side.ts";
import type { Raw } from "./kubernetes/judge.ts";
import type { LiveObject } from "./live/source.ts";

export interface PendingAudit extends Rendered {
  side: Pick<DesiredSide, "commit" | "at" | "changed">;
  /** Live Applications of Argo CD's namespace. */
  applications: readonly LiveObject[];
  /** Seconds (the platform's `audit.pendingLimit`). */
  pendingLimit: number;
  /** The audit's time, RFC 3339. */
  now: string;
}
/** Why it is a finding after all, where that is worth a word. */
export type Judgement = { pending: Pending; note?: undefined } | { pending?: undefined; note?: string };

/** Seconds that a committer's clock may be ahead of ours. */
const SKEW = 300;

/** What differs; an item of another plane says itself whether it is what older files said. */
export type Difference = Pick<Finding, "object" | "tenant" | "status" | "file"> & Pick<Raw, "older">;

/**
 * Decides whether a difference is pending: Argo CD applies the object's file by itself, the last commit that it applied has another text of it, that text changed
 * no longer ago than the limit, and what is live equals the older text. `equals` compares the live object with an older manifest.
 */
export async function pendingOf(finding: Difference, audit: PendingAudit, equals: (older: Record<string, unknown>) => boolean | Promise<boolean>): Promise<Judgement> {
  if (audit.side.commit === undefined || !["changed", "missing", "unmanaged"].includes(finding.status)) return {};
  if (finding.object.plane !== "kubernetes" && (!finding.older || finding.file === undefined)) return {};
  try {
    const where = await locate(finding, audit);
    return where ? await judge(finding, where, audit, equals) : {};
  } catch (error) {
    if (!(error instanceof Error && "code" in error && "hint" in error)) throw error;
    return { note: `whether a sync is pending is unknown: ${error.message}` };
  }
}

interface Where { file: string; applied: Applied }

/** The object's file and what was applied of its folder. What git no longer has is looked for in the inventories of what was applied. */
async function locate({ object, tenant, file }: Pick<Finding, "object" | "tenant" | "file">, audit: PendingAudit): Promise<Where | undefined> {
  if (file !== undefined) {
    const folder = folderOf(file, audit.cluster);
    const applied = folder && appliedIn(folder, audit.applications, audit);
    return applied && { file, applied };
  }
  for (const folder of foldersOf(tenant)) {
    const applied = appliedIn(folder, audit.applications, audit);
    const old = applied && (await formerFile(object, folder, applied.revision, audit));
    if (applied && old !== undefined) return { file: old, applied };
  }
  return undefined;
}

async function judge({ object, tenant, status, older: isOlder }: Difference, { file, applied }: Where, audit: PendingAudit, equals: (older: Record<string, unknown>) => boolean | Promise<boolean>): Promise<Judgement> {
  const { side, pendingLimit, now } = audit;
  const { application, revision } = applied;
  const [older, newer] = await Promise.all([side.at(revision, file), side.at(side.commit!, file)]);
  if (older === newer) return {};
  const said = `the Application ${application} has applied ${revision.slice(0, 10)}`;
  const since = await side.changed(revision, file);
  if (since === undefined) return { note: `${said}, which the audited commit does not contain: audit what Argo CD follows` };
  const age = (Date.parse(now) - Date.parse(since)) / 1000;
  if (!(age >= -SKEW)) return { note: `${said}, and what came after it is dated ${since}, in the future` };
  if (age > pendingLimit) return { note: `${said} and not what changed at ${since}, more than ${Math.round(pendingLimit / 60)} minutes ago` };
  const off = applied.off ?? (status === "unmanaged" && !applied.prunes ? "pruning is off" : undefined);
  if (off !== undefined) return { note: `${said}, and its ${off}: nothing is awaited` };
  const same = isOlder ? await isOlder((path) => side.at(revision, path)) : await isManifest(older, { object, status }, equals);
  if (!same) return { note: `${said}, and what is live differs from that too` };
  return { pending: { object, ...(tenant !== undefined && { tenant }), since, appliedRevision: revision, note: `${said}${applied.finished === undefined ? "" : ` at ${applied.finished}`}; its sync to the audited commit is awaited until ${later(since, pendingLimit)}` } };
}

/** Nothing live, and nothing in what was applied; or the same in both. */
async function isManifest(older: string | undefined, { object, status }: Pick<Finding, "object" | "status">, equals: (older: Record<string, unknown>) => boolean | Promise<boolean>): Promise<boolean> {
  const manifest = older === undefined ? undefined : documentOf(older, object);
  return status === "missing" ? manifest === undefined && (older === undefined || isReadable(older)) : manifest !== undefined && (await equals(manifest));
}

const later = (time: string, seconds: number): string => new Date(Date.parse(time) + seconds * 1000).toISOString().replace(".000Z", "Z");

const sameObject = (object: PlaneObject, of: { apiVersion: string; kind: string; namespace?: string; name: string }): boolean =>
  identityOf({ ...object, apiVersion: object.apiVersion ?? "" }) === identityOf(of);

/** The object's document in a file's text; undefined where the file does not hold it or cannot be read. */
function documentOf(text: string, object: PlaneObject): Record<string, unknown> | undefined {
  return documents(text)?.filter(isMap).find((value) => {
    const identity = identify(value, { file: "", path: "" });
    return !isProblem(identity) && sameObject(object, identity);
  });
}
const isReadable = (text: string): boolean => documents(text) !== undefined;
function documents(text: string): unknown[] | undefined {
  try { return loadAll(text); } catch { return undefined; }
}

const inventories = new WeakMap<PendingAudit, Map<string, Promise<Inventory | undefined>>>();

/** The file that held an object in what was applied, by the folder's inventory. */
async function formerFile(object: PlaneObject, { path }: Folder, revision: string, audit: PendingAudit): Promise<string | undefined> {
  const [, folder, part] = /^(platform|tenants\/[^/]+)(?:\/(.+))?$/.exec(path)!;
  const file = `${audit.cluster}/${folder}/${INVENTORY}`;
  const known = inventories.get(audit) ?? new Map<string, Promise<Inventory | undefined>>();
  inventories.set(audit, known);
  const inventory = known.get(`${revision} ${file}`) ?? audit.side.at(revision, file).then((text) => (text === undefined ? undefined : parseInventory(text)));
  known.set(`${revision} ${file}`, inventory);
  const kind = kindName({ apiVersion: object.apiVersion ?? "", kind: object.kind });
  const entry = (await inventory)?.files.find(({ path: at, object: of }) => of && (part === undefined || at.startsWith(`${part}/`)) && of.name === object.name && (of.namespace ?? "") === (object.namespace ?? "") && kindName({ apiVersion: `${of.group}/`, kind: of.kind }) === kind);
  return entry && `${audit.cluster}/${folder}/${entry.path}`;
}
