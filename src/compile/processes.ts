import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Request, Response } from "./protocol.ts";

/** A child process that answers one request at a time. */
export class Worker {
  readonly #child: ChildProcess;
  #stderr = "";

  constructor(root: string) {
    // Only time zone and language reach a definition: nothing of the caller's environment decides output (D30).
    this.#child = fork(fileURLToPath(new URL("./child.js", import.meta.url)), [], { cwd: root, env: { TZ: "UTC", LANG: "C" }, stdio: ["ignore", "ignore", "pipe", "ipc"], serialization: "advanced" });
    this.#child.stderr!.setEncoding("utf8").on("data", (text: string) => { this.#stderr = (this.#stderr + text).slice(-4000); });
  }

  /** Sends a request and waits for its answer; rejects when the process ends first. */
  ask<T extends Response["type"]>(request: Request, expected: T): Promise<Extract<Response, { type: T }>> {
    return new Promise((resolve, reject) => {
      const ended = (code: number | null, signal: string | null): void => { reject(new Error(`the process that runs definitions ended (${signal ?? code}): ${this.#stderr.trim()}`)); };
      this.#child.once("exit", ended);
      this.#child.once("message", (response: Response) => {
        this.#child.off("exit", ended);
        if (response.type === expected) resolve(response as Extract<Response, { type: T }>);
        else if (response.type === "failed") reject(Object.assign(new Error(response.message), response.code !== undefined && { code: response.code, hint: response.hint }));
        else reject(new Error(`unexpected answer ${response.type}`));
      });
      this.#child.send(request);
    });
  }

  end(): void { this.#child.kill(); }
}
