/** Entry point of a child process that loads and renders tenants. */
import type { Request, Response } from "./protocol.ts";
import { Shard } from "./shard.ts";
import { warmUp } from "./warm.ts";

let shard = new Shard();
const answer = (response: Response): void => { process.send!(response); };

process.on("message", (request: Request) => {
  void (async () => {
    try {
      if (request.type === "warm") { warmUp(request.root); answer({ type: "warmed" }); }
      else if (request.type === "start") { shard = new Shard(); answer(await shard.start(request)); }
      else answer(request.type === "trace" ? await shard.trace(request) : await shard.render(request));
    } catch (error) {
      const { code, hint } = error as { code?: unknown; hint?: unknown };
      const known = typeof code === "string" && typeof hint === "string" ? { code, hint } : undefined;
      answer({ type: "failed", message: error instanceof Error ? ((!known && error.stack) || error.message) : String(error), ...known });
    }
  })();
});
process.on("disconnect", () => process.exit(0));
