import { allowedPackages } from "../sandbox/allow.ts";
import { Worker } from "./processes.ts";

/** Processes started and warmed up ahead of need. One answers for one run only: definitions that changed are never imported over older ones. */
export class Spares {
  readonly #root: string;
  readonly #ready: Worker[] = [];
  readonly #out = new Set<Worker>();
  /** The most that one run has taken: so many are kept. */
  #wanted = 0;

  constructor(root: string) { this.#root = root; }

  /** A ready process, or a new one. Whoever takes it ends it. */
  take(): Worker {
    const worker = this.#ready.pop() ?? new Worker({ root: this.#root, allowed: allowedPackages(this.#root).allowed });
    this.#out.add(worker);
    this.#wanted = Math.max(this.#wanted, this.#out.size);
    return worker;
  }

  /** Makes ready as many as the last run took. Called between runs: warming up costs what a run costs. */
  async fill(): Promise<void> {
    this.#out.clear();
    const missing = Array.from({ length: this.#wanted - this.#ready.length }, () => new Worker({ root: this.#root, allowed: allowedPackages(this.#root).allowed }));
    this.#ready.push(...missing);
    await Promise.all(missing.map((worker) => worker.warm()));
  }

  end(): void { for (const worker of this.#ready.splice(0)) worker.end(); }
}
