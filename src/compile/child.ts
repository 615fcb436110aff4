/** Entry point of a child process that loads and renders tenants. */
import { writeSync } from "node:fs";
import process from "node:process";
import { thrownProblem } from "../load/definitions.ts";
import type { Problem } from "../model/problem.ts";
import { announceTo, blamed, isRefusal } from "../sandbox/refusal.ts";
import { describe } from "../sandbox/stack.ts";
import { ANNOUNCE_FD, type Request, type Response } from "./protocol.ts";
import { Shard } from "./shard.ts";
import { warmUp } from "./warm.ts";

const shard = new Shard();
const stray: Problem[] = [];
const send = process.send!.bind(process);
announceTo((file) => { writeSync(ANNOUNCE_FD, `${file}\n`); });

// A promise or callback that a definition left behind: its own problem, not the end of everyone's process.
const left = (error: unknown): void => { if (!isRefusal(error)) stray.push(thrownProblem(error, blamed())); };
process.on("unhandledRejection", left);
process.on("uncaughtException", left);

async function respond(request: Request): Promise<Response> {
  switch (request.type) {
    case "warm": warmUp(); return { type: "warmed" };
    case "start": return await shard.start(request);
    case "trace": return await shard.trace(request);
    case "render": return await shard.render(request, () => stray.splice(0));
  }
}

process.on("message", (request: Request) => {
  void (async () => {
    try {
      const response = await respond(request);
      send("problems" in response ? { ...response, problems: [...response.problems, ...stray.splice(0)] } : response);
    } catch (error) {
      const { code, hint, message } = error as { code?: unknown; hint?: unknown; message?: unknown };
      const known = typeof code === "string" && typeof hint === "string" && typeof message === "string";
      send((known ? { type: "failed", message, code, hint } : { type: "failed", message: describe(error) }) satisfies Response);
    }
  })();
});
process.on("disconnect", () => process.exit(0));
