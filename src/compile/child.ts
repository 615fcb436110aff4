/** Entry point of a child process that loads and renders one shard. */
import { writeSync } from "node:fs";
import process from "node:process";
import { thrownProblem } from "../load/definitions.ts";
import { announceTo, blamed, isRefusal } from "../sandbox/refusal.ts";
import { describe } from "../sandbox/stack.ts";
import type { Problem } from "../model/problem.ts";
import { ANNOUNCE_FD, type Request, type Response } from "./protocol.ts";
import { Shard } from "./shard.ts";

const shard = new Shard();
const stray: Problem[] = [];
const send = process.send!.bind(process);
announceTo((file) => { writeSync(ANNOUNCE_FD, `${file}\n`); });

// A promise or callback that a definition left behind: its own problem, not the end of everyone's process.
const left = (error: unknown): void => { if (!isRefusal(error)) stray.push(thrownProblem(error, blamed())); };
process.on("unhandledRejection", left);
process.on("uncaughtException", left);

process.on("message", (request: Request) => {
  void (async () => {
    try {
      const response: Response = request.type === "load" ? await shard.load(request) : shard.render(request);
      send({ ...response, problems: [...response.problems, ...stray.splice(0)] });
    } catch (error) {
      send({ type: "failed", message: describe(error) } satisfies Response);
    }
  })();
});
process.on("disconnect", () => process.exit(0));
