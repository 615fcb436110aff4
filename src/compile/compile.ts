/** Definitions in, files and problems out. Writes nothing. */
import { availableParallelism } from "node:os";
import { sharedPathProblems } from "../load/definitions.ts";
import { type Graph, importGraph } from "../load/graph.ts";
import { type Scan, scan, type TenantFiles } from "../load/scan.ts";
import type { Platform, Table } from "../model/fleet.ts";
import { type Problem, refused, type SourceRef } from "../model/problem.ts";
import { renderPlatform } from "./platform.ts";
import { allowedPackages } from "../sandbox/allow.ts";
import { type Limits, Worker } from "./processes.ts";
import type { RenderedFile, RenderedTenant, Response } from "./protocol.ts";

export interface CompileOptions {
  /** Absolute path of the project. */
  root: string;
  /** `YYYY-MM-DD`; decides expiry in checks only (D38). */
  asOf: string;
  /** Only these tenants; the platform's own files are then left out. */
  tenants?: readonly string[];
  /** Number of processes; default one a core. */
  processes?: number;
  /** How long a definition may run on without a word, and its memory. */
  limits?: Limits;
}
export interface Compiled {
  /** Sorted by path; empty when there are errors. */
  files: RenderedFile[];
  problems: Problem[];
  tenants: Omit<RenderedTenant, "files">[];
  platform?: Platform;
  /** Objects and files a layer gave the platform itself. */
  platformCounts: Record<string, number>;
}

/** Compiles the fleet. Every problem of every file is reported in one run, each with its place. */
export async function compile(options: CompileOptions): Promise<Compiled> {
  const found = scan(options.root);
  const empty: Compiled = { files: [], problems: found.problems, tenants: [], platformCounts: {} };
  if (!found.platform || found.tenants.length === 0) return empty;
  const roots = [found.platform, ...found.helpers, ...found.tenants.flatMap(filesOf)];
  const { allowed, problems: settings } = allowedPackages(options.root);
  const graph = importGraph(options.root, roots, allowed);
  graph.problems.push(...settings);
  const affected = (file: string): string[] => [...graph.syntax.keys()].filter((other) => graph.reach(other).has(file));
  const workers = shards(found.tenants, options.processes ?? availableParallelism()).map((tenants) => ({ worker: new Worker({ root: options.root, allowed, limits: options.limits, affected }), tenants }));
  try {
    const loaded = await Promise.all(workers.map(({ worker, tenants }) => worker.load({
      type: "load", root: options.root, platform: found.platform!, tenants, helpers: found.helpers, broken: [...graph.broken], foreign: foreignFiles(graph, found, tenants), allowed, ...graph.needs,
    })));
    const uses = loaded.flatMap((l) => l.uses);
    const shared = [...new Set(uses.map((u) => u.id))].filter((id) => new Set(uses.filter((u) => u.id === id).map((u) => u.tenant)).size > 1);
    const sharedUses = uses.filter((u) => shared.includes(u.id)).sort((a, b) => (a.file < b.file ? -1 : 1));
    const rendered = await Promise.all(workers.map(({ worker }) => worker.render({ type: "render", shared, asOf: options.asOf })));
    const problems = [...found.problems, ...graph.problems, ...loaded.flatMap((l) => l.problems), ...sharedPathProblems(sharedUses), ...rendered.flatMap((r) => r.problems)];
    return finish(options, graph, rendered, problems);
  } finally {
    for (const { worker } of workers) worker.end();
  }
}

function finish(options: CompileOptions, graph: Graph, rendered: Extract<Response, { type: "rendered" }>[], problems: Problem[]): Compiled {
  const platform = rendered.find((r) => r.platform)?.platform;
  const tenants = rendered.flatMap((r) => r.tenants).sort((a, b) => (a.id < b.id ? -1 : 1));
  problems.push(...nameCollisions(tenants));
  let files = tenants.filter((t) => !options.tenants || options.tenants.includes(t.id)).flatMap((t) => t.files);
  let platformCounts: Record<string, number> = {};
  if (platform && !options.tenants) {
    const own = renderPlatform(platform, sharedTables(rendered));
    problems.push(...own.problems);
    files = files.concat(own.files);
    platformCounts = own.counts;
  }
  const placed = unique(problems).map((problem) => withPlace(problem, graph)).sort(byPlace);
  const failed = placed.some((p) => p.severity === "error");
  return {
    files: failed ? [] : files.sort((a, b) => (a.path < b.path ? -1 : 1)), problems: placed,
    tenants: tenants.map(({ files: _, ...rest }) => rest), ...(platform && { platform }), platformCounts,
  };
}

