import { type ChildProcess, fork } from "node:child_process";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { type Problem, unloadable } from "../model/problem.ts";
import { LAUNCH_ENVIRONMENT, launchArguments } from "../sandbox/launch.ts";
import { ANNOUNCE_FD, type Request, type Response } from "./protocol.ts";
import { forgetProcess, watchOver } from "./watchdog.ts";

/** How long a definition may say nothing, in milliseconds, and how much heap its process may take, in MB; default 10 s and Node's own. */
export interface Limits { silence?: number; heap?: number }

type Start = Extract<Request, { type: "start" }>;
type Answer<T extends Response["type"]> = Extract<Response, { type: T }>;

export interface WorkerOptions {
  root: string;
  /** Packages that definitions may import. */
  allowed: readonly string[];
  limits?: Limits | undefined;
}

/** The process ended while a definition ran, or while none did: then nobody's file is to blame, and it is BH2026 as it stands. */
class Ended extends Error {
  readonly file: string;
  readonly silent: boolean;
  readonly reason: string;
  readonly code = "BH2026";
  readonly hint = "something outside ended it: look for the kernel's out-of-memory killer or a limit of the CI job";
  constructor(file: string, silent: boolean, reason: string) { super(`a process that renders tenants ended: ${reason}`); this.file = file; this.silent = silent; this.reason = reason; }
}

/** A child process that runs definitions. One that a definition ends or stops is started again without that file, which is named. */
export class Worker {
  readonly #options: WorkerOptions;
  #child: Child | undefined;
  #start: Start | undefined;
  /** The file and all that import it. */
  #affected: (file: string) => readonly string[] = (file) => [file];
  #ended: Problem[] = [];

  constructor(options: WorkerOptions) {
    this.#options = options;
    this.#child = this.#begin();
  }

  /** Loads bulkhead's own modules and runs them ahead of need. */
  async warm(): Promise<void> { await this.#ask({ type: "warm" }, "warmed"); }

  /** Loads the platform and what tenants share. `affected` gives a file and all that import it. */
  async start(request: Start, affected: (file: string) => readonly string[]): Promise<Answer<"started">> {
    this.#affected = affected;
    for (this.#start = request; ; ) {
      try { return await this.#ask(this.#start, "started"); } catch (error) { this.#leaveOut(error); }
    }
  }

  render(request: Extract<Request, { type: "render" }>): Promise<Answer<"rendered">> { return this.#afterStart(request, "rendered"); }
  trace(request: Extract<Request, { type: "trace" }>): Promise<Answer<"traced">> { return this.#afterStart(request, "traced"); }

  /** Files that ended or stopped the process, since the last call. */
  takeEnded(): Problem[] { return this.#ended.splice(0); }

  end(): void { this.#child?.end(); }

  async #afterStart<T extends "rendered" | "traced">(request: Request, expected: T): Promise<Answer<T>> {
    for (;;) {
      try { return await this.#ask(request, expected); } catch (error) {
        this.#leaveOut(error);
        await this.start(this.#start!, this.#affected);
      }
    }
  }

  #begin(): Child {
    const { root, allowed, limits = {} } = this.#options;
    return new Child(root, launchArguments(root, allowed, limits.heap), limits.silence ?? 10_000);
  }

  #ask<T extends Response["type"]>(request: Request, expected: T): Promise<Answer<T>> {
    this.#child ??= this.#begin();
    return this.#child.ask(request, expected);
  }

  #leaveOut(error: unknown): void {
    if (!(error instanceof Ended) || error.file === "" || this.#start === undefined || this.#start.broken.includes(error.file)) throw error;
    this.#child = undefined;
    this.#start = { ...this.#start, broken: [...this.#start.broken, ...this.#affected(error.file)] };
    const at = { file: error.file, path: "" };
    const seconds = (this.#options.limits?.silence ?? 10_000) / 1000;
    this.#ended.push(error.silent
      ? unloadable("BH2021", `${error.file} ran for ${seconds} s without an end: its process was ended`, at, "look for a loop without an end, or an await that nothing answers")
      : unloadable("BH2022", `${error.file} ended the process it ran in: ${error.reason}`, at, "look for memory that grows without an end"));
  }
}

/** Processes that run. A definition that loops never hears that its parent has ended: the parent ends it. */
const running = new Set<Child>();
process.on("exit", () => { for (const child of running) child.end(); });

class Child {
  readonly #process: ChildProcess;
  readonly #silence: number;
  #stderr = "";
  #running = "";
  #rest = "";
  #heard = 0;
  #closed: { code: number | null; signal: string | null } | undefined;

  constructor(root: string, execArgv: string[], silence: number) {
    this.#silence = silence;
    this.#process = fork(fileURLToPath(new URL("./child.js", import.meta.url)), [], { cwd: root, env: LAUNCH_ENVIRONMENT, execArgv, stdio: ["ignore", "ignore", "pipe", "ipc", "pipe"], serialization: "advanced" });
    running.add(this);
    const { pid } = this.#process;
    if (pid !== undefined) watchOver(pid);
    this.#process.once("exit", () => { running.delete(this); if (pid !== undefined) forgetProcess(pid); });
    // What could not be sent is told by its end.
    this.#process.on("error", () => {});
    this.#process.once("close", (code, signal) => { this.#closed = { code, signal }; });
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
      if (this.#closed) { reject(new Ended(this.#running, false, reason(this.#stderr, this.#closed.code, this.#closed.signal))); return; }
      const watch = this.#watch();
      // `close`, not `exit`: the last words on the pipes name the file.
      const ended = (code: number | null, signal: string | null): void => { clearInterval(watch.timer); reject(new Ended(this.#running, watch.silent, reason(this.#stderr, code, signal))); };
      this.#process.once("close", ended);
      this.#process.once("message", (response: Response) => {
        clearInterval(watch.timer);
        this.#process.off("close", ended);
        if (response.type === expected) resolve(response as Answer<T>);
        else if (response.type === "failed") reject(Object.assign(new Error(response.message), response.code !== undefined && { code: response.code, hint: response.hint }));
        else reject(new Error(`unexpected answer ${response.type}`));
      });
      this.#process.send(request, () => {});
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
