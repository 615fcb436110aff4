/** Asks again what may well be answered next time, within bounds, and says in words why it was not. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Credentials, Session } from "./credentials.ts";
import { type Answer, type Asked, RequestFailure, type RequestLimits, send } from "./request.ts";

export interface RetryLimits {
  /** Times that one thing is asked for, the first included. */
  attempts: number;
  /** Wait before the second attempt, in milliseconds; three times as long before each further one. */
  firstMs: number;
  /** Longest wait that a server may ask for; when it wants more, it gets no further request. */
  askedMs: number;
}
export const RETRY: RetryLimits = { attempts: 5, firstMs: 200, askedMs: 30_000 };

/** A silent server costs its whole limit each time. */
const TIMEOUT_ATTEMPTS = 2;
/** Requests in a row that failed with all their attempts; later ones are tried once, so that a dead server does not cost the wait for each kind. */
const GIVE_UP_AFTER = 3;
/** Requests at the same time: those of one user of many. */
const PARALLEL = 8;

export interface Client {
  /** GET of a path below the server's URL. Rejects with a RequestFailure; a status is an answer. */
  get(path: string, accept: string, options?: { signal?: AbortSignal; bytes?: number }): Promise<Answer>;
  /** POST of an access review, the only thing that is ever posted. */
  review(path: string, body: object, signal?: AbortSignal): Promise<Answer>;
}

export function createClient(server: string, credentials: Credentials, limits: RequestLimits, retry: RetryLimits = RETRY): Client {
  const turns = takeTurns(PARALLEL);
  let failures = 0;
  const ask = (path: string, asked: Asked, { signal, bytes = limits.bytes }: { signal?: AbortSignal | undefined; bytes?: number } = {}): Promise<Answer> => turns(async () => {
    const url = new URL(server + path);
    let session: Session = await credentials.session();
    let renewed = false;
    for (let attempt = 1; ; attempt++) {
      const last = (of: number): boolean => attempt >= of || failures >= GIVE_UP_AFTER;
      try {
        const answer = await send(url, session, asked, { ...limits, bytes }, signal);
        if (answer.status === 401 && !renewed) {
          const before = session;
          [renewed, session] = [true, await credentials.session(session)];
          if (session.agent !== before.agent || session.headers["Authorization"] !== before.headers["Authorization"]) continue;
        }
        const again = answer.status === 429 || answer.status >= 500;
        const pause = again ? askedWait(answer) : undefined;
        if (!again || last(retry.attempts) || (pause !== undefined && pause > retry.askedMs)) {
          failures = again ? failures + 1 : 0;
          return answer;
        }
        await wait(pause ?? backoff(retry, attempt), signal);
      } catch (error) {
        if (!(error instanceof RequestFailure)) throw error;
        const final = error.why === "stopped" || error.why === "certificate" || error.why === "header" || error.why === "large";
        if (final || last(error.why === "timeout" ? TIMEOUT_ATTEMPTS : retry.attempts)) {
          if (!final) failures++;
          throw error;
        }
        if (!error.unseen) await wait(backoff(retry, attempt), signal);
      }
    }
  });
  return {
    get: (path, accept, options) => ask(path, { accept }, options),
    review: (path, body, signal) => ask(path, { accept: "application/json", review: JSON.stringify(body) }, { signal }),
  };
}

/** Half of it by chance, so that many clients do not come back at the same moment. */
const backoff = ({ firstMs }: RetryLimits, attempt: number): number => firstMs * 3 ** (attempt - 1) * (0.5 + Math.random() / 2);

async function wait(ms: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await sleep(ms, undefined, { signal });
  } catch {
    throw new RequestFailure("stopped", "stopped before its end");
  }
}

/** `Retry-After` in milliseconds: seconds or a date. */
export function askedWait({ headers }: Pick<Answer, "headers">): number | undefined {
  const text = headers["retry-after"]?.trim();
  if (text === undefined || text === "") return undefined;
  if (/^[0-9]+$/.test(text)) return Number(text) * 1000;
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : Math.max(0, date - Date.now());
}

/** Runs at most so many at once, in the order of their calls. */
function takeTurns(width: number): <T>(work: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = [];
  let free = width;
  return async (work) => {
    if (free > 0) free--;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else free++;
    }
  };
}
