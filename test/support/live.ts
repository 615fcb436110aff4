/** Reads live sources whole, and opens a cluster at a URL. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import { type ClusterOptions, openCluster } from "../../src/audit/live/cluster.ts";
import type { LiveError } from "../../src/audit/live/failure.ts";
import { keyOf } from "../../src/audit/live/order.ts";
import { type ListOptions, type LiveKind, type LiveObject, type LiveSource, Unreadable } from "../../src/audit/live/source.ts";

const made: string[] = [];
afterAll(() => { for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true }); });

/** An empty folder of this test. */
export function folder(): string {
  const path = mkdtempSync(join(tmpdir(), "bulkhead-live-"));
  made.push(path);
  return path;
}

/** A file in a folder of its own. */
export function file(name: string, content: string | Uint8Array): string {
  const path = join(folder(), name);
  writeFileSync(path, content);
  return path;
}

export const TOKEN = "tok-5up3r-53cr3t";
/** A kubeconfig with one context, `here`. */
export const kubeconfig = (server: string, user: object = { token: TOKEN }, cluster: object = {}): string =>
  JSON.stringify({ apiVersion: "v1", kind: "Config", clusters: [{ name: "c", cluster: { server, ...cluster } }], users: [{ name: "u", user }], contexts: [{ name: "here", context: { cluster: "c", user: "u" } }], "current-context": "here" });

/** Short waits, so that bad days do not last. */
export const QUICK: Pick<ClusterOptions, "retry" | "timeoutMs"> = { timeoutMs: 2000, retry: { attempts: 3, firstMs: 5, askedMs: 1500 } };
export const openAt = (url: string, options: ClusterOptions = {}, user?: object): Promise<LiveSource> => openCluster({ kubeconfig: file("config", kubeconfig(url, user)), ...QUICK, ...options });

/** What a list gave, and why it ended early. */
export interface Read { keys: string[]; objects: LiveObject[]; pages: number; reason?: string }
export async function readAll(source: LiveSource, kind: LiveKind, options?: ListOptions): Promise<Read> {
  const read: Read = { keys: [], objects: [], pages: 0 };
  try {
    for await (const page of source.list(kind, options)) {
      read.pages++;
      read.objects.push(...page);
      read.keys.push(...page.map(({ metadata }) => keyOf(metadata)));
    }
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    read.reason = error.reason;
  }
  return read;
}

/** Code, exit and message of what opening refused. */
export async function refusal(opening: Promise<LiveSource>): Promise<string> {
  try {
    await (await opening).close();
    return "opened";
  } catch (error) {
    const { code, exit, message, hint } = error as LiveError;
    return `${code} ${exit} ${message} | ${hint}`;
  }
}
