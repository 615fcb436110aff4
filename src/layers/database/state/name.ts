/** Names of the objects that apply a unit. */
import { fit } from "../../../model/names.ts";
import type { UnitState } from "./unit.ts";

/** Of its CronJob, and the start of its Job's and ConfigMap's; CronJobs may have 52 characters. */
export function unitName(state: Pick<UnitState, "unit" | "kind" | "store">): string {
  const name = state.unit.slice(state.unit.indexOf("/") + 1);
  const parts = state.kind === "bootstrap" ? ["sql-store", name] : state.kind === "shared" ? ["sql-shared", state.store, name] : ["sql", state.store, name];
  return fit(parts.join("-").replace(/[^a-z0-9]+/g, "-"), 41);
}
