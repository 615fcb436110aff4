/** High-water mark over column lineage (D35): a column is the join of its own declaration and all its sources. */
import type { ColumnSpec } from "../../define/schema.ts";
import { atMost, join, joinAll, normalSensitivity, RESTRICTED } from "../classification.ts";
import type { ColumnRef, Sensitivity } from "../fleet.ts";
import { type Problem, refused, type SourceRef, warning } from "../problem.ts";
import { refKey } from "./reference.ts";

/** One column or field in the lineage graph. */
export interface Node { key: string; label: string; spec: ColumnSpec; lineage: ColumnRef[]; source: SourceRef; /** A reference of it, or of a source of it, could not be resolved: its level is not known, and nothing is said about it. */ broken: boolean }

/** What a declaration alone says, or undefined when it says nothing. */
function declared(spec: ColumnSpec): Sensitivity | undefined {
  return spec.classification && normalSensitivity(spec.classification, spec.category, spec.principals);
}

/** Problems of a declaration by itself: categories and principals where they mean something. */
export function declarationProblems(spec: ColumnSpec, source: SourceRef): Problem[] {
  const at = (key: string): SourceRef => ({ ...source, path: `${source.path}.${key}` });
  const problems: Problem[] = [];
  if (spec.classification === "confidential" && !spec.category) {
    problems.push(refused("BH3005", "confidential needs a category: it decides the mask", at("classification"), "add category: pii-name, pii-identifier, pii-contact or business"));
  }
  if (spec.category && (spec.classification === "public" || spec.classification === "internal")) {
    problems.push(refused("BH3005", `a category has no meaning on a ${spec.classification} column`, at("category"), "raise the classification to confidential or drop the category"));
  }
  if (spec.principals && spec.classification !== "restricted") {
    problems.push(refused("BH3005", "named principals have a meaning on restricted columns only", at("principals"), "classify the column restricted, or drop principals"));
  }
  if (spec.declassify && !(spec.from || spec.using)) {
    problems.push(refused("BH3014", "declassify lowers what is derived, and this column is derived from nothing", at("declassify"), "classify the column itself, with the owner's approval"));
  }
  return problems;
}

/** Gives every node its sensitivity; nodes on a cycle are one error a cycle. `asOf` is asked only where an expiry is judged. */
export function propagate(nodes: Map<string, Node>, asOf: () => string): { levels: Map<string, Sensitivity>; problems: Problem[] } {
  const levels = new Map<string, Sensitivity>();
  const problems: Problem[] = [];
  const open: string[] = [];
  const visit = (key: string): Sensitivity => {
    const done = levels.get(key);
    if (done) return done;
    const node = nodes.get(key);
    if (!node) return RESTRICTED;
    const start = open.indexOf(key);
    if (start >= 0) {
      const cycle = open.slice(start).map((k) => nodes.get(k)!);
      problems.push(refused("BH3004", `columns derive from each other: ${[...cycle, node].map((n) => n.label).join(" <- ")}`, node.source, "break the cycle: a column cannot be its own source", cycle.slice(1).map((n) => n.source)));
      return RESTRICTED;
    }
    open.push(key);
    const inherited = node.lineage.map((ref) => visit(refKey(ref)));
    open.pop();
    node.broken ||= node.lineage.some((ref) => nodes.get(refKey(ref))?.broken);
    const level = levels.get(key) ?? settle(node, inherited, asOf, problems);
    levels.set(key, level);
    return level;
  };
  for (const key of nodes.keys()) visit(key);
  return { levels, problems };
}

/** Days before an expiry in which it is warned of (D38). */
const NOTICE = 14;

function settle(node: Node, inherited: Sensitivity[], asOf: () => string, problems: Problem[]): Sensitivity {
  const own = declared(node.spec);
  if (node.broken) return RESTRICTED;
  if (!own && inherited.length === 0) {
    problems.push(warning("BH3013", `${node.label} has no classification: treated as restricted, shown to nobody`, node.source, "classify the column"));
    return RESTRICTED;
  }
  const mark = joinAll(own ? [own, ...inherited] : inherited);
  const lowering = node.spec.declassify;
  if (!lowering) return mark;
  const at: SourceRef = { ...node.source, path: `${node.source.path}.declassify` };
  if (atMost(mark.level, lowering.to)) {
    problems.push(refused("BH3014", `declassify to ${lowering.to} lowers nothing: the column is ${mark.level}`, at, "drop declassify"));
    return mark;
  }
  if (lowering.expires < asOf()) {
    problems.push(refused("BH3015", `declassify of ${node.label} expired on ${lowering.expires}`, { ...at, path: `${at.path}.expires` }, "let the approver renew it, or drop it: the column goes back to its sources' level"));
    return mark;
  }
  const days = (Date.parse(lowering.expires) - Date.parse(asOf())) / 86_400_000;
  if (days <= NOTICE) problems.push(warning("BH3025", `declassify of ${node.label} expires on ${lowering.expires}, in ${days} ${days === 1 ? "day" : "days"}: from then on synth refuses it`, { ...at, path: `${at.path}.expires` }, "let the approver renew it"));
  const category = lowering.to === "confidential" ? (lowering.category ?? mark.category ?? "business") : undefined;
  const lowered = normalSensitivity(lowering.to, category);
  return own ? join(own, lowered) : lowered;
}
