import type { Traced } from "../explain/cause.ts";
import type { TenantFiles } from "../load/scan.ts";
import type { Platform, Table } from "../model/fleet.ts";
import type { Problem, SourceRef } from "../model/problem.ts";
import type { DataSet } from "../render/inventory.ts";
import type { FolderPlan, TreeFile } from "../render/plan.ts";
import type { TraceTarget } from "./trace.ts";

/** What becomes of rendered files. */
export type Output =
  /** Handed over with their text. */
  | { to: "memory" }
  /** Forgotten once they are checked. */
  | { to: "nothing" }
  /** Compared with the output folder, and what differs staged if so wished. */
  | { to: "tree"; out: string; stage: boolean };

/** What every tenant's rendering needs to know of the project. */
export interface Setting {
  /** Absolute path of the project. */
  root: string;
  platform: string;
  helpers: string[];
  /** Files that must not be loaded. */
  broken: string[];
  /** Packages definitions may import, and those they do. */
  allowed: string[];
  packages: string[];
  /** Files that definitions of several tenants may share. */
  common: string[];
  /** What the platform's, the shared and the common files import in the project, in order. */
  imports: Record<string, string[]>;
  /** `YYYY-MM-DD`, for expiry. */
  asOf: string;
  /** Layer of the file that is going to be traced. */
  layer?: string;
}

/** One tenant to render. */
export interface Order {
  files: TenantFiles;
  /** What the tenant's files import in the project, in order. */
  imports: Record<string, string[]>;
  /** Other tenants' files that this one imports. */
  foreign: { file: string; tenant: string }[];
  /** Which of the shared definitions are used by several tenants: those of these files, or exactly these. */
  shared: { files: string[] } | { ids: string[] };
  output: Output;
}

/** File descriptor on which a child says which file runs, a line each. */
export const ANNOUNCE_FD = 4;

/** Messages between the compiler and the processes that run definitions (D30). Plain data. */
export type Request =
  | { type: "warm" }
  | ({ type: "start" } & Setting)
  | { type: "render"; orders: Order[] }
  | { type: "trace"; target: TraceTarget; orders: Order[] };

export type Response =
  | { type: "warmed" }
  | { type: "started"; problems: Problem[]; platform?: Platform }
  | { type: "rendered"; /** Of no tenant: what a definition left running. */ problems: Problem[]; tenants: TenantResult[] }
  | { type: "traced"; traced?: Traced; problems: Problem[] }
  | { type: "failed"; message: string; code?: string; hint?: string };

/** Use of a shared definition. `path`: `domain/product:table`. */
export interface SharedUse { id: string; path: string; file: string }

/** What rendering a tenant gave; the fleet's own checks need no more (D33). Without folders when it has errors. */
export interface TenantResult {
  id: string;
  problems: Problem[];
  /** Every domain and product could be loaded. */
  complete: boolean;
  uses: SharedUse[];
  /** Identities taken for shared. */
  shared: string[];
  /** An expiry was judged: the result holds for this day only. */
  dated: boolean;
  /** Physical names that are global in their system, for collisions between tenants. */
  names: { system: string; name: string; source: SourceRef }[];
  /** Files a layer. */
  counts: Record<string, number>;
  sharedTables: Table[];
  folders: RenderedFolder[];
}

/** A folder below the output folder with an inventory of its own. */
export interface RenderedFolder {
  folder: string;
  /** Paths of its files below it, sorted, one a line. */
  paths: string;
  /** Hex SHA-256 of its inventory, which holds those of the others. */
  inventory: string;
  /** Id that git gives the inventory, in repositories of SHA-1. */
  blob: string;
  /** What holds data there. */
  data: DataSet;
  /** With `to: "memory"`. */
  files?: TreeFile[];
  /** With `to: "tree"`. */
  plan?: FolderPlan;
}
