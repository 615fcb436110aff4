/** What audits remember of each other: since when a finding is open, that it is over, that it came back. */
import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { AuditReport, Coverage, Finding, Pending, PlaneObject } from "../model/finding.ts";
import { lockFolder } from "../render/lock.ts";
import { kindName } from "../model/kinds.ts";
import { type Findings, fileOf, isDraft, isStateFile, moveAside, type Remembered, readState, stateText, writeState } from "./state.ts";

/** Parts of a report, before what is remembered is in it. */
export interface Audited {
  cluster: string;
  findings: readonly Finding[];
  pending: readonly Pending[];
  coverage: readonly Coverage[];
  /** What was read by whoever would have seen this object, where that is not all of it: shards of a run read each for itself. */
  coverageOf?(object: PlaneObject, tenant: string | undefined): readonly Coverage[];
  /** True for the tenants that this audit looked at (`--tenant`, `--shard`); undefined is the platform and what belongs to nobody. */
  covers(tenant: string | undefined): boolean;
}
export interface Memory {
  /** With `firstSeen` and `age`. */
  findings: Finding[];
  resolved: AuditReport["resolved"];
  /** In words: what could not be read or kept. The findings are whole all the same. */
  notices: string[];
}
export interface RememberOptions { /** Milliseconds to wait for another audit. */ patience?: number; step?: (name: string) => void }

/** Milliseconds: other hosts' locks count for so long (an audit holds it for a moment), and what is resolved is remembered for so long. */
const [LEASE, KEPT] = [5 * 60_000, 90 * 86_400_000];

/**
 * Compares an audit with the ones before, and keeps it: `<dir>/<tenant>.json` and `_platform.json`. `now` is the audit's start, RFC 3339. What the audit did
 * not check again stays open; one that began before what is remembered changes nothing of it. Never throws for the files: a memory that fails delays what is
 * told of a finding's age, never the finding.
 */
export async function remember(dir: string, audited: Audited, now: string, { patience = 30_000, step }: RememberOptions = {}): Promise<Memory> {
  const lock = await locked(dir, patience);
  if (typeof lock === "string") return judge(new Book(dir, audited, undefined), audited, now, [`${lock}: this audit is not remembered, and resolves nothing`]);
  try {
    const notices: string[] = [];
    const book = new Book(dir, audited, (file) => { notices.push(`the state file ${file} was not what an audit writes: moved aside as ${moveAside(join(dir, file), now)}, and begun anew: its findings count as new`); });
    const memory = judge(book, audited, now, notices);
    return { ...memory, notices: [...memory.notices, ...book.keep(now, () => lock.holds(), step)] };
  } finally {
    lock.release();
  }
}

async function locked(dir: string, patience: number): Promise<{ holds(): boolean; release(): void } | string> {
  try {
    mkdirSync(dir, { recursive: true });
    const lock = await lockFolder(join(dir, ".locks"), patience, { lease: LEASE });
    return "release" in lock ? lock : `another audit (process ${lock.holder.split("-")[0]}) keeps the state folder ${dir} busy`;
  } catch (error) {
    return `the state folder ${dir} cannot be used (${(error as NodeJS.ErrnoException).code ?? String(error)})`;
  }
}

interface Page { tenant: string | undefined; findings: Findings; before: string }

/** State files of the tenants that an audit is about, as they are now. */
class Book {
  readonly #dir: string;
  readonly #pages = new Map<string, Page>();
  readonly notices: string[] = [];
  readonly #unusable = new Set<string>();
  /** Nothing can be kept, so nothing may be called resolved. */
  readonly closed: boolean;

