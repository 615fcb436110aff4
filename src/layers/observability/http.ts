/** Reads JSON from a server's HTTP API: GET only, one answer at a time, bounded in time and size, no redirect followed. */
import { type ClientRequest, type IncomingMessage, type RequestOptions, request as plainRequest } from "node:http";
import { request as secureRequest } from "node:https";
import { type ItemCoverage, type StoreAccess, StoreUnreadable } from "../../model/plane.ts";

/** Bytes of one answer; 10,000 tenants' rules are some 60 MB. */
const LARGEST = 512 * 1024 * 1024;

/** An answer other than 200. */
export class Refused extends StoreUnreadable {
  readonly status: number;
  constructor(status: number) {
    super(REFUSALS[status] ?? `it answered ${status}`);
    this.status = status;
  }
}
const REFUSALS: Readonly<Record<number, string>> = { 401: "it refused the auditor's credentials (401)", 403: "the auditor may not read it (403)", 404: "it does not know the API that is asked for (404)" };

/** Words for what went wrong below HTTP; a server's own text never gets into a report. */
function reasonOf(error: unknown): string {
  const code = String((error as { code?: unknown }).code ?? "");
  if (["ECONNREFUSED", "EHOSTUNREACH", "ENETUNREACH", "ENOTFOUND", "EAI_AGAIN"].includes(code)) return "nothing answers there";
  if (/CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ALTNAME/.test(code)) return "its certificate is not trusted";
  if (/SSL|EPROTO/.test(code)) return "it does not speak TLS as expected";
  return "it broke the connection off";
}

/** Parsed JSON of `path` below the endpoint. Throws StoreUnreadable, and Refused for an answer that is not 200. A password without a user is a bearer token. */
export async function getJson(access: StoreAccess, path: string, headers: Readonly<Record<string, string>> = {}): Promise<unknown> {
  const text = await get(access, path, headers);
  try {
    return JSON.parse(text);
  } catch {
    throw new StoreUnreadable("what it answered is no JSON");
  }
}

function get(access: StoreAccess, path: string, headers: Readonly<Record<string, string>>): Promise<string> {
  const { endpoint, ca, timeoutMs, signal } = access;
  if (!URL.canParse(endpoint) || !/^https?:$/.test(new URL(endpoint).protocol)) throw new StoreUnreadable("its endpoint is no http URL");
  const url = new URL(`${endpoint.replace(/\/+$/, "")}${path}`);
  if (url.protocol === "http:" && access.password !== undefined && !access.plain) throw new StoreUnreadable("credentials are not sent without TLS, unless the platform's definition says so");
  const authorization = authorizationOf(access);
  const options: RequestOptions & { ca?: string } = { headers: { accept: "application/json", ...headers, ...(authorization && { authorization }) }, ...(ca !== undefined && { ca }), ...(signal && { signal }) };
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => fail(new StoreUnreadable(`it did not answer within ${timeoutMs / 1000} s`)), timeoutMs);
    let settled = false;
    const done = (): void => { settled = true; clearTimeout(timer); };
    const asked: ClientRequest = (url.protocol === "https:" ? secureRequest : plainRequest)(url, options, (answer) => {
      if (answer.statusCode !== 200) return fail(new Refused(answer.statusCode ?? 0));
      collect(answer, fail, (text) => { done(); resolve(text); });
    });
    function fail(error: Error): void {
      done();
      asked.destroy();
      reject(error instanceof StoreUnreadable ? error : new StoreUnreadable(signal?.aborted ? "the audit was cancelled" : reasonOf(error)));
    }
    // A connection that was kept may have been closed meanwhile: nothing was asked then, and it is asked again.
    asked.on("error", (error) => { if (!settled && asked.reusedSocket && (error as { code?: string }).code === "ECONNRESET") { done(); resolve(get(access, path, headers)); } else fail(error); });
    asked.end();
  });
}

function collect(answer: IncomingMessage, fail: (error: Error) => void, resolve: (text: string) => void): void {
  const parts: Buffer[] = [];
  let size = 0;
  answer.on("data", (part: Buffer) => {
    size += part.length;
    if (size > LARGEST) fail(new StoreUnreadable("its answer is too large"));
    else parts.push(part);
  });
  answer.on("aborted", () => fail(new StoreUnreadable("it broke the connection off")));
  answer.on("error", fail);
  answer.on("end", () => resolve(Buffer.concat(parts).toString("utf8")));
}

function authorizationOf({ user, password }: StoreAccess): string | undefined {
  if (password === undefined) return undefined;
  return user === undefined ? `Bearer ${password}` : `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;
}

/** What was read of some kinds, or why they were not: a part that cannot be read takes no other with it. */
export async function attempt<T>(read: () => Promise<T>): Promise<{ value: T; reason?: undefined } | { value?: undefined; reason: string }> {
  try {
    return { value: await read() };
  } catch (error) {
    if (error instanceof StoreUnreadable) return { reason: error.message };
    throw error;
  }
}

/** Coverage of one kind: what was read, or why not. */
export const coverageOf = (what: string, objects: number, reason?: string): ItemCoverage => (reason === undefined ? { what, state: "read", objects } : { what, state: "unknown", objects, reason });

/** An answer of another shape than the API's documentation says: nothing is believed of it. */
const shapeless = (what: string): StoreUnreadable => new StoreUnreadable(`its answer has another shape than documented (${what})`);

/** Access to documented parts of an answer; throws where they are something else, which `attempt` turns into a reason. */
export const part = {
  map: (value: unknown, what: string): Record<string, unknown> => { if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>; throw shapeless(what); },
  list: (value: unknown, what: string): unknown[] => { if (Array.isArray(value)) return value; throw shapeless(what); },
  text: (value: unknown, what: string): string => { if (typeof value === "string") return value; throw shapeless(what); },
  number: (value: unknown, what: string): number => { if (typeof value === "number") return value; throw shapeless(what); },
  flag: (value: unknown, what: string): boolean => { if (typeof value === "boolean") return value; throw shapeless(what); },
  texts: (value: unknown, what: string): Record<string, string> => Object.fromEntries(Object.entries(part.map(value ?? {}, what)).map(([key, inner]) => [key, part.text(inner, what)])),
};
