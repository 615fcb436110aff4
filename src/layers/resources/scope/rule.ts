/** A rule of tenant-scope, twice: as CEL for admission and as TypeScript for synth. Tests run both over the same cases. */
import { tenantNamespace } from "../../../model/names.ts";
import type { Manifest } from "../../layer.ts";

export interface ScopeIssue { /** JSON pointer into the manifest. */ path: string; message: string }
/** Whose namespace the manifest is in. */
export interface ScopeContext { tenant: string; namespace: string; /** Bucket of a tenant is this and its identifier. */ bucketPrefix: string }
export interface ScopeRule {
  id: string;
  /** Kinds it applies to, as `<group>/<resource>` and as kind; a resource `*` is every kind of the group, a group `*` every object. */
  group: string; resources: string[]; kinds: string[];
  /** True for an object that keeps the rule. Variables: tenant, prefix (`tenant.<id>.`). */
  cel: string;
  message: string;
  check(object: Manifest, context: ScopeContext): ScopeIssue[];
}

/** Context of a tenant's own namespace. */
export const contextOf = (tenant: string, bucketPrefix: string): ScopeContext => ({ tenant, namespace: tenantNamespace(tenant), bucketPrefix });
/** Whether a rule speaks of an object. */
export function applies({ group, kinds }: Pick<ScopeRule, "group" | "kinds">, { apiVersion, kind }: Manifest): boolean {
  if (group === "*") return true;
  const own = apiVersion.includes("/") ? apiVersion.split("/")[0] : "";
  return own === group && (kinds.includes("*") || kinds.includes(kind));
}

export type Node = Record<string, unknown>;
/** The object below a key, or an empty one. */
export const node = (value: unknown): Node => (typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Node) : {});
/** The objects of a list below a key, or none. */
export const nodes = (value: unknown): Node[] => (Array.isArray(value) ? value.map(node) : []);
export const text = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);
/** One issue unless the test holds. */
export const unless = (holds: boolean, path: string, message: string): ScopeIssue[] => (holds ? [] : [{ path, message }]);
/** Pointer of a chain of keys. */
export const at = (...keys: (string | number)[]): string => keys.map((key) => `/${String(key).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
