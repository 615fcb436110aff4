import type { DesiredStore, PlaneAudit, ProbeFailure, ItemCoverage, Reading } from "../../model/plane.ts";
import { accessOf, type TargetOptions } from "./target.ts";
import { openBreaker } from "./breaker.ts";

/** Where readings of stores come from: the stores, or a snapshot. */
export interface ReadingSource {
  /** Rejects with StoreUnreadable. */
  read<S>(audit: PlaneAudit<S>, store: DesiredStore<S>): Promise<Reading>;
  /** Absent where effects cannot be tried. */
  probe?<S>(audit: PlaneAudit<S>, store: DesiredStore<S>): Promise<{ failures: ProbeFailure[]; coverage: ItemCoverage[] }>;
}

/** The live stores. `probe`: effects are tried too (D37). */
export function liveReadings(options: TargetOptions & { probe?: boolean }): ReadingSource {
  const breakers = new Map<string, ReturnType<typeof openBreaker>>();
  const run = <T>(store: string, work: () => Promise<T>): Promise<T> => {
    const breaker = breakers.get(store) ?? openBreaker();
    breakers.set(store, breaker);
    return breaker.run(work, options.signal);
  };
  const reading: ReadingSource = { read: (audit, store) => run(store.store, async () => audit.read(accessOf(store, options), store.state)) };
  if (!options.probe) return reading;
  return { ...reading, probe: (audit, store) => (audit.probe ? run(store.store, async () => audit.probe!(accessOf(store, options, "prober"), store.state)) : Promise.resolve({ failures: [], coverage: [] })) };
}
