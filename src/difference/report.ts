/** Differences as lines for people: a section for each tenant, cluster and layer. */
import { identityText } from "../render/inventory.ts";
import { placeText } from "../model/pointer.ts";
import { changeText } from "./show.ts";
import type { Detail, ObjectDifference } from "./tree.ts";

/** Most lines that are shown of one object. */
const LINES = 40;
const SIGNS = { added: "+", changed: "~", removed: "-" } as const;

export interface Counts { added: number; changed: number; removed: number; leaves: number }
/** Counts objects and files, and the changed leaves of those that are in both trees. */
export function countsOf(differences: readonly ObjectDifference[]): Counts {
  const n = (status: ObjectDifference["status"]): number => differences.filter((d) => d.status === status).length;
  return { added: n("added"), changed: n("changed"), removed: n("removed"), leaves: differences.reduce((sum, d) => sum + d.details.reduce((s, x) => s + (x.inside?.length ?? 1), 0), 0) };
}
export const countsText = ({ added, changed, removed, leaves }: Counts): string => `${added} added, ${changed} changed (${leaves} ${leaves === 1 ? "place" : "places"}), ${removed} removed`;

/** `northwind on prod-eu, events`. */
const sectionOf = ({ tenant, cluster, layer }: ObjectDifference): string => `${tenant ?? "(platform)"} on ${cluster}, ${layer}`;

/** Sections in order of tenant, cluster and layer; the platform's own first. */
export function sectionsOf(differences: readonly ObjectDifference[]): [string, ObjectDifference[]][] {
  const sections = new Map<string, ObjectDifference[]>();
  const key = ({ tenant, cluster, layer }: ObjectDifference): string => `${tenant ?? ""}\0${cluster}\0${layer}`;
  for (const difference of [...differences].sort((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0))) {
    const name = sectionOf(difference);
    sections.set(name, [...(sections.get(name) ?? []), difference]);
  }
  return [...sections];
}

/** `+ Topic.cluster.redpanda.com tenant-acme/tenant.acme.sales`, or the path of a text file. */
export function titleOf({ status, object, path, was }: ObjectDifference): string {
  const old = was === undefined ? "" : ` (was ${was.slice(was.lastIndexOf("/") + 1)})`;
  return `${SIGNS[status]} ${object ? identityText(object) : path}${old}`;
}

/** `tenants/acme/sales/orders.ts:12:5 (tables.orders)`. */
export const sourceText = ({ source: { file, path, line, column } }: ObjectDifference): string => `${file}${line === undefined ? "" : `:${line}:${column ?? 1}`}${path ? ` (${path})` : ""}`;

/** Lines of what changed in one object, cut with a notice. */
export function detailLines({ details }: ObjectDifference, limit = LINES): string[] {
  const lines = details.flatMap(oneDetail).map(printable);
  return lines.length > limit ? [...lines.slice(0, limit), `… ${lines.length - limit} more lines; --format json has all`] : lines;
}

function oneDetail({ change, lines, inside, sameAs }: Detail): string[] {
  const steps = (change.after ?? change.before)!.steps;
  const at = placeText(steps);
  if (sameAs !== undefined) return [`${at}: the same text as ${sameAs}`];
  if (inside) return inside.map((c) => (at ? `${at} > ${changeText(c)}` : changeText(c)));
  if (!lines) return [changeText(change)];
  return [...(at ? [`${at}: ${lines.added} lines added, ${lines.removed} removed`] : []), ...lines.lines];
}

/** Control characters and what reorders text around it must not reach a terminal or a comment. */
const printable = (text: string): string => text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, (ch) => `\\u${ch.charCodeAt(0).toString(16).padStart(4, "0")}`);

/** The whole as text. */
export function differenceText(differences: readonly ObjectDifference[]): string {
  const sections = sectionsOf(differences).map(([name, members]) => `${name}\n${members.map((d) => [`  ${printable(titleOf(d))}`, `      ${printable(sourceText(d))}`, ...detailLines(d).map((line) => `      ${line}`)].join("\n")).join("\n")}\n`);
  return sections.join("\n");
}
