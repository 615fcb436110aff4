/** Real repositories in temporary folders, with rendered trees as Bulkhead writes them. */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll } from "vitest";
import { digest, type KubernetesObject, objectText } from "../../src/render/file.ts";
import { type InventoryEntry, inventoryText } from "../../src/render/inventory.ts";

const made: string[] = [];
afterAll(() => { for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true }); });

/** A folder that goes with the test. */
export function folder(files: Record<string, string | Uint8Array> = {}): string {
  const root = mkdtempSync(join(tmpdir(), "bulkhead-audit-"));
  made.push(root);
  put(root, files);
  return root;
}

/** Writes files, and takes those away that are null. */
export function put(root: string, files: Record<string, string | Uint8Array | null>): void {
  for (const [path, text] of Object.entries(files)) {
    if (text === null) { rmSync(join(root, path), { recursive: true, force: true }); continue; }
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
}

export function git(root: string, args: string[], at?: string): string {
  const env = { ...process.env, GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_SYSTEM: "/dev/null", ...(at && { GIT_AUTHOR_DATE: at, GIT_COMMITTER_DATE: at }) };
  const { status, stdout, stderr } = spawnSync("git", ["-c", "user.name=test", "-c", "user.email=test@example.com", "-c", "init.defaultBranch=main", "-c", "commit.gpgsign=false", ...args], { cwd: root, encoding: "utf8", env });
  if (status !== 0) throw new Error(`git ${args.join(" ")}: ${stderr}`);
  return stdout.trim();
}

/** A repository with one commit of these files; the id of the commit. */
export function repository(files: Record<string, string | Uint8Array>, at = "2026-11-24T10:00:00Z"): string {
  const root = folder(files);
  git(root, ["init", "-q"]);
  commit(root, {}, at);
  return root;
}

/** Commits changed files and gives the commit's id. */
export function commit(root: string, files: Record<string, string | Uint8Array | null>, at: string): string {
  put(root, files);
  git(root, ["add", "-A"]);
  git(root, ["commit", "-q", "--allow-empty", "-m", "x"], at);
  return git(root, ["rev-parse", "HEAD"]);
}

export const SOURCE = { file: "tenants/acme/tenant.ts", path: "" };
export const config = (name: string, namespace: string | undefined, data: Record<string, string> = {}): KubernetesObject => ({ apiVersion: "v1", kind: "ConfigMap", metadata: { name, ...(namespace !== undefined && { namespace }) }, data });

/** Files of one folder with its inventory: objects by path below it, texts as they are. */
export function rendered(base: string, files: Record<string, KubernetesObject | string>, source = SOURCE): Record<string, string> {
  const texts = Object.entries(files).map(([path, file]) => [path, typeof file === "string" ? file : objectText(file, { area: "content", layer: "resources", wave: 0, source, owner: "acme-data" }, [])] as const);
  const entries = texts.map(([path, text]): InventoryEntry => {
    const file = files[path]!;
    const identity = typeof file === "string" ? null : { group: file.apiVersion.includes("/") ? file.apiVersion.split("/")[0]! : "", kind: file.kind, ...(file.metadata.namespace !== undefined && { namespace: file.metadata.namespace }), name: file.metadata.name };
    return { path, sha256: digest(text), object: identity, layer: "resources", wave: 5, owner: "acme-data", source };
  });
  return { ...Object.fromEntries(texts.map(([path, text]) => [`${base}/${path}`, text])), [`${base}/inventory.json`]: inventoryText(entries) };
}
