import type { Platform } from "../model/fleet.ts";
import type { Problem } from "../model/problem.ts";
import { Worker } from "./processes.ts";
import type { Order, Setting, TenantResult } from "./protocol.ts";

/** Tenants a request: enough that a message costs nothing, few enough that the processes end together. */
const BATCH = 16;

/** Processes that render tenants, each one batch after another. */
export class Pool {
  readonly #workers: Worker[];
  readonly #setting: Setting;
  #started: Promise<{ problems: Problem[]; platform?: Platform }[]> | undefined;

  constructor(setting: Setting, count: number, worker: () => Worker = () => new Worker(setting.root)) {
    this.#setting = setting;
    this.#workers = Array.from({ length: count }, worker);
  }

  /** Loads the platform and the shared definitions everywhere; all answer alike. */
  async start(): Promise<{ problems: Problem[]; platform?: Platform }> {
    this.#started ??= Promise.all(this.#workers.map((worker) => worker.ask({ type: "start", ...this.#setting }, "started")));
    return (await this.#started)[0]!;
  }

  /** Renders tenants; hands each result over as it comes, in no order. */
  async render(orders: readonly Order[], take: (result: TenantResult) => void): Promise<void> {
    await this.start();
    const size = Math.max(1, Math.min(BATCH, Math.ceil(orders.length / this.#workers.length / 2)));
    let next = 0;
    await Promise.all(this.#workers.map(async (worker) => {
      while (next < orders.length) {
        const batch = orders.slice(next, next + size);
        next += size;
        for (const result of (await worker.ask({ type: "render", orders: batch }, "rendered")).tenants) take(result);
      }
    }));
  }

  end(): void { for (const worker of this.#workers) worker.end(); }
}
