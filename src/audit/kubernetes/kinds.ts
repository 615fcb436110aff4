/** Which kinds an audit lists, in which version, and how much of each object it needs. */
import type { DesiredEntry } from "../desired/side.ts";
import { firstChoice } from "../live/kind.ts";
import type { LiveKind } from "../live/source.ts";
import { notRead } from "../../model/auditor.ts";
import type { Coverage } from "../../model/finding.ts";
import { groupOf, kindName } from "../../model/kinds.ts";
import { WIDE } from "./wide.ts";

/** One list to read. */
export interface Query {
  kind: LiveKind;
  /** `Deployment.apps`, as reports name it. */
  what: string;
  /** Git has objects of it in this version: bodies are needed. */
  declared: boolean;
  /** What git does not know is looked for here; of a kind that is read in two versions, in one only. */
  closed: boolean;
}
export interface KindPlan {
  queries: Query[];
  /** Kinds of git that the server serves in other versions only, by `apiVersion/kind`. */
  gone: Map<string, string>;
  coverage: Coverage[];
}

/** Kinds of which bodies are needed although git may have none: they decide what others mean, or only their bodies say where they reach. */
const NEEDED: ReadonlySet<string> = new Set(["HorizontalPodAutoscaler.autoscaling", "Application.argoproj.io", ...[...WIDE].flatMap(([what, { metadataOnly }]) => (metadataOnly ? [] : [what]))]);

/** Plans the lists. Secrets are never read. */
export function planKinds(kinds: readonly LiveKind[], entries: readonly DesiredEntry[]): KindPlan {
  const coverage: Coverage[] = [];
  const declared = new Set(entries.map((e) => `${e.apiVersion}/${e.kind}`));
  const groups = new Map<string, LiveKind[]>();
  for (const kind of kinds) if (kind.verbs.includes("list")) {
    const name = kindName(kind);
    groups.set(name, [...(groups.get(name) ?? []), kind]);
  }
  const queries: Query[] = [];
  for (const [what, versions] of groups) {
    const never = notRead(groupOf(versions[0]!.apiVersion), versions[0]!.kind);
    if (never !== undefined) { coverage.push({ plane: "kubernetes", what, state: "excluded", objects: 0, reason: never }); continue; }
    const wanted = versions.filter((v) => declared.has(`${v.apiVersion}/${v.kind}`));
    const chosen = wanted.length > 0 ? wanted : [firstChoice(versions[0]!, versions)!];
    chosen.forEach((kind, i) => {
      const closed = i === 0 && (kind.namespaced || WIDE.has(what));
      if (wanted.length > 0 || closed) queries.push({ kind, what, declared: wanted.length > 0 || NEEDED.has(what), closed });
    });
  }
  const served = new Set(kinds.map((k) => `${k.apiVersion}/${k.kind}`));
  const gone = new Map<string, string>();
  for (const key of declared) {
    if (served.has(key)) continue;
    const [kind, apiVersion] = [key.slice(key.lastIndexOf("/") + 1), key.slice(0, key.lastIndexOf("/"))];
    const what = kindName({ apiVersion, kind });
    const others = groups.get(what);
    if (notRead(groupOf(apiVersion), kind) !== undefined) continue;
    if (others) gone.set(key, others.map((o) => o.apiVersion).join(", "));
    else coverage.push({ plane: "kubernetes", what, state: "unknown", objects: 0, reason: `the API server does not serve ${apiVersion} ${kind}` });
  }
  return { queries: queries.sort((a, b) => (a.what < b.what ? -1 : 1)), gone, coverage };
}
