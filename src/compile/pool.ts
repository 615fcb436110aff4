import type { Platform } from "../model/fleet.ts";
import type { Problem } from "../model/problem.ts";
import type { Worker } from "./processes.ts";
import type { Order, Setting, TenantResult } from "./protocol.ts";

/** Tenants a request: enough that a message costs nothing, few enough that the processes end together. */
const BATCH = 16;

export interface PoolOptions {
  setting: Setting;
  /** Most processes at a time. */
  most: number;
  /** Tenants that a process more is worth. */
  worth: number;
  worker: () => Worker;
  /** A file and all that import it. */
  affected: (file: string) => readonly string[];
}

interface Started { problems: Problem[]; platform?: Platform }

/** Processes that render tenants, each one batch after another. As many are started as the work is worth. */
export class Pool {
  readonly #options: PoolOptions;
  readonly #workers: { worker: Worker; started: Promise<Started> }[] = [];

  constructor(options: PoolOptions) { this.#options = options; }

  /** Starts what this many tenants are worth, ahead of need; what goes wrong is told by whoever waits for it. */
  begin(tenants: number): void {
    const { setting, most, worth, worker: make, affected } = this.#options;
    const wanted = Math.max(1, Math.min(most, Math.ceil(tenants / worth)));
    while (this.#workers.length < wanted) {
      const worker = make();
      const started = worker.start({ type: "start", ...setting }, affected).then(({ type: _, problems, ...rest }) => ({ ...rest, problems: [...problems, ...worker.takeEnded()] }));
      started.catch(() => {});
      this.#workers.push({ worker, started });
    }
  }

  /** The platform and the problems of it and of what tenants share; all processes answer alike. */
  async start(): Promise<Started> {
    this.begin(1);
    return await this.#workers[0]!.started;
  }

  /** Renders tenants; hands each result over as it comes, in no order. Gives the problems that are of no single tenant. */
  async render(orders: readonly Order[], take: (result: TenantResult) => void): Promise<Problem[]> {
    this.begin(orders.length);
    const size = Math.max(1, Math.min(BATCH, Math.ceil(orders.length / this.#workers.length / 2)));
    const problems: Problem[] = [];
    let next = 0;
    await Promise.all(this.#workers.map(async ({ worker, started }) => {
      await started;
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

  end(): void { for (const { worker } of this.#workers) worker.end(); }
}