const filesOf = (t: TenantFiles): string[] => [...(t.file ? [t.file] : []), ...t.domains.map((d) => d.file), ...t.products.map((p) => p.file)];

/** Splits tenants into at most `count` shards of about equal numbers of files, at least eight tenants each. */
function shards(tenants: TenantFiles[], count: number): TenantFiles[][] {
  const parts = Math.max(1, Math.min(count, Math.ceil(tenants.length / 8)));
  const result = Array.from({ length: parts }, (): TenantFiles[] => []);
  tenants.forEach((tenant, i) => result[i % parts]!.push(tenant));
  return result;
}

function foreignFiles(graph: Graph, found: Scan, tenants: TenantFiles[]): { file: string; tenant: string }[] {
  const inside = new Set(tenants.flatMap(filesOf));
  const owners = new Map(found.tenants.flatMap((t) => t.products.map((p) => [p.file, t.id] as const)));
  const reached = new Set([...inside].flatMap((file) => [...graph.reach(file)]));
  return [...reached].filter((file) => !inside.has(file) && owners.has(file)).map((file) => ({ file, tenant: owners.get(file)! }));
}

function sharedTables(rendered: Extract<Response, { type: "rendered" }>[]): Table[] {
  const all = new Map(rendered.flatMap((r) => r.sharedTables).map((t) => [`${t.store} ${t.schema}.${t.name}`, t]));
  return [...all.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, table]) => table);
}

/** Two tenants whose definitions map to one physical name in a system that all share (D28). */
function nameCollisions(tenants: RenderedTenant[]): Problem[] {
  const seen = new Map<string, { tenant: string; source: SourceRef }>();
  return tenants.flatMap(({ id, names }) => names.flatMap(({ system, name, source }) => {
    const key = `${system} ${name}`;
    const other = seen.get(key);
    seen.set(key, other ?? { tenant: id, source });
    return other && other.tenant !== id ? [refused("BH3007", `${system} "${name}" belongs to tenant "${id}" and to tenant "${other.tenant}"`, source, "rename one", [other.source])] : [];
  }));
}

function unique(problems: Problem[]): Problem[] {
  const seen = new Set<string>();
  return problems.filter((p) => {
    const key = JSON.stringify([p.code, p.message, p.source]);
    return !seen.has(key) && seen.add(key);
  });
}

/** Adds line and column, by looking at the file that was parsed anyway. */
function withPlace(problem: Problem, graph: Graph): Problem {
  const related = problem.related?.map((ref) => place(ref, graph).source);
  if (!problem.source) return problem;
  const { source, text } = place(problem.source, graph);
  const message = problem.code === "BH3003" && text ? `${text} is undefined` : problem.message;
  return { ...problem, message, source, ...(related && { related }) };
}

function place(source: SourceRef, graph: Graph): { source: SourceRef; text?: string } {
  if (source.line !== undefined) return { source };
  const found = graph.syntax.get(source.file)?.locate(source.path);
  return found ? { source: { ...source, line: found.line, column: found.column }, text: found.text } : { source: graph.syntax.has(source.file) ? { ...source, line: 1, column: 1 } : source };
}

function byPlace(a: Problem, b: Problem): number {
  const key = (p: Problem): string => `${p.source?.file ?? ""}\0${String(p.source?.line ?? 0).padStart(8, "0")}\0${String(p.source?.column ?? 0).padStart(8, "0")}\0${p.code}\0${p.message}`;
  return key(a) < key(b) ? -1 : 1;
}
