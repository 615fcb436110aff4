/** A proxy before a server that cuts the line, or falls silent, after so many bytes of answers. */
import { createServer, connect, type Socket } from "node:net";
import type { AddressInfo } from "node:net";

export interface Proxy { endpoint: string; /** Bytes that the server has answered. */ answered(): number; close(): Promise<void> }

export async function startProxy(target: { host: string; port: number }, after = Number.POSITIVE_INFINITY, then: "cut" | "silence" = "cut"): Promise<Proxy> {
  let answered = 0;
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(target.port, target.host);
    for (const socket of [client, upstream]) { sockets.add(socket); socket.on("error", () => undefined); }
    client.on("data", (bytes) => upstream.write(bytes));
    upstream.on("data", (bytes) => {
      const left = after - answered;
      answered += bytes.length;
      if (left > 0) client.write(bytes.length > left ? bytes.subarray(0, left) : bytes);
      if (answered >= after && then === "cut") for (const socket of [client, upstream]) socket.destroy();
    });
    client.on("close", () => upstream.destroy());
    upstream.on("close", () => { if (then === "cut") client.destroy(); });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    endpoint: `127.0.0.1:${(server.address() as AddressInfo).port}`, answered: () => answered,
    close: async () => { for (const socket of sockets) socket.destroy(); await new Promise((resolve) => server.close(resolve)); },
  };
}