  /** `aside` moves a corrupt file away; without it the book is only read. */
  constructor(dir: string, { findings, covers }: Audited, aside: ((file: string) => void) | undefined) {
    this.#dir = dir;
    this.closed = aside === undefined;
    const tenants = new Map<string, string | undefined>(findings.map(({ tenant }) => [fileOf(tenant), tenant]));
    for (const file of new Set([...this.#files(), ...tenants.keys()])) {
      const read = readState(join(dir, file));
      if (read.state === "read") { if (covers(read.tenant) || tenants.has(file)) this.#pages.set(file, { tenant: read.tenant, findings: read.findings, before: stateText(read.tenant, read.findings) }); continue; }
      if (read.state === "corrupt") try { aside?.(file); } catch (error) { this.#refuse(file, `it is damaged, and cannot be moved aside (${(error as NodeJS.ErrnoException).code})`); continue; }
      if (read.state === "unusable") { this.#refuse(file, read.why); continue; }
      if (tenants.has(file)) this.#pages.set(file, { tenant: tenants.get(file), findings: {}, before: "" });
    }
  }

  #files(): string[] {
    try { return readdirSync(this.#dir).filter(isStateFile); } catch { return []; }
  }
  #refuse(file: string, why: string): void {
    this.#unusable.add(file);
    this.notices.push(`the state file ${file} is left as it is, and nothing of it resolved: ${why}`);
  }

  /** Where a finding is remembered, whichever tenant it had then. */
  find(id: string, cluster: string): { page: Page; known: Remembered } | undefined {
    for (const page of this.#pages.values()) {
      const known = Object.hasOwn(page.findings, id) ? page.findings[id] : undefined;
      if (known && known.cluster === cluster) return { page, known };
    }
    return undefined;
  }
  page(tenant: string | undefined): Page | undefined { return this.#pages.get(fileOf(tenant)); }
  pages(): Page[] { return [...this.#pages.values()]; }

  /** Writes the pages that changed. What a finding moved to comes before what it left. */
  keep(now: string, holds: () => boolean, step?: (name: string) => void): string[] {
    const notices: string[] = [];
    const oldest = new Date(Date.parse(now) - KEPT).toISOString();
    for (const name of readdirSync(this.#dir)) if (isDraft(name)) rmSync(join(this.#dir, name), { force: true });
    const changed = [...this.#pages].map(([file, page]) => ({ file, page, text: stateText(page.tenant, Object.fromEntries(Object.entries(page.findings).filter(([, known]) => known.state === "open" || Date.parse(known.last) >= Date.parse(oldest)))) })).filter(({ page, text }) => text !== page.before);
    for (const { file, text } of changed.sort((a, b) => b.text.length - b.page.before.length - (a.text.length - a.page.before.length))) {
      if (!holds()) { notices.push(`another audit took the state folder ${this.#dir} over: ${file} is not written`); continue; }
      try { writeState(join(this.#dir, file), text, step); } catch (error) { notices.push(`the state file ${file} is not written (${(error as Error).message}): the next audit knows nothing of this one`); }
    }
    return notices;
  }
}

function judge(book: Book, { cluster, findings, pending, coverage, coverageOf = () => coverage, covers }: Audited, now: string, notices: string[]): Memory {
  const seen = new Set(findings.map(({ id }) => id));
  const waiting = new Set(pending.map(({ object }) => objectKey(object)));
  const aged = findings.map((finding): Finding => {
    const before = book.find(finding.id, cluster);
    const late = before !== undefined && isBefore(now, before.known.last);
    const firstSeen = before === undefined || isBefore(now, before.known.firstSeen) ? now : before.known.firstSeen;
    const age = before === undefined ? "new" : before.known.state === "open" || late ? "open" : "reopened";
    const page = book.page(finding.tenant);
    if (page) for (const other of book.pages()) if (other !== page && other.findings[finding.id]?.cluster === cluster) delete other.findings[finding.id];
    // What a later audit found stands.
    if (page) page.findings[finding.id] = late ? { ...before.known, firstSeen } : { cluster, object: finding.object, firstSeen, last: now, state: "open" };
    return { ...finding, firstSeen, age };
  });
  const resolved = book.closed ? [] : book.pages().filter(({ tenant }) => covers(tenant)).flatMap(({ tenant, findings: known }) => Object.entries(known).flatMap(([id, one]) => {
    if (one.state !== "open" || one.cluster !== cluster || seen.has(id) || waiting.has(objectKey(one.object)) || isBefore(now, one.last) || !isChecked(one.object, tenant, coverageOf(one.object, tenant))) return [];
    known[id] = { ...one, last: now, state: "resolved" };
    return [{ id, object: one.object, ...(tenant !== undefined && { tenant }), firstSeen: one.firstSeen }];
  }));
  return { findings: aged, resolved: resolved.sort((a, b) => (a.id < b.id ? -1 : 1)), notices: [...notices, ...book.notices] };
}

const isBefore = (a: string, b: string): boolean => Date.parse(a) < Date.parse(b);
const objectKey = ({ plane, store, apiVersion, kind, namespace, name }: PlaneObject): string => JSON.stringify([plane, store ?? "", apiVersion === undefined ? kind : kindName({ apiVersion, kind }), namespace ?? "", name]);

/** What a probe found is looked for only where probes were made. */
const isProbe = ({ plane, kind }: PlaneObject): boolean => (plane === "kubernetes" ? kind === "SubjectAccessReview" : kind.endsWith("-probe"));

/**
 * True when the audit would have seen the object's difference: its kind was read whole. A kind that no coverage names is gone from the server, or from what
 * a reader knows: known only where nothing at all is unknown.
 */
export function isChecked(object: PlaneObject, tenant: string | undefined, coverage: readonly Coverage[]): boolean {
  const { plane, store, apiVersion, kind } = object;
  const about = coverage.filter((one) => one.plane === plane && (one.store ?? store) === store && (one.tenants === undefined || (tenant !== undefined && one.tenants.includes(tenant))));
  const probe = isProbe(object);
  const what = probe ? "probes" : plane === "kubernetes" && apiVersion !== undefined ? kindName({ apiVersion, kind }) : kind;
  const own = about.filter((one) => one.what === what);
  if (own.length > 0 || probe) return own.length > 0 && own.every(({ state }) => state === "read");
  return about.length > 0 && about.every(({ state }) => state !== "unknown");
}
