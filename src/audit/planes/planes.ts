/** The planes beside Kubernetes: what git says of each store, what the store says, and how they differ. */
import { compareItems } from "../../compare/items.ts";
import type { Coverage, Plane } from "../../model/finding.ts";
import { type DesiredStore, type ItemCoverage, type PlaneAudit, type Reading, StoreUnreadable, type Tree, type TreeManifest } from "../../model/plane.ts";
import { inTurn } from "../../model/turns.ts";
import type { DesiredSide } from "../desired/side.ts";
import type { Raw } from "../kubernetes/judge.ts";
import { type FindingContext, findingOf, probeFinding } from "./finding.ts";
import type { ReadingSource } from "./source.ts";

export interface PlanesOptions {
  cluster: string;
  desired: DesiredSide;
  audits: ReadonlyMap<Plane, () => Promise<PlaneAudit>>;
  readings: ReadingSource;
  inScope(tenant: string | undefined): boolean;
  /** True for the stores that this run reads: each store is one shard's (D27). */
  reads(store: string): boolean;
}
export interface PlanesResult { findings: Raw[]; coverage: Coverage[]; notices: string[] }

/** Stores that are read at the same time. */
const AT_ONCE = 4;

export async function auditPlanes(options: PlanesOptions): Promise<PlanesResult> {
  const { stores, failed } = await declaredStores(options);
  const results = await inTurn(stores, AT_ONCE, (declared) => auditStore(options, declared));
  return { findings: results.flatMap((one) => one.findings), coverage: [...failed, ...results.flatMap((one) => one.coverage)], notices: [...new Set(results.flatMap((one) => one.notices))] };
}

/** Reads every store and hands the readings on, for a snapshot. What says nothing is unknown in it. */
export async function readPlanes(options: Pick<PlanesOptions, "cluster" | "desired" | "audits" | "readings">, keep: (reading: Reading) => void): Promise<Coverage[]> {
  const { stores, failed } = await declaredStores({ ...options, reads: () => true });
  const results = await inTurn(stores, AT_ONCE, async ({ audit, store }): Promise<Coverage[]> => {
    const line = (one: ItemCoverage): Coverage => ({ plane: audit.plane, store: store.store, ...one });
    try {
      const reading = await options.readings.read(audit, store);
      keep(reading);
      return reading.coverage.map(line);
    } catch (error) {
      return [line(unreadable(error))];
    }
  });
  return [...failed, ...results.flat()];
}

/** A store that git declares, and what its state was parsed from. */
interface Declared { audit: PlaneAudit; store: DesiredStore; tree: Tree }

/** The stores that git declares on the cluster, plane by plane; a plane of which git's side cannot be believed is unknown. */
async function declaredStores(options: Pick<PlanesOptions, "cluster" | "desired" | "audits" | "reads">): Promise<{ stores: Declared[]; failed: Coverage[] }> {
  const [stores, failed]: [Declared[], Coverage[]] = [[], []];
  for (const [plane, load] of options.audits) {
    const audit = await load();
    try {
      const tree = await treeOf(options, audit);
      stores.push(...audit.desired(tree).filter(({ store }) => options.reads(store)).map((store) => ({ audit, store, tree })));
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      failed.push({ plane, what: "everything", state: "unknown", objects: 0, reason: `git's side of it cannot be believed: ${error.message}` });
    }
  }
  return { stores, failed };
}

/** What a store that says nothing leaves unknown. Rethrows what is no refusal of the store's. */
function unreadable(error: unknown): ItemCoverage {
  if (!(error instanceof StoreUnreadable)) throw error;
  return { what: "everything", state: "unknown", objects: 0, reason: error.message };
}

async function treeOf({ cluster, desired }: Pick<PlanesOptions, "cluster" | "desired">, audit: PlaneAudit): Promise<Tree> {
  const entries = desired.entries.filter((entry) => audit.wants(entry));
  const texts = desired.texts.filter(({ file }) => audit.wantsText?.(file) ?? false);
  const [bodies, contents] = [await desired.read(entries), await desired.readTexts(texts)];
  return {
    cluster,
    manifests: entries.map(({ file, tenant, owner, source }, i): TreeManifest => ({ manifest: bodies[i]!, file, ...(tenant !== undefined && { tenant }), ...(owner !== undefined && { owner }), ...(source && { source }) })),
    texts: texts.map((text, i) => ({ ...text, text: contents[i]! })),
  };
}

async function auditStore({ cluster, readings, inScope }: PlanesOptions, declared: Declared): Promise<PlanesResult> {
  const { audit, store } = declared;
  const { plane } = audit;
  const context: FindingContext = { cluster, ...declared };
  const line = (one: ItemCoverage): Coverage => ({ plane, store: store.store, ...one });
  try {
    const reading = await readings.read(audit, store);
    const { items, unknown } = audit.items(store.state, reading);
    const coverage = merged(reading.coverage, unknown);
    const differences = compareItems(items, reading.items, coverage).filter(({ tenant }) => inScope(tenant));
    const probed = await probe(readings, audit, store);
    return {
      findings: [...differences.map((difference) => findingOf(difference, context, reading)), ...probed.failures.filter(({ tenant }) => inScope(tenant)).map((failure) => probeFinding(failure, context))],
      coverage: [...coverage, ...probed.coverage].map(line),
      notices: reading.facts.unproven === undefined ? [] : [`${plane}: ${reading.facts.unproven}`],
    };
  } catch (error) {
    return { findings: [], coverage: [line(unreadable(error))], notices: [] };
  }
}

/** A probe that cannot be made leaves its effects unknown, and what was read stands. */
async function probe(readings: ReadingSource, audit: PlaneAudit, store: DesiredStore): ReturnType<NonNullable<ReadingSource["probe"]>> {
  try {
    return (await readings.probe?.(audit, store)) ?? { failures: [], coverage: [] };
  } catch (error) {
    return { failures: [], coverage: [{ ...unreadable(error), what: "probes" }] };
  }
}

/** One line a kind: what either side does not know is unknown. */
function merged(read: readonly ItemCoverage[], unknown: readonly ItemCoverage[]): ItemCoverage[] {
  const lines = new Map(read.map((line) => [line.what, line]));
  for (const line of unknown) {
    const known = lines.get(line.what);
    if (known?.state !== "unknown") lines.set(line.what, { ...line, objects: Math.max(line.objects, known?.objects ?? 0) });
  }
  return [...lines.values()];
}
