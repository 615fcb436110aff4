/** The rule that set a place where no definition did: layer, section of its page, decision. */

export interface Rule { text: string; page: string; decision: string }
interface Entry extends Rule { kinds?: RegExp; pointer?: RegExp }

const COMMON: Entry[] = [
  { pointer: /^\/metadata\/annotations\/argocd\.argoproj\.io~1sync-wave$/, text: "the layer's place in the order of syncing", page: "gitops.md#bootstrap", decision: "D6" },
  { pointer: /^\/metadata\/annotations\/argocd\.argoproj\.io~1/, text: "what holds data is never pruned or deleted", page: "gitops.md#bootstrap", decision: "D6" },
  { pointer: /^\/metadata\/labels\//, text: "labels by which walls and policies find the object", page: "resources.md#only-git-writes", decision: "D8" },
];
const LAYERS: Record<string, Entry[]> = {
  resources: [
    { kinds: /^ValidatingAdmissionPolicy/, text: "admission policies of the platform", page: "resources.md#only-git-writes", decision: "D8" },
    { kinds: /^(?:CustomResourceDefinition|Tenant|DataProduct)$/, text: "custom resources describe tenants and products", page: "resources.md#custom-resources", decision: "D9" },
    { text: "walls around a namespace", page: "resources.md", decision: "D4" },
  ],
  database: [
    { kinds: /^ExternalSecret$/, text: "passwords come from the secret store", page: "database.md#passwords", decision: "D4" },
    { kinds: /^(?:Job|CronJob|ConfigMap)$/, text: "a unit of SQL and the Job that applies it", page: "database.md#units", decision: "D13" },
    { text: "SQL that converges: roles, walls, views", page: "database.md#what-converges-and-what-is-refused", decision: "D10" },
  ],
  events: [
    { kinds: /^User$/, text: "what a principal may do on topics", page: "events.md#principals", decision: "D18" },
    { kinds: /^Schema$/, text: "schemas of records", page: "events.md#schemas", decision: "D18" },
    { kinds: /^(?:Job|CronJob|ConfigMap|text)$/, text: "a tenant's own quotas", page: "events.md#quotas", decision: "D19" },
    { text: "one topic a domain", page: "events.md", decision: "D18" },
  ],
  storage: [
    { kinds: /^CephObjectStoreUser$/, text: "one user a product and access", page: "storage.md#user-ids", decision: "D20" },
    { kinds: /^ObjectBucketClaim$/, text: "the bucket and its policy", page: "storage.md#the-policy", decision: "D20" },
    { text: "files of a tenant", page: "storage.md", decision: "D20" },
  ],
  observability: [
    { kinds: /^(?:PrometheusRule|text)$/, text: "alerts on every promise", page: "observability.md#alerts", decision: "D21" },
    { kinds: /^Grafana/, text: "an organization and dashboards a tenant", page: "observability.md#grafana", decision: "D21" },
    { text: "how a tenant is watched", page: "observability.md#where-things-lie", decision: "D21" },
  ],
  gitops: [
    { kinds: /^Application$/, text: "the bootstrap", page: "gitops.md#bootstrap", decision: "D6" },
    { kinds: /^text$/, text: "files beside the objects", page: "gitops.md#prerequisites", decision: "D7" },
    { text: "who applies what", page: "gitops.md#who-applies-what", decision: "D4" },
  ],
};

/** The rule of a layer for a place in an object of that kind; `text` is the kind of a text file. */
export function ruleOf(layer: string, kind: string, pointer: string): Rule {
  const fits = ({ kinds, pointer: at }: Entry): boolean => (!kinds || kinds.test(kind)) && (!at || at.test(pointer));
  const found = [...(kind === "text" ? [] : COMMON), ...(LAYERS[layer] ?? [])].find(fits) ?? { text: "what Bulkhead says on every object", page: "design.md#from-a-file-to-a-file", decision: "D34" };
  return { text: found.text, page: `docs/${found.page}`, decision: found.decision };
}
