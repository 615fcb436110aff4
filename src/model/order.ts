/** The order of an audit's parts: the same from one process and from merged shards. */
import { type AllowUse, type Coverage, type Finding, IMPACTS, type PlaneObject, PLANES, type Verdict } from "./finding.ts";

type Placed = Pick<Finding, "object" | "tenant">;

/** By code units: no locale decides it. */
const compare = (a: string | number, b: string | number): number => (a < b ? -1 : a > b ? 1 : 0);
const first = (...results: number[]): number => results.find((n) => n !== 0) ?? 0;

/** By plane, store, namespace, kind and name. */
export const compareObjects = (a: PlaneObject, b: PlaneObject): number =>
  first(compare(PLANES.indexOf(a.plane), PLANES.indexOf(b.plane)), ...(["store", "namespace", "kind", "name", "apiVersion"] as const).map((key) => compare(a[key] ?? "", b[key] ?? "")));

/** By tenant, the platform's own first, then by object. */
export const comparePlaced = (a: Placed, b: Placed): number => first(compare(a.tenant ?? "", b.tenant ?? ""), compareObjects(a.object, b.object));

/** Order of findings: worst first, then by tenant and object. */
export const compareFindings = (a: Finding, b: Finding): number => first(compare(IMPACTS.indexOf(a.impact), IMPACTS.indexOf(b.impact)), comparePlaced(a, b), compare(a.id, b.id));

/** Uses of allow rules by rule, object and place. */
export const compareUses = (a: AllowUse, b: AllowUse): number =>
  first(compare(a.index, b.index), a.object && b.object ? compareObjects(a.object, b.object) : compare(a.object ? 1 : 0, b.object ? 1 : 0), compare(a.pointer ?? "", b.pointer ?? ""));

/** Coverage by plane, store, kind, state, reason and tenants. */
export const compareCoverage = (a: Coverage, b: Coverage): number =>
  first(compare(PLANES.indexOf(a.plane), PLANES.indexOf(b.plane)), ...(["store", "what", "state", "reason"] as const).map((key) => compare(a[key] ?? "", b[key] ?? "")), compare(a.tenants?.join() ?? "", b.tenants?.join() ?? ""));

/** Verdicts by plane and tenant, the platform's own first. */
export const compareVerdicts = (a: Verdict, b: Verdict): number => first(compare(PLANES.indexOf(a.plane), PLANES.indexOf(b.plane)), compare(a.tenant ?? "", b.tenant ?? ""));
