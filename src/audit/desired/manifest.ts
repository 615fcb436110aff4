/** What one parsed manifest is, and whether it is one. */
import { groupOf, kindName } from "../../model/kinds.ts";
import { OWNER_ANNOTATION, TENANT_LABEL } from "../../model/names.ts";
import { type Problem, type SourceRef, unloadable } from "../../model/problem.ts";
import { isMap } from "../../model/value.ts";

export interface ManifestIdentity { apiVersion: string; kind: string; namespace?: string; name: string; owner?: string; tenant?: string }

const text = (value: unknown): string | undefined => (typeof value === "string" && value !== "" ? value : undefined);

/** An object's identity in a cluster, as one text and as people read it: two versions of one group are the same object. */
export const identityOf = (of: Pick<ManifestIdentity, "apiVersion" | "kind" | "namespace" | "name">): string => `${kindName(of)} ${of.namespace ? `${of.namespace}/` : ""}${of.name}`;

/** Reads what an object says it is; a problem (BH7304) for what no API server would take. */
export function identify(value: unknown, source: SourceRef): ManifestIdentity | Problem {
  if (!isMap(value)) return unloadable("BH7304", `this is ${Array.isArray(value) ? "a list" : `a ${typeof value}`}, and no Kubernetes object`, source, "an object has apiVersion, kind and metadata.name");
  const metadata = isMap(value.metadata) ? value.metadata : {};
  const [apiVersion, kind, name] = [text(value.apiVersion), text(value.kind), text(metadata.name)];
  const said = { apiVersion: value.apiVersion, kind: value.kind, "metadata.name": metadata.name, "metadata.namespace": metadata.namespace ?? "" };
  // YAML makes numbers and truths of some names.
  const odd = Object.entries(said).find(([, text]) => typeof text !== "string" && text !== undefined && text !== null);
  if (odd) return unloadable("BH7304", `the ${odd[0]} of this ${kind ?? "object"} is no text`, source, "quote it");
  const missing = [apiVersion === undefined && "apiVersion", kind === undefined && "kind", name === undefined && "metadata.name"].filter((field) => field !== false);
  if (apiVersion === undefined || kind === undefined || name === undefined) return unloadable("BH7304", `this ${kind ?? "object"} has no ${missing.join(" and no ")}`, source, hintOf(kind, metadata, missing));
  const labels = isMap(metadata.labels) ? metadata.labels : {};
  const annotations = isMap(metadata.annotations) ? metadata.annotations : {};
  const [namespace, owner, tenant] = [text(metadata.namespace), text(annotations[OWNER_ANNOTATION]), text(labels[TENANT_LABEL])];
  return { apiVersion, kind, name, ...(namespace !== undefined && { namespace }), ...(owner !== undefined && { owner }), ...(tenant !== undefined && { tenant }) };
}

function hintOf(kind: string | undefined, metadata: Record<string, unknown>, missing: string[]): string {
  if (kind === "Kustomization") return "this is an input of kustomize: give what kustomize build prints";
  if (metadata.generateName !== undefined) return "with generateName every apply makes another object: an audit needs a name";
  return missing.length === 3 ? "give manifests only: values and charts of Helm are no manifests, what helm template prints is" : "an object has apiVersion, kind and metadata.name";
}

/** True for what `identify` refused. */
export const isProblem = (value: ManifestIdentity | Problem): value is Problem => "severity" in value;

/** Problems (BH7305) of entries that are one object; the entries are sorted. `place` says where one is. */
export function duplicateProblems<E extends ManifestIdentity>(sorted: readonly E[], place: (entry: E) => SourceRef, where: (entry: E) => string): Problem[] {
  return sorted.flatMap((entry, i) => {
    const before = sorted[i - 1];
    if (!before || identityOf(before) !== identityOf(entry)) return [];
    return [unloadable("BH7305", `${identityOf(entry)} is declared twice: in ${where(before)} and in ${where(entry)}`, place(entry), "one object has one manifest: take one of them out", [place(before)])];
  });
}

const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
/** Order of entries: namespace as the API server sorts it, kind, name, group. `key` makes a namespace's sort key. */
export const entryOrder = (key: (namespace: string | undefined) => string) => (a: ManifestIdentity, b: ManifestIdentity): number =>
  order(key(a.namespace), key(b.namespace)) || order(a.kind, b.kind) || order(a.name, b.name) || order(groupOf(a.apiVersion), groupOf(b.apiVersion));

/** Strings kept once. Copies: what V8 cut out of a longer text would keep that whole text alive. */
export class Strings {
  readonly #known = new Map<string, string>();
  own(text: string): string { return Buffer.from(text, "utf8").toString("utf8"); }
  once(text: string): string {
    let known = this.#known.get(text);
    if (known === undefined) { known = this.own(text); this.#known.set(known, known); }
    return known;
  }
  /** All texts of a flat object. */
  all<T extends object>(object: T): T { return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, typeof value === "string" ? this.once(value) : (value as unknown)])) as T; }
}
