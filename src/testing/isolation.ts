/** Rules that every tenant's files keep, judged from the files alone: not by the code that renders them. */
import type { RenderedTenant } from "./render.ts";

/** A rule that a file breaks. */
export interface IsolationIssue { rule: string; path: string; message: string }

type Rule = (rendered: RenderedTenant) => Omit<IsolationIssue, "rule">[];

const inContent = (path: string): boolean => path.includes("/content/");
const clusterOf = (path: string): string => path.split("/")[0]!;
const names = (text: string, word: string): boolean => new RegExp(`(?<![A-Za-z0-9-])${word}(?![A-Za-z0-9-])`).test(text);

const RULES: Record<string, Rule> = {
  "names no other tenant": ({ files, others }) => files.flatMap(({ path, text }) => others.filter((other) => names(text, other) || names(path, other)).map((other) => ({ path, message: `it names tenant ${other}` }))),

  "content stays in the tenant's namespaces": ({ objects, tenant }) => objects.filter((o) => inContent(o.path) && o.kind !== "Namespace").flatMap(({ path, metadata: { namespace, labels } }) => {
    if (namespace === `tenant-${tenant}` || labels?.["bulkhead.dev/tenant"] === tenant) return [];
    return [{ path, message: namespace === undefined ? "it is cluster-wide" : `it is in namespace ${namespace}, without the tenant's label` }];
  }),

  "no secret in git": ({ objects }) => objects.filter((o) => o.kind === "Secret" && o.apiVersion === "v1").map(({ path }) => ({ path, message: "a Secret holds its value: use an ExternalSecret" })),

  "traffic is denied by default, both ways": ({ objects, tenant }) => [...new Set(objects.map((o) => clusterOf(o.path)))].flatMap((cluster) => {
    const policies = objects.filter((o) => clusterOf(o.path) === cluster && o.kind === "NetworkPolicy" && o.metadata.namespace === `tenant-${tenant}`);
    const closes = (type: string): boolean => policies.some((p) => {
      const spec = p.spec as { podSelector?: object; policyTypes?: string[]; ingress?: unknown[]; egress?: unknown[] };
      const rules = type === "Ingress" ? spec.ingress : spec.egress;
      return Object.keys(spec.podSelector ?? {}).length === 0 && spec.policyTypes?.includes(type) && (rules ?? []).length === 0;
    });
    return ["Ingress", "Egress"].filter((type) => !closes(type)).map((type) => ({ path: cluster, message: `no policy denies ${type} of every pod in tenant-${tenant}` }));
  }),

  "no network rule is open to all": ({ objects }) => objects.filter((o) => o.kind === "NetworkPolicy").flatMap(({ path, spec }) => {
    const { ingress = [], egress = [] } = spec as { ingress?: { from?: unknown[] }[]; egress?: { to?: unknown[] }[] };
    return [...ingress.map((rule) => ["ingress", rule.from] as const), ...egress.map((rule) => ["egress", rule.to] as const)]
      .filter(([, peers]) => !peers || peers.length === 0).map(([way]) => ({ path, message: `an ${way} rule without peers is open to everything` }));
  }),

  "roles bind only the tenant's own": ({ objects, tenant }) => objects.filter((o) => o.kind === "RoleBinding" && o.metadata.namespace === `tenant-${tenant}`).flatMap(({ path, subjects }) =>
    ((subjects ?? []) as { kind: string; name: string; namespace?: string }[]).filter((s) => s.kind === "ServiceAccount" && s.namespace?.startsWith("tenant-") && s.namespace !== `tenant-${tenant}`)
      .map((s) => ({ path, message: `it binds ${s.namespace}/${s.name}` }))),

  "the namespace keeps pods restricted": ({ objects, tenant }) => objects.filter((o) => o.kind === "Namespace" && o.metadata.name === `tenant-${tenant}`).flatMap(({ path, metadata: { labels } }) =>
    (labels?.["pod-security.kubernetes.io/enforce"] === "restricted" ? [] : [{ path, message: "pod-security.kubernetes.io/enforce is not restricted" }])),
};

/** Every rule that the rendered tenant breaks; none when it is isolated as far as its files tell. */
export function isolationIssues(rendered: RenderedTenant): IsolationIssue[] {
  return Object.entries(RULES).flatMap(([rule, judge]) => judge(rendered).map((issue) => ({ rule, ...issue })));
}

/** Throws an Error that lists every rule the rendered tenant breaks. */
export function assertIsolated(rendered: RenderedTenant): void {
  const issues = isolationIssues(rendered);
  if (issues.length > 0) throw new Error(`tenant ${rendered.tenant} is not isolated:\n${issues.map(({ rule, path, message }) => `  ${path}: ${message} (${rule})`).join("\n")}`);
}

