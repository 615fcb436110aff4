/** An HTTP proxy that does to chosen answers what networks and failing servers do. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

export type Harm = "cut" | "hang" | "garbage" | "shape" | "deny" | "redirect" | "error";
export interface Cutter { url: string; /** Paths that are harmed, by their start. */ harm: Map<string, Harm>; asked: string[]; stop(): Promise<void> }

/** Passes everything to `upstream` that is not harmed. `cut`: half an answer, then the connection is gone. */
export async function startCutter(upstream: string): Promise<Cutter> {
  const server = createServer(async (request, response) => {
    cutter.asked.push(`${request.method} ${request.url}`);
    const harm = [...cutter.harm].find(([path]) => request.url!.startsWith(path))?.[1];
    if (harm === "hang") return;
    if (harm === "deny") return void response.writeHead(403).end("Forbidden: password=hunter2 \u001b[31m");
    if (harm === "error") return void response.writeHead(500).end("panic: password=hunter2");
    if (harm === "redirect") return void response.writeHead(302, { location: "http://127.0.0.1:1/steal" }).end();
    if (harm === "garbage") return void response.writeHead(200).end("<html>password=hunter2</html>");
    if (harm === "shape") return void response.writeHead(200).end('{"status":"success","data":[1],"config":7,"cluster":"x","password":"hunter2"}');
    try {
      const answer = await fetch(`${upstream}${request.url}`, { headers: Object.entries(request.headers).filter(([name]) => ["authorization", "x-grafana-org-id"].includes(name)) as [string, string][] });
      const body = Buffer.from(await answer.arrayBuffer());
      response.writeHead(answer.status, { "content-length": body.length });
      if (harm !== "cut") return void response.end(body);
      response.write(body.subarray(0, body.length / 2), () => response.destroy());
    } catch {
      response.destroy();
    }
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const cutter: Cutter = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, harm: new Map(), asked: [],
    stop: () => new Promise((done) => { server.close(() => done()); server.closeAllConnections(); }),
  };
  return cutter;
}
