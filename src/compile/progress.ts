/** What a long run tells whoever waits for it. Neither changes anything that comes out. */

/** Stages of a run, in their order. From `compare` on they are the caller's. */
const STAGES = ["scan", "parse", "start", "recall", "render", "verify", "compare", "write", "remember"] as const;
export type Stage = (typeof STAGES)[number];

/** `done` of `total` tenants are through a stage. */
export interface Progress { stage: Stage; done: number; total: number }

export interface Observer {
  onProgress?: (progress: Progress) => void;
  /** A stage is over; milliseconds of wall clock. */
  onTiming?: (stage: Stage, ms: number) => void;
}

/** Runs one stage and says how long it took. */
export async function timed<T>(observer: Observer, stage: Stage, work: () => T | Promise<T>): Promise<T> {
  const start = performance.now();
  try {
    return await work();
  } finally {
    observer.onTiming?.(stage, performance.now() - start);
  }
}
