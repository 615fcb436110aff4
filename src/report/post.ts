/** Posts JSON to a sink over HTTP: bounded in time and tries, and never with a credential in a text. */
import { setTimeout as pause } from "node:timers/promises";

/** What came of one post. `refused`: the receiver will not take it, however often; `failed`: it could not be reached or failed itself. */
export type Posted = { state: "taken" } | { state: "refused"; status: number; body: string } | { state: "failed"; reason: string };

export interface PostOptions {
  contentType: string;
  /** Milliseconds one try may take; 10,000. */
  timeout?: number;
  /** Tries beyond the first; 2. */
  retries?: number;
  /** Milliseconds before the second try, twice as many before each further one; 250. */
  backoff?: number;
  fetch?: typeof fetch;
}

/** Longest a receiver's Retry-After is obeyed, in milliseconds. */
const PATIENCE = 10_000;
/** Characters read of an answer. */
const ANSWER = 2000;

/** Posts a body. A login in the URL goes into the header. Answers of 5xx and 429 and broken connections are tried again. */
export async function post(url: URL, body: string, { contentType, timeout = 10_000, retries = 2, backoff = 250, fetch: send = fetch }: PostOptions): Promise<Posted> {
  const target = new URL(url);
  const headers: Record<string, string> = { "content-type": contentType };
  if (url.username !== "") headers.authorization = `Basic ${Buffer.from(`${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`).toString("base64")}`;
  target.username = "";
  target.password = "";
  let last: Posted = { state: "failed", reason: "not tried" };
  for (let attempt = 0; attempt <= retries; attempt++) {
    if (attempt > 0) await pause(backoff * 2 ** (attempt - 1));
    try {
      // A redirect followed would turn the POST into a GET, whose 200 says nothing.
      const answer = await send(target, { method: "POST", headers, body, redirect: "manual", signal: AbortSignal.timeout(timeout) });
      const text = (await answer.text()).slice(0, ANSWER);
      if (answer.ok) return /^text\/html/.test(answer.headers.get("content-type") ?? "") ? { state: "refused", status: answer.status, body: "it answered with a web page: this is another service" } : { state: "taken" };
      if (answer.status < 500 && answer.status !== 429) return { state: "refused", status: answer.status, body: text };
      last = { state: "failed", reason: `it answered ${answer.status}` };
      const wait = Number(answer.headers.get("retry-after") ?? 0) * 1000;
      if (wait > 0 && attempt < retries) await pause(Math.min(wait, PATIENCE));
    } catch (error) {
      last = { state: "failed", reason: reasonOf(error, timeout) };
    }
  }
  return last;
}

/** `ECONNREFUSED` and the like; undici's own message says only that fetch failed. */
function reasonOf(error: unknown, timeout: number): string {
  if (!(error instanceof Error)) return "the connection failed";
  if (error.name === "TimeoutError") return `no answer within ${timeout} ms`;
  const { cause } = error;
  return cause instanceof Error ? (("code" in cause && typeof cause.code === "string" && cause.code) || cause.message) : error.name;
}
