/** A proxy between a reader and an API server that does what networks and servers do on bad days. */
import { createServer, type IncomingMessage, request as plainRequest, type ServerResponse } from "node:http";
import { createServer as createTlsServer, request as tlsRequest } from "node:https";
import type { AddressInfo } from "node:net";

/** What happens to one request; without one it goes through. */
export type Fault =
  /** This answer instead of the server's. */
  | { status: number; headers?: Record<string, string>; body?: string | Buffer | object }
  /** The server's answer to a request that accepts something else. */
  | { accept: string }
  /** The server's answer, its body changed. */
  | { change: (body: string) => string }
  /** The connection breaks before an answer. */
  | "reset"
  /** No answer ever. */
  | "hang"
  /** The server's answer up to so many bytes, then the connection breaks; `closing`: its end was to be the answer's end, so that nothing is broken. */
  | { cut: number; closing?: boolean }
  /** The server's answer up to so many bytes, and then nothing more. */
  | { stall: number }
  /** The server's answer, a byte at a time with a pause in between, in milliseconds. */
  | { drip: number };
export interface Seen { path: string; query: URLSearchParams; headers: IncomingMessage["headers"]; method: string; /** The reader ended it before it had an answer. */ left: boolean }
export interface Faults {
  url: string;
  /** All requests, in their order. */
  seen: Seen[];
  /** Decides over each request; `count` is how often this path was asked for before. */
  rule: (seen: Seen, count: number) => Fault | undefined | Promise<Fault | undefined>;
  close(): Promise<void>;
}

export interface Upstream { url: string; ca?: Buffer; /** The reader's own Host goes on: it is part of what a signature signs. */ keepHost?: boolean }

/** Starts it on a free port of this machine; with `tls` it speaks HTTPS. */
export async function startFaults(upstream: Upstream, tls?: { cert: Buffer; key: Buffer }): Promise<Faults> {
  const answer = async (call: IncomingMessage, reply: ServerResponse): Promise<void> => {
    const url = new URL(call.url ?? "/", "http://proxy");
    const one: Seen = { path: url.pathname, query: url.searchParams, headers: call.headers, method: call.method ?? "", left: false };
    reply.on("close", () => { one.left = !reply.writableEnded; });
    const count = faults.seen.filter(({ path }) => path === one.path).length;
    faults.seen.push(one);
    const fault = await faults.rule(one, count);
    if (fault === "hang") return;
    if (fault === "reset") { call.socket.destroy(); return; }
    if (fault !== undefined && "status" in fault) {
      const body = Buffer.isBuffer(fault.body) ? fault.body : typeof fault.body === "object" ? JSON.stringify(fault.body) : (fault.body ?? "");
      reply.writeHead(fault.status, { "Content-Type": "application/json", "Content-Length": Buffer.byteLength(body), ...fault.headers }).end(body);
      return;
    }
    forward(upstream, call, reply, fault);
  };
  const serve = (call: IncomingMessage, reply: ServerResponse): void => { void answer(call, reply); };
  const server = tls === undefined ? createServer(serve) : createTlsServer(tls, serve);
  const faults: Faults = {
    url: "", seen: [], rule: () => undefined,
    close: () => new Promise((resolve) => { server.close(() => resolve()); server.closeAllConnections(); }),
  };
  await new Promise<void>((resolve, reject) => { server.once("error", reject); server.listen(0, "127.0.0.1", resolve); });
  faults.url = `${tls === undefined ? "http" : "https"}://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return faults;
}

type Partial = Exclude<Fault, string | { status: number }>;

function forward(upstream: Upstream, call: IncomingMessage, reply: ServerResponse, fault: Partial | undefined): void {
  const { host, ...headers } = call.headers;
  const url = new URL(call.url ?? "/", upstream.url);
  const options = { method: call.method, headers: { ...headers, ...(upstream.keepHost && { host }), ...(fault !== undefined && "accept" in fault && { accept: fault.accept }) } };
  const further = url.protocol === "http:" ? plainRequest(url, options) : tlsRequest(url, { ...options, ca: upstream.ca });
  further.on("error", () => call.socket.destroy());
  further.on("response", (message) => {
    const chunks: Buffer[] = [];
    message.on("data", (chunk: Buffer) => chunks.push(chunk));
    message.on("end", () => { void deliver(reply, message, Buffer.concat(chunks), fault); });
  });
  call.pipe(further);
}

async function deliver(reply: ServerResponse, message: IncomingMessage, body: Buffer, fault: Partial | undefined): Promise<void> {
  const { "transfer-encoding": _, "content-length": __, ...headers } = message.headers;
  if (fault === undefined || "accept" in fault || "change" in fault) {
    const changed = fault === undefined || "accept" in fault ? body : Buffer.from(fault.change(body.toString("utf8")));
    reply.writeHead(message.statusCode ?? 0, { ...headers, "Content-Length": changed.length }).end(changed);
  } else if ("drip" in fault) {
    reply.writeHead(message.statusCode ?? 0, { ...headers, "Content-Length": body.length });
    for (const byte of body) {
      if (reply.destroyed) return;
      reply.write(Buffer.of(byte));
      await new Promise((resolve) => setTimeout(resolve, fault.drip));
    }
    reply.end();
  } else if ("stall" in fault) {
    reply.writeHead(message.statusCode ?? 0, { ...headers, "Content-Length": body.length }).write(body.subarray(0, fault.stall));
  } else if (fault.closing) {
    // As HTTP/1.0 does: without a length, the end of the connection is the end of the answer.
    reply.socket?.end(`HTTP/1.1 ${message.statusCode} OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n${body.subarray(0, fault.cut).toString("utf8")}`);
  } else {
    reply.writeHead(message.statusCode ?? 0, { ...headers, "Content-Length": body.length });
    reply.write(body.subarray(0, fault.cut), () => reply.destroy());
  }
}
