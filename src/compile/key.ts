/** What a rendered tenant depends on, as digests: equal keys, equal output (D33). */
import { createHash, hash, randomUUID } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Graph } from "../load/graph.ts";
import type { Scan, TenantFiles } from "../load/scan.ts";

const BUILD = dirname(dirname(fileURLToPath(import.meta.url)));
let engine: string | undefined;

/** Digest of the compiler's own build, its schemas and Node's version. */
function engineDigest(): string {
  if (engine !== undefined) return engine;
  const sum = createHash("sha256").update(process.version);
  for (const folder of [BUILD, join(dirname(BUILD), "imports")]) {
    for (const path of readdirSync(folder, { recursive: true, encoding: "utf8" }).sort()) if (/\.(js|json)$/.test(path)) sum.update(`\0${path}\0`).update(readFileSync(join(folder, path)));
  }
  engine = sum.update(readFileSync(join(dirname(BUILD), "package.json"))).digest("hex");
  return engine;
}

/** Digest of what fixes the versions of packages that definitions may import. */
function packagesDigest(root: string): string {
  return ["package.json", "package-lock.json", "npm-shrinkwrap.json", "pnpm-lock.yaml", "yarn.lock", "bun.lock"]
    .map((name) => digestOf(join(root, name))).join(" ");
}

/** Empty where there is no such file; of one that cannot be read nothing is known, and no two are equal. */
function digestOf(path: string): string {
  try { return hash("sha256", readFileSync(path), "hex"); } catch (error) { return (error as NodeJS.ErrnoException).code === "ENOENT" ? "" : randomUUID(); }
}

export class Keys {
  readonly #graph: Graph;
  readonly #found: Scan;
  readonly #root: string;
  #known: string | undefined;
  constructor(root: string, found: Scan, graph: Graph) {
    this.#root = root;
    this.#graph = graph;
    this.#found = found;
  }

  /** Read when a key is first asked for: a run without cache asks for none. */
  get #base(): string { return (this.#known ??= `${engineDigest()} ${packagesDigest(this.#root)}`); }

  /** Of the platform and the shared definitions, wherever they are used. */
  start(): string { return this.#digest([this.#found.platform!, ...this.#found.helpers], this.#found.helpers.join(" ")); }

  /** Of one tenant. What is shared with others, and the day, are compared beside it. */
  tenant(files: TenantFiles, all: readonly string[], foreign: readonly { file: string; tenant: string }[]): string {
    return this.#digest([this.#found.platform!, ...all], JSON.stringify([files, foreign]));
  }

  #digest(roots: readonly string[], more: string): string {
    const reached = new Set(roots.flatMap((file) => [...this.#graph.reach(file)]));
    return hash("sha256", `${this.#base}\n${[...reached].sort().map((file) => `${file} ${this.#graph.files.get(file)?.sha256 ?? "-"}`).join("\n")}\n${more}`, "hex");
  }
}
