/** How the auditor reaches a store: from the policy at the audited revision, else from a folder of credentials. Values never leave this process. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { AuditTarget, Reference } from "../../model/fleet.ts";
import type { DesiredStore, StoreAccess } from "../../model/plane.ts";
import { StoreUnreadable } from "../../model/plane.ts";

/** Folder with one folder a store, as Secrets are mounted: `username`, `password`, `ca.crt`; of the second login `probe-username` and `probe-password`. */
export const CREDENTIALS = "BULKHEAD_CREDENTIALS";

export interface TargetOptions { targets: ReadonlyMap<string, AuditTarget>; env: Readonly<Record<string, string | undefined>>; timeoutMs: number; signal?: AbortSignal }

/** Throws StoreUnreadable where a credential is not where the platform's definition says it is. */
export function accessOf({ store, endpoint }: Pick<DesiredStore, "store" | "endpoint">, { targets, env, timeoutMs, signal }: TargetOptions, as: "reader" | "prober" = "reader"): StoreAccess {
  const target = targets.get(store);
  const folder = env[CREDENTIALS];
  const mounted = (file: string): string | undefined => (folder === undefined ? undefined : readMounted(join(folder, store, file)));
  const given = (reference: Reference | undefined, what: string): string | undefined => (reference === undefined ? undefined : deref(reference, what, env));
  const login = (of: Pick<AuditTarget, "user" | "password"> | undefined, prefix: "" | "probe-"): { user: string | undefined; password: string | undefined } => ({
    user: typeof of?.user === "string" ? of.user : (given(of?.user, `${prefix}user`) ?? mounted(`${prefix}username`)), password: given(of?.password, `${prefix}password`) ?? mounted(`${prefix}password`),
  });
  const probe = as === "prober" ? login(target?.probe, "probe-") : undefined;
  // A second login without a password of its own is none.
  const { user, password } = probe?.password === undefined ? login(target, "") : probe;
  const ca = given(target?.ca, "ca") ?? mounted("ca.crt");
  return {
    store, endpoint: target?.endpoint ?? endpoint, timeoutMs,
    ...(user !== undefined && { user }), ...(password !== undefined && { password }), ...(ca !== undefined && { ca }), ...(target?.plain && { plain: true }), ...(signal && { signal }),
  };
}

/** A value where a reference says; one line break at its end is no part of it. */
function deref(reference: Reference, what: string, env: TargetOptions["env"]): string {
  if ("env" in reference) {
    const value = env[reference.env];
    if (value === undefined || value === "") throw new StoreUnreadable(`its ${what} is said to be in the environment variable ${reference.env}, which is ${value === undefined ? "not set" : "empty"}`);
    return value;
  }
  try {
    return trimmed(readFileSync(reference.file, "utf8"));
  } catch (error) {
    throw new StoreUnreadable(`its ${what} is said to be in the file ${reference.file}, which cannot be read (${(error as NodeJS.ErrnoException).code ?? "unknown"})`);
  }
}

function readMounted(file: string): string | undefined {
  try {
    return trimmed(readFileSync(file, "utf8"));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw new StoreUnreadable(`the file ${file} cannot be read (${code ?? "unknown"})`);
  }
}

const trimmed = (text: string): string => text.replace(/\r?\n$/, "");
