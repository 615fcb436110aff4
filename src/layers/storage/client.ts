/** Signed GETs to radosgw: S3 and its admin API take the same signature (AWS SigV4), made by aws4, which is one file without dependencies. */
import { Agent, type IncomingMessage, request as plainRequest } from "node:http";
import { Agent as TlsAgent, request as tlsRequest } from "node:https";
import aws4 from "aws4";
import { type StoreAccess, StoreUnreadable } from "../../model/plane.ts";

/** `code`: S3's own word for what it refused (`NoSuchBucket`), never its message. */
export interface Answer { status: number; code?: string; body: string }
export interface Client {
  /** Rejects with Unanswered where there is no whole answer. */
  get(path: string, query: Readonly<Record<string, string>>): Promise<Answer>;
  close(): void;
}
/** There was no whole answer; the message is in our own words. */
export class Unanswered extends Error {}

/**
 * Connections at once: radosgw works on 512 requests at a time by default, and the auditor is not alone. Fewer would wait: without tcp_nodelay, which is
 * its default, each answer on a kept connection takes the 40 ms after which this side acknowledges its header.
 */
export const AT_ONCE = 48;
/** Most bytes of an answer: some 100,000 buckets with their numbers. */
const LONGEST = 256 * 2 ** 20;
/** Milliseconds before a busy server is asked again. */
const PAUSES = [100, 400, 1600];
const BUSY = new Set([429, 500, 502, 503, 504]);
/** radosgw takes any region in a signature. */
const REGION = "us-east-1";

/** The URL of a store. Throws StoreUnreadable where it is none, or not to be spoken to. */
export function storeUrl({ endpoint, plain }: Pick<StoreAccess, "endpoint" | "plain">): URL {
  const given = /^[a-z]+:\/\//i.test(endpoint) ? endpoint : `${plain ? "http" : "https"}://${endpoint}`;
  if (!URL.canParse(given)) throw new StoreUnreadable("its endpoint is no URL");
  const url = new URL(given);
  if (url.protocol !== "https:" && url.protocol !== "http:") throw new StoreUnreadable("its endpoint is no http or https URL");
  if (url.protocol === "http:" && !plain) throw new StoreUnreadable("its endpoint is without TLS, and the platform's definition does not say that it may be");
  return url;
}

/** With `anonymous`, nothing is signed. */
export function openClient(access: StoreAccess, anonymous = false): Client {
  const url = storeUrl(access);
  const { user, password, ca, signal, timeoutMs } = access;
  if (!anonymous && (user === undefined || password === undefined)) throw new StoreUnreadable("no access key and secret key of the auditor's user are given");
  const secure = url.protocol === "https:";
  const agent = secure ? new TlsAgent({ keepAlive: true, maxSockets: AT_ONCE, ...(ca !== undefined && { ca }) }) : new Agent({ keepAlive: true, maxSockets: AT_ONCE });
  const once = (path: string): Promise<Answer> => new Promise((resolve, reject) => {
    const headers: Record<string, string> = { Host: url.host, "User-Agent": "bulkhead" };
    const signed = anonymous ? { headers } : aws4.sign({ service: "s3", region: REGION, method: "GET", path, headers }, { accessKeyId: user, secretAccessKey: password });
    const call = (secure ? tlsRequest : plainRequest)({ agent, host: url.hostname.replace(/^\[|\]$/g, ""), port: url.port || (secure ? 443 : 80), method: "GET", path, headers: signed.headers as Record<string, string>, ...(signal && { signal }) });
    const fail = (why: string): void => { clearTimeout(timer); call.destroy(); reject(new Unanswered(why)); };
    const timer = setTimeout(() => fail(`no whole answer within ${timeoutMs / 1000} s`), timeoutMs);
    call.on("error", (error) => fail(failureOf(error as NodeJS.ErrnoException, signal)));
    call.on("response", (message) => whole(message, fail, (answer) => { clearTimeout(timer); resolve(answer); }));
    call.end();
  });
  return {
    async get(path, query) {
      const target = Object.keys(query).length === 0 ? path : `${path}?${Object.entries(query).map(([key, value]) => `${encodeURIComponent(key)}${value === "" ? "" : `=${encodeURIComponent(value)}`}`).join("&")}`;
      for (const pause of [...PAUSES, undefined]) {
        const answer = await once(target);
        if (!BUSY.has(answer.status)) return answer;
        if (pause === undefined) break;
        await waited(pause, signal);
      }
      throw new Unanswered("it says again and again that it is too busy or broken");
    },
    close: () => agent.destroy(),
  };
}

/** Ends at once when the audit is stopped: the next request then says so. */
const waited = (ms: number, signal: AbortSignal | undefined): Promise<void> => new Promise((resolve) => {
  const done = (): void => { clearTimeout(timer); signal?.removeEventListener("abort", done); resolve(); };
  const timer = setTimeout(done, ms);
  signal?.addEventListener("abort", done);
});

function whole(message: IncomingMessage, fail: (why: string) => void, done: (answer: Answer) => void): void {
  const chunks: Buffer[] = [];
  let size = 0;
  message.on("data", (chunk: Buffer) => {
    size += chunk.length;
    if (size > LONGEST) fail(`an answer of more than ${LONGEST / 2 ** 20} MB`);
    else chunks.push(chunk);
  });
  message.on("error", () => fail("the answer was cut off"));
  message.on("end", () => {
    const status = message.statusCode ?? 0;
    const body = Buffer.concat(chunks, size).toString("utf8");
    const code = status >= 300 ? /(?:<Code>|"Code":\s*")([A-Za-z]{1,60})[<"]/.exec(body)?.[1] : undefined;
    done({ status, body, ...(code !== undefined && { code }) });
  });
}

const CERTIFICATE = /^(CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|HOSTNAME_MISMATCH|ERR_TLS_CERT_ALTNAME)/;
function failureOf({ code = "" }: NodeJS.ErrnoException, signal: AbortSignal | undefined): string {
  if (signal?.aborted) return "stopped before its end";
  if (CERTIFICATE.test(code)) return "its certificate is not trusted";
  return `the connection failed (${/^[A-Z_]+$/.test(code) ? code : "unknown"})`;
}
