import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll } from "vitest";

/** One request that a sink got. */
export interface Got { path: string; headers: IncomingHttpHeaders; body: string }
export interface Answer { status?: number; headers?: Record<string, string>; body?: string; /** Never answers. */ hang?: boolean; /** Breaks the connection. */ cut?: boolean }
export interface Sink { url: string; got: Got[] }

const ends: (() => void)[] = [];
afterAll(() => { for (const end of ends.splice(0)) end(); });

/** An HTTP server on a free port of loopback that answers as it is told. */
export async function startSink(answer: (got: Got, nth: number) => Answer = () => ({})): Promise<Sink> {
  const got: Got[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const one = { path: request.url ?? "", headers: request.headers, body: Buffer.concat(chunks).toString() };
      got.push(one);
      const { status = 200, headers = {}, body = "", hang, cut } = answer(one, got.length - 1);
      if (cut) request.socket.destroy();
      else if (!hang) response.writeHead(status, headers).end(body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  ends.push(() => { server.closeAllConnections(); server.close(); });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, got };
}

/** A URL at which nobody listens. */
export async function nobody(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return `http://127.0.0.1:${port}`;
}
