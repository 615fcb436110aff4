/** One request. Its answer is read whole or it is a failure: nothing is handed out that might be cut. */
import { type ClientRequest, type IncomingHttpHeaders, type IncomingMessage, request as plainRequest } from "node:http";
import { request as tlsRequest } from "node:https";
import { pipeline, type Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import type { Session } from "./credentials.ts";
import { systemCode } from "./failure.ts";
import { isLoopback } from "./kubeconfig.ts";

export interface Answer { status: number; headers: IncomingHttpHeaders; body: Buffer }

/**
 * `stopped`: by the caller; `timeout`: no byte in time, or not whole in time; `connection`: none was made, or it broke before an answer;
 * `certificate`: the server's is not trusted; `truncated`: the answer ended early; `large`: more bytes than allowed; `header`: a credential that no
 * header can carry.
 */
export type FailureCause = "stopped" | "timeout" | "connection" | "certificate" | "truncated" | "large" | "header";
export class RequestFailure extends Error {
  readonly why: FailureCause;
  /** A kept connection that the server closed just then: it has seen no request. */
  readonly unseen: boolean;
  constructor(why: FailureCause, message: string, unseen = false) { super(message); this.why = why; this.unseen = unseen; }
}

export interface RequestLimits {
  /** Longest time without a byte, in milliseconds, from the call on. */
  silenceMs: number;
  /** Longest time until the answer is whole. */
  totalMs: number;
  /** Most bytes of a body, after decompression. */
  bytes: number;
}

/** What is asked for: read, or with a body of JSON an access review, which stores nothing (D37). */
export interface Asked { accept: string; review?: string }

const CERTIFICATE = /^(CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|HOSTNAME_MISMATCH|INVALID_(CA|PURPOSE)|PATH_LENGTH_|ERR_TLS_CERT_ALTNAME)/;

/** Rejects with a RequestFailure. Redirects are answers like any other: credentials never follow one. */
export function send(url: URL, { agent, headers }: Session, { accept, review }: Asked, limits: RequestLimits, signal?: AbortSignal): Promise<Answer> {
  return new Promise((resolve, reject) => {
    let call: ClientRequest | undefined;
    let settled = false;
    const end = (failure: RequestFailure): void => {
      if (settled) return;
      settled = true;
      finish();
      call?.destroy();
      reject(failure);
    };
    const silence = setTimeout(() => end(new RequestFailure("timeout", `no byte for ${limits.silenceMs / 1000} s`)), limits.silenceMs);
    const total = setTimeout(() => end(new RequestFailure("timeout", `the answer was not whole after ${limits.totalMs / 1000} s`)), limits.totalMs);
    const stop = (): void => end(new RequestFailure("stopped", "stopped before its end"));
    const finish = (): void => { clearTimeout(silence); clearTimeout(total); signal?.removeEventListener("abort", stop); };
    if (signal?.aborted) return stop();
    signal?.addEventListener("abort", stop, { once: true });
    try {
      // Compression costs the server a fifth of the time, and saves nine tenths of the bytes where there is a network to save them on.
      const options = { agent, method: review === undefined ? "GET" : "POST", headers: { ...headers, Accept: accept, ...(review !== undefined && { "Content-Type": "application/json" }), "Accept-Encoding": isLoopback(url.hostname) ? "identity" : "gzip", "User-Agent": "bulkhead" } };
      call = url.protocol === "http:" ? plainRequest(url, options) : tlsRequest(url, options);
    } catch (error) {
      // Node quotes the value in its message.
      return end(new RequestFailure("header", `a credential cannot be sent: ${systemCode(error)}`));
    }
    call.on("error", (error) => {
      const code = systemCode(error);
      if (CERTIFICATE.test(code)) end(new RequestFailure("certificate", `the server's certificate is not trusted: ${code}`));
      else end(new RequestFailure("connection", `the connection failed: ${code}`, call?.reusedSocket === true && (code === "ECONNRESET" || code === "EPIPE")));
    });
    call.on("response", (message) => {
      silence.refresh();
      const chunks: Buffer[] = [];
      let size = 0;
      message.on("data", () => silence.refresh());
      const body = decode(message);
      body.on("error", (error) => end(new RequestFailure("truncated", `the answer was cut off: ${systemCode(error)}`)));
      body.on("data", (chunk: Buffer) => {
        size += chunk.length;
        if (size > limits.bytes) end(new RequestFailure("large", `the answer has more than ${Math.floor(limits.bytes / 2 ** 20)} MB`));
        else chunks.push(chunk);
      });
      // Both kinds of body say themselves where they end: HTTP by length or chunks, gzip by its trailer; a cut one is an error.
      body.on("end", () => {
        if (settled) return;
        settled = true;
        finish();
        resolve({ status: message.statusCode ?? 0, headers: message.headers, body: Buffer.concat(chunks, size) });
      });
    });
    call.end(review);
  });
}

const decode = (message: IncomingMessage): Readable => (message.headers["content-encoding"] === "gzip" ? pipeline(message, createGunzip(), () => {}) : message);
