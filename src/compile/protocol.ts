import type { TenantFiles } from "../load/scan.ts";
import type { Platform, Table } from "../model/fleet.ts";
import type { Problem, SourceRef } from "../model/problem.ts";

/** Messages between the compiler and the processes that run definitions (D30). Plain JSON. */
export type Request =
  | { type: "load"; root: string; platform: string; tenants: TenantFiles[]; helpers: string[]; broken: string[]; /** Other tenants' files that this shard imports. */ foreign: { file: string; tenant: string }[];
      /** Packages definitions may import, and those they do. */ allowed: string[]; packages: string[];
      /** What each file imports in the project, in order. */ imports: Record<string, string[]>; /** Files that definitions of several tenants may share. */ common: string[] }
  | { type: "render"; /** Identities of definitions that several tenants use. */ shared: string[]; asOf: string };

export interface SharedUse { id: string; tenant: string; /** `domain/product:table` */ path: string; file: string }

export type Response =
  | { type: "loaded"; problems: Problem[]; uses: SharedUse[] }
  | { type: "rendered"; problems: Problem[]; platform?: Platform; tenants: RenderedTenant[]; sharedTables: Table[] }
  | { type: "failed"; message: string; problems?: undefined };

/** A file of `dist/`, with what the inventory and the checks over the whole fleet need of it. */
export interface RenderedFile {
  /** POSIX, below the output folder. */
  path: string;
  text: string;
}

/** What a tenant looks like from outside: checks over the fleet need no more (D33). */
export interface RenderedTenant {
  id: string;
  files: RenderedFile[];
  /** Physical names that are global in their system, for collisions between tenants. */
  names: { system: string; name: string; source: SourceRef }[];
  counts: Record<string, number>;
}

/** The pipe on which a child says which file runs now, a line each. */
export const ANNOUNCE_FD = 4;
