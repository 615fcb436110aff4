/** Dashboards that others wrote, brought into the shape that the checks read. */
import type { Dashboard, DatasourceRef, Panel, Target, Variable } from "../dashboard.ts";

type Json = Record<string, unknown>;
const record = (value: unknown): Json => (typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Json) : {});
const list = (value: unknown): Json[] => (Array.isArray(value) ? value.map(record) : []);
const text = (value: unknown): string => (typeof value === "string" ? value : "");
/** Old dashboards name a datasource by its text alone. */
const datasource = (value: unknown): DatasourceRef => (typeof value === "string" ? { type: "", uid: value } : { type: text(record(value).type), uid: text(record(value).uid) });

/** What is absent is given its empty form, rows are opened; undefined when the text is no JSON object. */
export function readDashboard(source: string): Dashboard | undefined {
  let value: unknown;
  try { value = JSON.parse(source); } catch { return undefined; }
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  const model = value as Json;
  return {
    ...(model as unknown as Dashboard), uid: text(model.uid), title: text(model.title),
    templating: { list: list(record(model.templating).list).map(variable) }, panels: list(model.panels).flatMap((p) => [p, ...list(p.panels)]).map(panel),
  };
}

function variable(raw: Json): Variable {
  const query = typeof raw.query === "string" ? raw.query : text(record(raw.query).query);
  return { ...(raw as unknown as Variable), name: text(raw.name), label: text(raw.label), query, datasource: datasource(raw.datasource) };
}

function panel(raw: Json): Panel {
  const defaults = record(record(raw.fieldConfig).defaults);
  return {
    ...(raw as unknown as Panel), type: text(raw.type), title: text(raw.title), description: text(raw.description), datasource: datasource(raw.datasource),
    fieldConfig: { defaults: { ...defaults, unit: text(defaults.unit), mappings: list(defaults.mappings) }, overrides: [] },
    targets: list(raw.targets).map((t): Target => ({ ...(t as unknown as Target), refId: text(t.refId), expr: text(t.expr), datasource: datasource(t.datasource) })),
  };
}
