import { type ChildProcess, fork } from "node:child_process";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { type Problem, unloadable } from "../model/problem.ts";
import { LAUNCH_ENVIRONMENT, launchArguments } from "../sandbox/launch.ts";
import { ANNOUNCE_FD, type Request, type Response } from "./protocol.ts";

/** How long a definition may say nothing, in milliseconds, and how much heap its process may take, in MB; default 10 s and Node's own. */
export interface Limits { silence?: number; heap?: number }

type Load = Extract<Request, { type: "load" }>;
type Answer<T extends Response["type"]> = Extract<Response, { type: T }>;

/** The process ended while a definition ran. */
class Ended extends Error {
  readonly file: string;
  readonly silent: boolean;
  constructor(file: string, silent: boolean, message: string) { super(message); this.file = file; this.silent = silent; }
}

/** One shard's child process. A definition that ends or stops it is named, and the rest is loaded again without it. */
export class Worker {
  readonly #root: string;
  readonly #allowed: readonly string[];
  readonly #limits: Limits;
  /** The file and all that import it. */
  readonly #affected: (file: string) => readonly string[];
  #child: Child | undefined;
  #load: Load | undefined;
  #ended: Problem[] = [];

  constructor({ root, allowed, limits = {}, affected }: { root: string; allowed: readonly string[]; limits?: Limits | undefined; affected: (file: string) => readonly string[] }) {
    this.#root = root;
    this.#allowed = allowed;
    this.#limits = limits;
    this.#affected = affected;
    this.#child = this.#start();
  }

  async load(request: Load): Promise<Answer<"loaded">> {
    for (this.#load = request; ; ) {
      try { return await this.#ask(this.#load, "loaded"); } catch (error) { this.#leaveOut(error); }
    }
  }

  async render(request: Extract<Request, { type: "render" }>): Promise<Answer<"rendered">> {
    for (;;) {
      try {
        const answer = await this.#ask(request, "rendered");
        return { ...answer, problems: [...answer.problems, ...this.#ended] };
      } catch (error) {
        this.#leaveOut(error);
        await this.load(this.#load!);
      }
    }
  }

  end(): void { this.#child?.end(); }

  #start(): Child { return new Child(this.#root, launchArguments(this.#root, this.#allowed, this.#limits.heap), this.#limits.silence ?? 10_000); }

  #ask<T extends Response["type"]>(request: Request, expected: T): Promise<Answer<T>> {
    this.#child ??= this.#start();
    return this.#child.ask(request, expected);
  }

  #leaveOut(error: unknown): void {
    if (!(error instanceof Ended) || error.file === "" || this.#load!.broken.includes(error.file)) throw error;
    this.#child = undefined;
    this.#load = { ...this.#load!, broken: [...this.#load!.broken, ...this.#affected(error.file)] };
    const at = { file: error.file, path: "" };
    this.#ended.push(error.silent
      ? unloadable("BH2021", `${error.file} ran for ${(this.#limits.silence ?? 10_000) / 1000} s without an end: its process was ended`, at, "look for a loop without an end, or an await that nothing answers")
      : unloadable("BH2022", `${error.file} ended the process it ran in: ${error.message}`, at, "look for memory that grows without an end"));
  }
}

class Child {
  readonly #process: ChildProcess;
  readonly #silence: number;
  #stderr = "";
  #running = "";
  #rest = "";
  #heard = 0;

  constructor(root: string, execArgv: string[], silence: number) {
    this.#silence = silence;
    this.#process = fork(fileURLToPath(new URL("./child.js", import.meta.url)), [], { cwd: root, env: LAUNCH_ENVIRONMENT, execArgv, stdio: ["ignore", "ignore", "pipe", "ipc", "pipe"], serialization: "advanced" });
    this.#process.stderr!.setEncoding("utf8").on("data", (text: string) => { this.#stderr = (this.#stderr + text).slice(-4000); });
    (this.#process.stdio[ANNOUNCE_FD] as Readable).setEncoding("utf8").on("data", (text: string) => {
      const lines = (this.#rest + text).split("\n");
      this.#rest = lines.pop()!;
      this.#running = lines.at(-1) ?? this.#running;
      this.#heard += 1;
    });
  }

  /** Sends a request and waits for its answer; rejects when the process ends first, or when a definition runs on without a word. */
  ask<T extends Response["type"]>(request: Request, expected: T): Promise<Answer<T>> {
    return new Promise((resolve, reject) => {
      const watch = this.#watch();
      // `close`, not `exit`: the last words on the pipes name the file.
      const ended = (code: number | null, signal: string | null): void => { clearInterval(watch.timer); reject(new Ended(this.#running, watch.silent, reason(this.#stderr, code, signal))); };
      this.#process.once("close", ended);
      this.#process.once("message", (response: Response) => {
        clearInterval(watch.timer);
        this.#process.off("close", ended);
        if (response.type === expected) resolve(response as Answer<T>);
        else reject(new Error(response.type === "failed" ? response.message : `unexpected answer ${response.type}`));
      });
      this.#process.send(request);
    });
  }

  end(): void { this.#process.kill("SIGKILL"); }

  /** Ten looks a limit; a look counts only when the parent itself was not too busy to listen. */
  #watch(): { timer: NodeJS.Timeout; silent: boolean } {
    const state = { timer: undefined as unknown as NodeJS.Timeout, silent: false };
    let heard = this.#heard;
    let looks = 0;
    state.timer = setInterval(() => {
      if (heard !== this.#heard || this.#running === "") { heard = this.#heard; looks = 0; return; }
      looks += 1;
      if (looks < 10) return;
      state.silent = true;
      this.end();
    }, this.#silence / 10);
    return state;
  }
}

function reason(stderr: string, code: number | null, signal: string | null): string {
  if (stderr.includes("heap out of memory")) return "out of memory";
  return `${signal ?? `exit code ${code}`}${stderr.trim() === "" ? "" : `, ${stderr.trim().split("\n").at(-1)}`}`;
}
