/** Entry point of a child process that loads and renders one shard. */
import type { Request, Response } from "./protocol.ts";
import { Shard } from "./shard.ts";
import { warmUp } from "./warm.ts";

let shard = new Shard();
const answer = (response: Response): void => { process.send!(response); };

process.on("message", (request: Request) => {
  void (async () => {
    try {
      if (request.type === "warm") { warmUp(request.root); answer({ type: "warmed" }); }
      else if (request.type === "load") { shard = new Shard(); answer(await shard.load(request)); }
      else answer(shard.render(request));
    } catch (error) {
      answer({ type: "failed", message: error instanceof Error ? (error.stack ?? error.message) : String(error) });
    }
  })();
});
process.on("disconnect", () => process.exit(0));
