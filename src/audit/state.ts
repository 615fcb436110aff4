/** State files of audits: one a tenant, read and written whole. */
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { PLANES, type PlaneObject } from "../model/finding.ts";
import { asWriteError, naming } from "../render/error.ts";
import { syncFolder } from "../render/journal.ts";
import { encodeName } from "../render/path.ts";
import { isMap } from "../model/value.ts";

/** What is remembered of one finding. Times are starts of audits, RFC 3339. */
export interface Remembered {
  cluster: string;
  object: PlaneObject;
  firstSeen: string;
  /** The last audit that saw it; for what is resolved, the one that no longer did. */
  last: string;
  state: "open" | "resolved";
}
export type Findings = Record<string, Remembered>;

/** Name of a tenant's file. Foreign manifests choose theirs: none begins with an underscore or a dot. */
export const fileOf = (tenant: string | undefined): string => `${tenant === undefined ? "_platform" : encodeName(tenant).replace(/^[.]/, "%2e")}.json`;
/** True for names of state files, not for drafts and what was moved aside. */
export const isStateFile = (name: string): boolean => /^[^.].*[.]json$/.test(name);

/** `missing`: begins anew; `corrupt`: not what was written; `unusable`: it cannot be read now, or a newer Bulkhead wrote it: nothing may be written over it. */
export type Read = { state: "read"; tenant: string | undefined; findings: Findings } | { state: "missing" } | { state: "corrupt" } | { state: "unusable"; why: string };

/** Reads a state file. */
export function readState(file: string): Read {
  let text: string;
  try { text = readFileSync(file, "utf8"); } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === "ENOENT" || code === "ENOTDIR" ? { state: "missing" } : { state: "unusable", why: `it cannot be read (${code})` };
  }
  let value: unknown;
  try { value = JSON.parse(text); } catch { return { state: "corrupt" }; }
  if (isMap(value) && typeof value.version === "number" && value.version > 1) return { state: "unusable", why: `a newer Bulkhead wrote it (version ${value.version})` };
  if (!isMap(value) || value.version !== 1 || !(value.tenant === null || typeof value.tenant === "string") || !isMap(value.findings) || !Object.values(value.findings).every(isRemembered)) return { state: "corrupt" };
  const tenant = value.tenant ?? undefined;
  // A copy under another name would be two memories of one tenant.
  return fileOf(tenant) === basename(file) ? { state: "read", tenant, findings: value.findings as Findings } : { state: "corrupt" };
}

const isTime = (value: unknown): boolean => typeof value === "string" && !Number.isNaN(Date.parse(value));
function isRemembered(value: unknown): boolean {
  return isMap(value) && typeof value.cluster === "string" && isTime(value.firstSeen) && isTime(value.last) && (value.state === "open" || value.state === "resolved") &&
    isMap(value.object) && (PLANES as readonly unknown[]).includes(value.object.plane) && typeof value.object.kind === "string" && typeof value.object.name === "string";
}

/** Text of a state file: the same state is the same text. */
export function stateText(tenant: string | undefined, findings: Findings): string {
  return `${JSON.stringify({ version: 1, tenant: tenant ?? null, findings: Object.fromEntries(Object.entries(findings).sort(([a], [b]) => (a < b ? -1 : 1))) }, undefined, 1)}\n`;
}

/** Puts a state file in place in one step, durable. Throws WriteError BH5007, with the old file as it was. `step` is told of each step before it is made. */
export function writeState(file: string, text: string, step: (name: string) => void = () => {}): void {
  const draft = join(dirname(file), `.${basename(file)}.${process.pid}.draft`);
  try {
    step("draft");
    const fd = openSync(draft, "w");
    try { naming(draft, () => { writeFileSync(fd, text); step("sync"); fsyncSync(fd); }); } finally { closeSync(fd); }
    step("rename");
    renameSync(draft, file);
    step("folder");
    syncFolder(dirname(file));
  } catch (error) {
    rmSync(draft, { force: true });
    throw asWriteError(error, dirname(file));
  }
}

/** Moves a corrupt file out of the way, under a name that is free, and returns it. */
export function moveAside(file: string, now: string): string {
  const aside = `${file}.corrupt-${now.replaceAll(":", "")}`;
  renameSync(file, aside);
  return basename(aside);
}
/** True for drafts that a killed audit left. */
export const isDraft = (name: string): boolean => /^[.].*[.]json[.][0-9]+[.]draft$/.test(name);
