/** Between a reader and a broker: does what networks do on bad days, at a request of a given kind. */
import { connect, createServer, type AddressInfo, type Socket } from "node:net";

/** Kafka's numbers of requests. */
export const API = { metadata: 3, login: 36, acls: 29, configs: 32, quotas: 48, users: 50 } as const;

export interface Proxy {
  endpoint: string;
  /** Numbers of the requests that went through, in order. */
  seen: number[];
  /** Connections that are open. */
  open(): number;
  close(): Promise<void>;
}

/** `cut`: the connection breaks at that request; `half`: in the middle of its answer; `hang`: no answer ever; `forge`: another signature of the server than it gave. */
export async function startProxy(upstream: string, at: number, fault: "cut" | "half" | "hang" | "forge"): Promise<Proxy> {
  const [host, port] = upstream.split(":") as [string, string];
  const sockets = new Set<Socket>();
  const seen: number[] = [];
  const server = createServer((near) => {
    const far = connect(Number(port), host);
    for (const socket of [near, far]) { sockets.add(socket); socket.on("error", () => undefined).on("close", () => { sockets.delete(socket); near.destroy(); far.destroy(); }); }
    let held = Buffer.alloc(0);
    let faulty = false;
    near.on("data", (chunk: Buffer) => {
      held = Buffer.concat([held, chunk]);
      while (held.length >= 4 && held.length >= 4 + held.readInt32BE(0)) {
        const frame = held.subarray(0, 4 + held.readInt32BE(0));
        held = held.subarray(frame.length);
        seen.push(frame.readInt16BE(4));
        if (seen.at(-1) === at) { faulty = true; if (fault === "cut") { near.destroy(); return; } if (fault === "hang") return; }
        far.write(frame);
      }
    });
    far.on("data", (chunk: Buffer) => { if (fault === "forge") near.write(forged(chunk)); else if (!faulty) near.write(chunk); else near.end(chunk.subarray(0, Math.min(20, Math.floor(chunk.length / 2)))); });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    endpoint: `127.0.0.1:${(server.address() as AddressInfo).port}`, seen, open: () => sockets.size,
    close: async () => { for (const socket of sockets) socket.destroy(); await new Promise((resolve) => server.close(resolve)); },
  };
}

/** A SCRAM server's last word is `v=` and its signature: one character of it is changed. */
function forged(chunk: Buffer): Buffer {
  const at = chunk.indexOf("v=");
  if (at < 0 || chunk.includes("r=")) return chunk;
  const copy = Buffer.from(chunk);
  copy[at + 5] = copy[at + 5] === 65 ? 66 : 65;
  return copy;
}
