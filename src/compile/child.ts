/** Entry point of a child process that loads and renders one shard. */
import type { Request, Response } from "./protocol.ts";
import { Shard } from "./shard.ts";
import { warmUp } from "./warm.ts";

const shard = new Shard();
const answer = (response: Response): void => { process.send!(response); };

process.on("message", (request: Request) => {
  void (async () => {
    try {
      if (request.type === "warm") { warmUp(request.root); answer({ type: "warmed" }); }
      else answer(request.type === "load" ? await shard.load(request) : shard.render(request));
    } catch (error) {
      answer({ type: "failed", message: error instanceof Error ? (error.stack ?? error.message) : String(error) });
    }
  })();
});
process.on("disconnect", () => process.exit(0));
