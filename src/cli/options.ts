import { didYouMean } from "../model/suggest.ts";

/** A call that was wrong: printed with its code and hint, exit 2 (D36). */
export class UsageError extends Error {
  readonly code: string;
  readonly hint: string;
  constructor(code: string, message: string, hint: string) { super(message); this.code = code; this.hint = hint; }
}

export interface CommonOptions { /** False with `--no-cache`. */ cache?: boolean; cwd: string; asOf?: string; format: string; verbose?: boolean }
export interface CheckOptions extends CommonOptions { watch?: boolean }
export interface SynthOptions extends CommonOptions { check?: boolean; tenant?: string[]; out: string; base: string; events?: string }

/** What `--format` takes where problems come out. */
export const REPORT_FORMATS = ["text", "json", "sarif", "junit", "github"] as const;

/** What `--format` of `diff` takes. */
export const DIFF_FORMATS = ["text", "json", "markdown"] as const;

/** What `--format` takes where an audit comes out. */
export const AUDIT_FORMATS = ["text", "json", "markdown", "sarif", "junit", "html"] as const;

/** Checks what all commands take; gives the day that decides expiry. */
export function validateCommon({ asOf, format }: CommonOptions, formats: readonly string[] = ["text", "json"]): string {
  if (asOf !== undefined && (!/^[0-9]{4}-[0-9]{2}-[0-9]{2}$/.test(asOf) || Number.isNaN(Date.parse(asOf)))) throw new UsageError("BH0001", `--as-of "${asOf}" is no date`, "write it as YYYY-MM-DD");
  if (!formats.includes(format)) throw new UsageError("BH0001", `--format "${format}" is not known`, didYouMean(format, formats));
  return asOf ?? today();
}

/** Today in UTC, `YYYY-MM-DD`. */
export const today = (): string => new Date().toISOString().slice(0, 10);

export interface ImportOptions { tenant: string; domain?: string; product?: string; classify?: string; force?: boolean; cwd: string }
