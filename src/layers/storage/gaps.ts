/** What could not be read, and what the reader's parts have in common. */
import type { ItemCoverage, LiveItem } from "../../model/plane.ts";
import { Strange } from "./answers.ts";
import { type Answer, type Client, Unanswered } from "./client.ts";
import { KINDS, OTHER_USERS } from "./items.ts";

/** Of the admin API, which also speaks XML. */
export const JSON_FORM = { format: "json" };

/** What could not be read, of which tenants and why. */
export class Gaps {
  /** Set when the server went away: nothing more is asked of it. */
  down?: string;
  readonly #lines = new Map<string, { reason: string; tenants: Set<string | undefined> }>();
  add(what: string, tenant: string | undefined, reason: string): void {
    const line = this.#lines.get(what) ?? { reason, tenants: new Set() };
    this.#lines.set(what, line);
    line.tenants.add(tenant);
  }
  /** One line a kind; whose it is, where all of it is tenants'. */
  coverage(items: readonly LiveItem[]): ItemCoverage[] {
    const kinds = [...KINDS, ...(this.#lines.has(OTHER_USERS) ? [OTHER_USERS] : [])];
    return kinds.map((what): ItemCoverage => {
      const objects = items.filter(({ kind }) => kind === what).length;
      const gap = this.#lines.get(what);
      if (!gap) return { what, state: "read", objects };
      const tenants = gap.tenants.has(undefined) ? undefined : [...gap.tenants].sort() as string[];
      return { what, state: "unknown", objects, reason: gap.reason, ...(tenants && { tenants }) };
    });
  }
}

/** An answer, or in words why there is none. The first that does not come ends the asking: each further one may take as long. */
export async function asked(client: Client, gaps: Gaps, path: string, query: Readonly<Record<string, string>>): Promise<Answer | string> {
  if (gaps.down !== undefined) return gaps.down;
  try {
    return await client.get(path, query);
  } catch (error) {
    if (!(error instanceof Unanswered)) throw error;
    return (gaps.down ??= error.message);
  }
}

/** Work that may meet an answer of another form. */
export function tried<T>(work: () => T, gap: (reason: string) => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof Strange)) throw error;
    return gap(error.message);
  }
}
