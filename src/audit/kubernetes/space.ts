/** Whose a namespace is. Only in a tenant's or the platform's own namespaces everything must be known; elsewhere git's objects are compared and others let be. */
import type { DesiredEntry } from "../desired/side.ts";
import type { LiveObject } from "../live/source.ts";
import { groupOf } from "../../model/kinds.ts";
import { NAMESPACES, TENANT_LABEL } from "../../model/names.ts";
import { selects } from "../../model/selector.ts";

const ARGO = "argoproj.io";
/** The server writes it on every namespace, whatever somebody else wrote there. */
const NAME_LABEL = "kubernetes.io/metadata.name";

export interface Owner { /** Absent: the platform's own. */ tenant?: string }
/** A namespace that must be known whole; `partial`: nobody has seen it live, so that it may have other labels. */
export interface Space extends Owner { name: string; labels: Record<string, unknown>; partial: boolean }
/** An object of git as far as it is needed here. */
interface Declared { kind: string; metadata: { name: string; labels?: unknown } }

export class Spaces {
  readonly #owners = new Map<string, Owner>();
  readonly #labels = new Map<string, Record<string, unknown>>();
  /** Git declares what Argo CD may do: then nobody else does. */
  readonly #argocd: boolean;

  constructor(entries: readonly DesiredEntry[]) {
    this.#argocd = entries.some(({ apiVersion, namespace, area }) => area !== "foreign" && namespace === NAMESPACES.argocd && groupOf(apiVersion) === ARGO);
    for (const { kind, name, tenant, area } of entries) if (kind === "Namespace") this.#owners.set(name, tenant === undefined || area === "platform" ? {} : { tenant });
  }

  /**
   * Takes over what live Namespaces say of themselves: one with a tenant's label is that tenant's space, whatever git says. One that is not there will have
   * the labels that git gives it, unless the list was cut off (`whole` is false): then nobody knows which it has.
   */
  learn(namespaces: readonly LiveObject[], whole: boolean, declared: readonly Declared[]): void {
    if (whole) for (const { kind, metadata: { name, labels } } of declared) if (kind === "Namespace") this.#labels.set(name, (labels ?? {}) as Record<string, unknown>);
    for (const { metadata: { name, labels = {} } } of namespaces) {
      const tenant = labels[TENANT_LABEL];
      if (tenant !== undefined && !this.#owners.has(name)) this.#owners.set(name, { tenant });
      this.#labels.set(name, labels);
    }
  }

  of(namespace: string): Owner | undefined { return this.#owners.get(namespace); }

  /** Namespaces whose owner is one of these. */
  named(is: (owner: Owner) => boolean): string[] { return [...this.#owners].flatMap(([name, owner]) => (is(owner) ? [name] : [])); }

  /** Whose an object of this group would be there. Argo CD's namespace is its installer's, but a project or application in it reaches into every tenant. */
  ofGroup(namespace: string, apiVersion: string): Owner | undefined {
    return this.#owners.get(namespace) ?? (this.#argocd && namespace === NAMESPACES.argocd && groupOf(apiVersion) === ARGO ? {} : undefined);
  }

  /** Every space: those of tenants first, by name. */
  all(): Space[] {
    const isPlatforms = ({ tenant }: Owner): number => (tenant === undefined ? 1 : 0);
    return [...this.#owners].sort(([a, one], [b, other]) => isPlatforms(one) - isPlatforms(other) || (a < b ? -1 : 1)).map(([name, owner]) => ({ ...owner, name, labels: { ...this.#labels.get(name), [NAME_LABEL]: name }, partial: !this.#labels.has(name) }));
  }

  /** Those that cannot be shown not to be selected. */
  selected(selector: unknown): Space[] { return this.all().filter(({ labels, partial }) => selects(selector, labels, partial) !== false); }
}

/** Into whose space something reaches, and how, in words. */
export interface Reach extends Owner { note: string }

/** How the words about some spaces end, and whose it is: one owner's when all are his, else the platform's. Undefined where there are none. */
export function reachOf(spaces: readonly Space[], how: string): Reach | undefined {
  const [first] = spaces;
  if (first === undefined) return undefined;
  const isOnes = spaces.every(({ tenant }) => tenant === first.tenant) && first.tenant !== undefined;
  const names = spaces.slice(0, 3).map(({ name }) => name).join(", ");
  return { ...(isOnes && { tenant: first.tenant! }), note: `${how} ${names}${spaces.length > 3 ? ` and ${spaces.length - 3} more` : ""}` };
}
