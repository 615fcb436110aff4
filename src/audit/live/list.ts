/**
 * A kind, page by page, in the server's order and nothing twice. A page is read and checked whole before any of it is handed out, and the next one
 * is asked for while the caller works, so two pages at most are in memory.
 *
 * A list that expires (410) goes on behind the last object: the server hands out a token for that with the refusal, and where it does not, the list
 * begins again and what stands at or before the last object is dropped. Both give the same: keys never change and come in one order, so every
 * object that lived all the time comes exactly once. Two parts are of two moments then, as if the audit had been slower.
 */
import { parseAnswer, reasonOf, unreadable } from "./answer.ts";
import { assertListable, resourceName } from "./kind.ts";
import { compareKeys, compareObjects, isOrdered, keyOf } from "./order.ts";
import { type Answer, RequestFailure } from "./request.ts";
import type { Client } from "./retry.ts";
import { type ListOptions, type LiveKind, type LiveObject, PAGE, Unreadable } from "./source.ts";

/** A page over this size is asked for again with fewer objects. */
const PAGE_BYTES = 64 * 2 ** 20;
/** Times that a list may expire without giving a page in between. */
const EXPIRIES = 5;

const METADATA = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json";

interface Place {
  token: string;
  /** The last object handed out. */
  last?: string;
  limit: number;
  /** The list began again, and what stands at or before `last` comes again. */
  again: boolean;
  /** How often it has expired since it last gave an object. */
  expiries: number;
}
interface Page { objects: LiveObject[]; next?: Place }

export async function* listPages(client: Client, kind: LiveKind, { metadataOnly = false, namespace, signal }: ListOptions = {}): AsyncGenerator<LiveObject[]> {
  assertListable(kind);
  if (namespace !== undefined && !kind.namespaced) throw new Unreadable(`${resourceName(kind)} lie in no namespace`);
  const left = new AbortController();
  const stop = signal === undefined ? left.signal : AbortSignal.any([signal, left.signal]);
  const read = (place: Place): Promise<Page> => {
    const page = readPage(client, kind, place, { metadataOnly, namespace, signal: stop });
    // It is awaited at the next turn; until then nobody listens.
    page.catch(() => {});
    return page;
  };
  try {
    for (let ahead: Promise<Page> | undefined = read({ token: "", limit: PAGE, again: false, expiries: 0 }); ahead !== undefined;) {
      const { objects, next }: Page = await ahead;
      ahead = next && read(next);
      if (objects.length > 0) yield objects;
    }
  } finally {
    left.abort();
  }
}

async function readPage(client: Client, kind: LiveKind, place: Place, options: ListOptions & { metadataOnly: boolean }): Promise<Page> {
  let { token, limit, again, expiries } = place;
  for (let cut = 0; ;) {
    const answer = await fetchPage(client, kind, token, limit, options);
    if (answer === "large") {
      if (limit === 1) throw new Unreadable(`an object of ${resourceName(kind)} has more than ${PAGE_BYTES / 2 ** 20} MB`);
      limit = Math.max(1, Math.floor(limit / 8));
      continue;
    }
    if (answer.status === 410 && ++expiries <= EXPIRIES) {
      token = tokenBehind(answer);
      again ||= token === "";
      continue;
    }
    if (answer.status !== 200) throw new Unreadable(reasonOf(answer, resourceName(kind)));
    let body: Record<string, unknown>;
    try {
      body = parseAnswer(answer);
    } catch (error) {
      // Where the end of the connection is the end of the answer, a cut one shows only here.
      if (++cut > 2) throw error;
      continue;
    }
    return placePage(body, kind, { ...place, limit, again, expiries }, options.metadataOnly);
  }
}

async function fetchPage(client: Client, kind: LiveKind, token: string, limit: number, { metadataOnly, namespace, signal }: ListOptions): Promise<Answer | "large"> {
  const query = new URLSearchParams({ limit: String(limit), ...(token !== "" && { continue: token }) });
  const base = `${kind.apiVersion.includes("/") ? "/apis" : "/api"}/${kind.apiVersion}`;
  const path = `${base}${namespace === undefined ? "" : `/namespaces/${encodeURIComponent(namespace)}`}/${kind.plural}?${query}`;
  try {
    return await client.get(path, metadataOnly ? METADATA : "application/json", { signal, bytes: PAGE_BYTES });
  } catch (error) {
    if (error instanceof RequestFailure && error.why === "large") return "large";
    throw unreadable(error);
  }
}

/** The token with which a list that expired goes on behind its last object; empty: from its start. */
function tokenBehind(answer: Answer): string {
  try {
    const { metadata } = parseAnswer(answer) as { metadata?: { continue?: unknown } };
    return typeof metadata?.continue === "string" ? metadata.continue : "";
  } catch {
    return "";
  }
}

/** Checks that a page is a list in its order and goes on behind the one before. */
function placePage(body: Record<string, unknown>, kind: LiveKind, place: Place, metadataOnly: boolean): Page {
  const { items, metadata, kind: listKind } = body as { items?: unknown; metadata?: { continue?: unknown }; kind?: unknown };
  // Go writes an empty list of some kinds as null.
  if (typeof listKind !== "string" || !listKind.endsWith("List") || !(Array.isArray(items) || items === null || items === undefined)) throw new Unreadable(`the answer is no list of ${resourceName(kind)}`);
  let objects = (items ?? []).map((item) => complete(item, kind, metadataOnly));
  const token = typeof metadata?.continue === "string" ? metadata.continue : "";
  if (!isOrdered(objects)) {
    // API servers of others may have another order; what comes in one page can be put right.
    if (token !== "" || place.last !== undefined) throw new Unreadable(`the server gives ${resourceName(kind)} in no order, so that its pages cannot be joined`);
    objects.sort(compareObjects);
    if (!isOrdered(objects)) throw new Unreadable(`the server gives an object of ${resourceName(kind)} twice`);
  }
  const { last } = place;
  if (place.again && last !== undefined) objects = objects.filter((one) => compareKeys(last, keyOf(one.metadata)) < 0);
  if (!isOrdered(objects, last)) throw new Unreadable(`the server gives ${resourceName(kind)} in no order, so that its pages cannot be joined`);
  const end = objects.at(-1);
  if (token === "") return { objects };
  return { objects, next: end === undefined ? { ...place, token } : { token, last: keyOf(end.metadata), limit: place.limit, again: false, expiries: 0 } };
}

/** Objects in lists of built-in kinds have no kind of their own, and those of metadata-only lists have another. */
function complete(item: unknown, kind: LiveKind, metadataOnly: boolean): LiveObject {
  const { metadata } = (item ?? {}) as { metadata?: LiveObject["metadata"] };
  if (typeof item !== "object" || item === null || typeof metadata?.name !== "string" || metadata.name === "") throw new Unreadable(`the answer holds an object of ${resourceName(kind)} without a name`);
  return metadataOnly ? { apiVersion: kind.apiVersion, kind: kind.kind, metadata } : { ...item, apiVersion: kind.apiVersion, kind: kind.kind, metadata };
}
