import type { Platform } from "../model/fleet.ts";
import type { Problem } from "../model/problem.ts";
import type { Worker } from "./processes.ts";
import type { Order, Setting, TenantResult } from "./protocol.ts";

/** Tenants a request: enough that a message costs nothing, few enough that the processes end together. */
const BATCH = 16;

/** Processes that render tenants, each one batch after another. */
export class Pool {
  readonly #workers: Worker[];
  readonly #setting: Setting;
  readonly #affected: (file: string) => readonly string[];
  #started: Promise<{ problems: Problem[]; platform?: Platform }[]> | undefined;

  /** `worker` gives a process; `affected` a file and all that import it. */
  constructor(setting: Setting, count: number, worker: () => Worker, affected: (file: string) => readonly string[]) {
    this.#setting = setting;
    this.#affected = affected;
    this.#workers = Array.from({ length: count }, worker);
  }

  /** Loads the platform and the shared definitions everywhere; all answer alike. */
  async start(): Promise<{ problems: Problem[]; platform?: Platform }> {
    this.#started ??= Promise.all(this.#workers.map(async (worker) => {
      const { problems, ...started } = await worker.start({ type: "start", ...this.#setting }, this.#affected);
      return { ...started, problems: [...problems, ...worker.takeEnded()] };
    }));
    return (await this.#started)[0]!;
  }

  /** Renders tenants; hands each result over as it comes, in no order. Gives the problems that are of no single tenant. */
  async render(orders: readonly Order[], take: (result: TenantResult) => void): Promise<Problem[]> {
    await this.start();
    const size = Math.max(1, Math.min(BATCH, Math.ceil(orders.length / this.#workers.length / 2)));
    const problems: Problem[] = [];
    let next = 0;
    await Promise.all(this.#workers.map(async (worker) => {
      while (next < orders.length) {
        const batch = orders.slice(next, next + size);
        next += size;
        const answer = await worker.render({ type: "render", orders: batch });
        const odd = [...answer.problems, ...worker.takeEnded()];
        problems.push(...odd);
        // Whose they are is not sure: none of the batch is remembered as sound.
        for (const result of answer.tenants) take(odd.length > 0 ? { ...result, complete: false } : result);
      }
    }));
    return problems;
  }

  end(): void { for (const worker of this.#workers) worker.end(); }
}
