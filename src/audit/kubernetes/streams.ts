/** All lists at once, namespace by namespace, so that memory holds a page of each and one namespace, never the fleet (D39). */
import { inTurn } from "../../model/turns.ts";
import { namespaceKey } from "../desired/side.ts";
import { type LiveObject, type LiveSource, Unreadable } from "../live/source.ts";
import type { Query } from "./kinds.ts";

/** What one list gave in one namespace. */
export interface Part { query: Query; objects: LiveObject[] }

/** Lists that are asked for at the same time. */
const AT_ONCE = 8;

/** One list, read page by page. */
class Stream {
  readonly query: Query;
  readonly #pages: AsyncIterator<LiveObject[]>;
  #page: LiveObject[] = [];
  #at = 0;
  count = 0;
  #ended = false;
  /** Why it could not be read to its end. */
  failed: string | undefined;

  constructor(source: LiveSource, query: Query, namespaces: readonly string[] | undefined, signal: AbortSignal | undefined) {
    this.query = query;
    const list = (namespace?: string): AsyncIterable<LiveObject[]> => source.list(query.kind, { metadataOnly: !query.declared, ...(namespace !== undefined && { namespace }), ...(signal && { signal }) });
    this.#pages = (namespaces === undefined ? list() : inEach(namespaces, list))[Symbol.asyncIterator]();
  }

  /** The next object, left where it is; undefined at the end. */
  async head(): Promise<LiveObject | undefined> {
    while (this.#at >= this.#page.length) {
      if (this.#ended) return undefined;
      try {
        const next = await this.#pages.next();
        [this.#page, this.#at] = [next.done ? [] : next.value, 0];
        this.#ended = next.done ?? false;
      } catch (error) {
        if (!(error instanceof Unreadable)) throw error;
        [this.#page, this.#at, this.#ended, this.failed] = [[], 0, true, error.reason];
      }
    }
    return this.#page[this.#at];
  }

  async take(key: string): Promise<LiveObject[]> {
    const objects: LiveObject[] = [];
    for (let head = await this.head(); head !== undefined && namespaceKey(head.metadata.namespace) === key; head = await this.head()) {
      objects.push(head);
      this.#at += 1;
      this.count += 1;
    }
    return objects;
  }
}

export class Streams {
  readonly #streams: Stream[] = [];
  readonly #source: LiveSource;
  readonly #signal: AbortSignal | undefined;

  constructor(source: LiveSource, signal?: AbortSignal) { [this.#source, this.#signal] = [source, signal]; }

  /** Adds lists. `namespacesOf`: those a list is asked for, in the server's order; undefined: all at once. */
  open(queries: readonly Query[], namespacesOf: (query: Query) => readonly string[] | undefined = () => undefined): void {
    this.#streams.push(...queries.map((query) => new Stream(this.#source, query, namespacesOf(query), this.#signal)));
  }

  /** The first namespace that any list still has, as its sort key; undefined at the end of all. */
  async next(): Promise<string | undefined> {
    const heads = await inTurn(this.#streams, AT_ONCE, (stream) => stream.head());
    const keys = heads.filter((head) => head !== undefined).map((head) => namespaceKey(head.metadata.namespace));
    return keys.reduce<string | undefined>((least, key) => (least === undefined || key < least ? key : least), undefined);
  }

  /** Everything in one namespace, which must be the next or come before it. */
  take(key: string): Promise<Part[]> {
    return inTurn(this.#streams, AT_ONCE, async (stream) => ({ query: stream.query, objects: await stream.take(key) }));
  }

  /** Why a list could not be read to its end, so far; undefined while nothing went wrong. */
  failure(query: Query): string | undefined { return this.#streams.find((s) => s.query === query)?.failed; }

  counts(): { query: Query; objects: number; failed: string | undefined }[] { return this.#streams.map((s) => ({ query: s.query, objects: s.count, failed: s.failed })); }
}

/** One list after the other, so that a kind is one stream however it is asked for. */
async function* inEach(namespaces: readonly string[], list: (namespace: string) => AsyncIterable<LiveObject[]>): AsyncGenerator<LiveObject[]> {
  for (const namespace of namespaces) yield* list(namespace);
}
