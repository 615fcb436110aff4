import { Ajv } from "ajv";
import { describe, expect, it, test } from "vitest";
import { BOOTSTRAP, isBootstrap } from "../../../src/layers/gitops/index.ts";
import { CONTENT_KINDS, permits, PLATFORM_KINDS, WALL_KINDS } from "../../../src/model/kinds.ts";
import { gitopsPrerequisites } from "../../../src/layers/gitops/prerequisites.ts";
import { renderPrerequisites } from "../../../src/render/prerequisites.ts";
import { PLATFORM_WAVES } from "../../../src/layers/layer.ts";
import { contentApplication, NAMESPACES, tenantNamespace, tenantProject, wallsApplication } from "../../../src/model/names.ts";
import { codeowners, ownerHandle } from "../../../src/layers/gitops/codeowners.ts";
import { globMatch } from "../../../src/layers/gitops/selection.ts";
import { operatorCrds } from "../../support/crds.ts";
import { one, platform, type Rendered, renderPlatform, renderTenant, REPOSITORY, SERVER } from "./fleet.ts";

const ids = (items: readonly { group: string; kind: string }[]) => items.map((i) => `${i.group}/${i.kind}`).sort();
const { objects, files } = renderPlatform();
const acme = renderTenant("acme");
const rules = (all: Rendered[]) => all.flatMap(({ manifest: m }) => (m.rules ?? []).map((rule: any) => ({ role: `${m.kind} ${m.metadata.namespace ?? ""}/${m.metadata.name}`, rule })));

describe("a tenant's project", () => {
  const { spec } = one(acme, "AppProject", "tenant-acme", "argocd");
  it("allows exactly the content kinds", () => expect(ids(spec.namespaceResourceWhitelist)).toEqual(ids(CONTENT_KINDS)));
  it("allows nothing cluster-scoped, and has no roles or source namespaces", () => {
    expect(spec.clusterResourceWhitelist).toEqual([]);
    expect(Object.keys(spec)).not.toEqual(expect.arrayContaining(["roles"]));
    expect(spec.sourceNamespaces).toBeUndefined();
  });
  it("has one exact source, destination and account", () => {
    expect(spec.sourceRepos).toEqual([REPOSITORY]);
    expect(spec.destinations).toEqual([{ server: SERVER, namespace: "tenant-acme" }]);
    expect(spec.destinationServiceAccounts).toEqual([{ server: SERVER, namespace: "tenant-acme", defaultServiceAccount: "bulkhead-appliers:content-acme" }]);
    expect(JSON.stringify(spec)).not.toMatch(/[*?]/);
  });
  it.each(["/Namespace", "/ResourceQuota", "/LimitRange", "/ServiceAccount", "/Secret", "rbac.authorization.k8s.io/Role", "rbac.authorization.k8s.io/RoleBinding",
    "networking.k8s.io/NetworkPolicy", "argoproj.io/AppProject", "argoproj.io/Application", "bulkhead.dev/Tenant", "external-secrets.io/SecretStore", "external-secrets.io/ClusterSecretStore"])("refuses %s", (id) => {
    const [group = "", kind = ""] = id.split("/");
    expect(permits(CONTENT_KINDS, group, kind)).toBe(false);
  });
  it("lies in walls", () => expect(acme.every(({ placement }) => placement.area === "walls")).toBe(true));
});

describe("kinds", () => {
  it("are each listed once", () => {
    for (const table of [CONTENT_KINDS, WALL_KINDS, PLATFORM_KINDS]) expect(new Set(ids(table)).size).toBe(table.length);
  });
  it("of both walls and content never share a place", () => {
    for (const wall of WALL_KINDS) if (permits(CONTENT_KINDS, wall.group, wall.kind)) expect([wall.kind, wall.places]).toEqual([wall.kind, ["platform"]]);
  });
  it("of this layer's own objects are allowed where they are placed", () => {
    for (const { manifest: m } of objects) expect([m.kind, permits(PLATFORM_KINDS, group(m), m.kind)]).toEqual([m.kind, true]);
    for (const { manifest: m } of acme) {
      const place = m.metadata.namespace === "argocd" ? "argocd" : m.metadata.namespace === NAMESPACES.appliers ? "appliers" : "tenant";
      expect([m.kind, WALL_KINDS.find((k) => k.group === group(m) && k.kind === m.kind)?.places.includes(place)]).toEqual([m.kind, true]);
    }
  });
});
const group = (m: { apiVersion: string }): string => (m.apiVersion.includes("/") ? (m.apiVersion.split("/")[0] ?? "") : "");

describe("the platform's projects", () => {
  it("lock default", () => {
    expect(one(objects, "AppProject", "default").spec).toMatchObject({
      sourceRepos: [], destinations: [], clusterResourceWhitelist: [],
      clusterResourceBlacklist: [{ group: "*", kind: "*" }], namespaceResourceBlacklist: [{ group: "*", kind: "*" }],
    });
  });
  it("give walls exactly the wall kinds, and cluster-wide only tenants' Namespaces and Tenant", () => {
    const { spec } = one(objects, "AppProject", "platform-walls");
    expect(spec.clusterResourceWhitelist).toEqual([{ group: "", kind: "Namespace", name: "tenant-*" }, { group: "bulkhead.dev", kind: "Tenant" }]);
    expect(ids(spec.namespaceResourceWhitelist)).toEqual(ids(WALL_KINDS.filter((k) => !k.places.includes("cluster"))));
    expect(spec.destinationServiceAccounts).toEqual([{ server: SERVER, namespace: "tenant-*", defaultServiceAccount: "bulkhead-appliers:walls" }]);
    expect(spec.destinations.map((d: any) => d.namespace)).not.toContain("*");
  });
  it("never see a platform namespace as a tenant's", () => {
    for (const namespace of Object.values(NAMESPACES)) expect(globMatch("tenant-*", namespace)).toBe(false);
  });
  it("write every account with its namespace", () => {
    for (const { manifest: m } of [...objects, ...acme]) for (const a of m.spec?.destinationServiceAccounts ?? []) expect(a.defaultServiceAccount).toMatch(/^bulkhead-appliers:[a-z0-9-]+$/);
  });
});

/** What the template's `{{ index .path.segments N }}` and `{{ .path.path }}` give for a folder. */
function fill(value: string, folder: string): string {
  return value.replace(/\{\{ index \.path\.segments (\d+) \}\}/g, (_, n) => folder.split("/")[Number(n)] ?? "<missing>").replace("{{ .path.path }}", folder);
}

describe("ApplicationSets", () => {
  const longest = `a${"b".repeat(30)}c`;
  test.each([["dist", "dist/"], ["./deploy/dist/", "deploy/dist/"], [".", ""]])("take names from the segments of the path, tree at %s", (path, prefix) => {
    const all = renderPlatform(path).objects;
    for (const id of ["acme", "walls", longest]) {
      for (const [part, name, project] of [["walls", wallsApplication(id), "platform-walls"], ["content", contentApplication(id), tenantProject(id)]] as const) {
        const { spec } = one(all, "ApplicationSet", part);
        const folder = `${prefix}eu/tenants/${id}/${part}`;
        expect(spec.generators[0].git.directories).toEqual([{ path: `${prefix}eu/tenants/*/${part}` }]);
        const { metadata, spec: app } = spec.template;
        expect([metadata.name, app.project, app.destination.namespace, app.source.path].map((v: string) => fill(v, folder))).toEqual([name, project, tenantNamespace(id), folder]);
        expect(app.destination.server).toBe(SERVER);
      }
    }
  });
  it("never delete Applications or resources, and render strictly", () => {
    for (const name of ["walls", "content"]) {
      const { spec, metadata } = one(objects, "ApplicationSet", name);
      expect(spec).toMatchObject({ goTemplate: true, goTemplateOptions: ["missingkey=error"], syncPolicy: { applicationsSync: "create-update", preserveResourcesOnDeletion: true } });
      expect(metadata.annotations["argocd.argoproj.io/sync-options"]).toBe("Delete=false,Prune=false");
    }
  });
  it("heal, prune, retry and read YAML only, like the platform's own Application", () => {
    const specs = [one(objects, "Application", "platform").spec, ...["walls", "content"].map((n) => one(objects, "ApplicationSet", n).spec.template.spec)];
    for (const spec of specs) {
      expect(spec.source.directory).toEqual({ recurse: true, include: "*.yaml" });
      expect(spec.syncPolicy.automated).toEqual({ prune: true, selfHeal: true, allowEmpty: false });
      expect(spec.syncPolicy.syncOptions).toEqual(expect.arrayContaining(["ServerSideApply=true", "FailOnSharedResource=true", "SkipDryRunOnMissingResource=true", "RespectIgnoreDifferences=true"]));
      expect(spec.syncPolicy.retry.backoff.factor).toBe(2);
    }
  });
});

describe("RBAC", () => {
  const granting = new Map([["impersonate-appliers", ["impersonate"]]]);
  it("has no wildcard, escalate or bind, and impersonates only accounts of the appliers' namespace", () => {
    for (const { role, rule } of rules([...objects, ...acme])) {
      expect([role, ...rule.apiGroups, ...rule.resources, ...rule.verbs].filter((v) => v.includes("*") || v === "escalate" || v === "bind")).toEqual([]);
      if (rule.verbs.includes("impersonate")) {
        expect(role).toBe(`Role ${NAMESPACES.appliers}/impersonate-appliers`);
        expect([rule.resources, rule.verbs]).toEqual([["serviceaccounts"], granting.get("impersonate-appliers")]);
      }
    }
  });
  it("never touches Secrets or tokens", () => {
    for (const { role, rule } of rules([...objects, ...acme])) expect([role, rule.resources.filter((r: string) => r === "secrets" || r.startsWith("serviceaccounts/"))]).toEqual([role, []]);
  });
  it("gives a content applier the content kinds in its tenant's namespace, and nothing else", () => {
    const role = one(acme, "Role", "content-applier", "tenant-acme");
    expect(role.rules.flatMap((r: any) => r.resources.map((p: string) => `${r.apiGroups[0]}/${p}`)).sort()).toEqual(CONTENT_KINDS.map((k) => `${k.group}/${k.plural}`).sort());
    expect(one(acme, "RoleBinding", "content-applier", "tenant-acme").subjects).toEqual([{ kind: "ServiceAccount", name: "content-acme", namespace: NAMESPACES.appliers }]);
    expect(acme.map(({ manifest: m }) => `${m.kind} ${m.metadata.namespace}`).sort()).toEqual(["AppProject argocd", "Role tenant-acme", "RoleBinding tenant-acme", "ServiceAccount bulkhead-appliers"]);
  });
  const flat = (list: any[]) => new Set(list.flatMap((r) => r.apiGroups.flatMap((g: string) => r.resources.flatMap((p: string) => r.verbs.map((v: string) => `${g}/${p}:${v}`)))));
  it("lets walls write a tenant's Role without escalate, because walls hold what the Role grants", () => {
    const held = flat(one(objects, "ClusterRole", "bulkhead-walls-applier").rules);
    expect([...flat(one(acme, "Role", "content-applier").rules)].filter((right) => !held.has(right))).toEqual([]);
  });
  it("lets the platform write every Role it holds in git without escalate", () => {
    const held = flat(one(objects, "ClusterRole", "bulkhead-platform-applier").rules);
    for (const { manifest: m } of objects.filter(({ manifest }) => manifest.rules && manifest.metadata.name !== "impersonate-appliers")) {
      expect([m.metadata.name, [...flat(m.rules)].filter((right) => !held.has(right))]).toEqual([m.metadata.name, []]);
    }
    expect(one(objects, "RoleBinding", "impersonate-appliers").subjects).toContainEqual({ kind: "ServiceAccount", name: "platform", namespace: NAMESPACES.appliers });
  });
  it("gives walls ConfigMaps, Jobs and ExternalSecrets in the Job namespaces only", () => {
    const argocd = one(objects, "Role", "walls-applier", "argocd").rules;
    expect(argocd).toHaveLength(1);
    expect(argocd[0].resources).toEqual(["appprojects"]);
  });
});

describe("the platform's half", () => {
  it("is the same whichever tenants there are, and names none", () => {
    const everything = JSON.stringify([objects, files]);
    for (const id of ["acme", "globex"]) { renderTenant(id); expect(everything).not.toContain(id === "acme" ? "tenant-acme" : id); }
    expect(JSON.stringify([renderPlatform().objects, renderPlatform().files])).toBe(everything);
  });
  it("lies in D6's waves", () => {
    const waves: Record<string, number> = { AppProject: PLATFORM_WAVES.projects, ApplicationSet: PLATFORM_WAVES.applicationSets, Application: PLATFORM_WAVES.applicationSets,
      ValidatingAdmissionPolicy: PLATFORM_WAVES.policies, ValidatingAdmissionPolicyBinding: PLATFORM_WAVES.bindings };
    for (const { manifest: m, placement } of objects) expect([m.kind, placement.wave]).toEqual([m.kind, waves[m.kind] ?? PLATFORM_WAVES.namespaces]);
  });
  it("renders every object of the bootstrap exactly once", () => {
    // The appliers' Namespace is the resources layer's; test/compile/dist.test.ts finds all of them in dist/.
    expect(objects.filter(({ manifest }) => isBootstrap(manifest))).toHaveLength(BOOTSTRAP.length - 1);
  });
  it("renders CODEOWNERS beside it", () => {
    expect(files.map((f) => f.name)).toEqual(["CODEOWNERS"]);
    expect(codeowners(platform(), "eu").split("\n").slice(1)).toEqual(["/dist/eu/platform/ @acme-corp/platform-team", "/dist/eu/tenants/*/walls/ @acme-corp/platform-team", "/dist/eu/tenants/*/inventory.json @acme-corp/platform-team", ""]);
  });
  test.each([["https://github.com/acme/x.git", "@acme/platform-team"], ["git@github.com:acme/x.git", "@acme/platform-team"], ["ssh://git@host/acme/x", "@acme/platform-team"], ["file:x.git", "oncall@acme.example"]])("owner of %s is %s", (repository, expected) => {
    const p = platform();
    expect(ownerHandle({ ...p, git: { ...p.git, repository } })).toBe(expected);
  });
});

describe("prerequisites", () => {
  const items = gitopsPrerequisites(platform(), "eu");
  it("ask for impersonation, enforced", () => expect(items.map((i) => [i.object.name, i.pointer, i.value])).toEqual(expect.arrayContaining([
    ["argocd-cm", "/data/application.sync.impersonation.enabled", "true"], ["argocd-cm", "/data/application.sync.impersonation.enforced", "true"]])));
  it("render the same text in any order, duplicates once", () => {
    expect(renderPrerequisites([...items, ...items].reverse())).toBe(renderPrerequisites(items));
    expect(JSON.parse(renderPrerequisites(items))).toHaveLength(items.length);
  });
});

// Where the published CRDs are absent, those made from imports/ stand for them.
describe("against Argo CD's own CRDs", () => {
  const closed = (schema: any): any => {
    if (Array.isArray(schema)) return schema.map(closed);
    if (schema === null || typeof schema !== "object") return schema;
    const copy = Object.fromEntries(Object.entries(schema).map(([k, v]) => [k, closed(v)]));
    if (copy.type === "object" && copy.properties && !Array.isArray(copy.properties) && copy.additionalProperties === undefined && !schema["x-kubernetes-preserve-unknown-fields"]) copy.additionalProperties = false;
    return copy;
  };
  const crds = operatorCrds() as any[];
  test.each(["Application", "ApplicationSet", "AppProject"])("%s objects have known fields only", (kind) => {
    const crd = crds.find((one) => one.spec.names.kind === kind);
    const validate = new Ajv({ strict: false, logger: false }).compile(closed(crd.spec.versions[0].schema.openAPIV3Schema.properties.spec));
    const found = [...objects, ...acme].filter(({ manifest }) => manifest.kind === kind);
    expect(found.length).toBeGreaterThan(0);
    for (const { manifest } of found) {
      validate(manifest.spec);
      expect([manifest.metadata.name, validate.errors ?? []]).toEqual([manifest.metadata.name, []]);
    }
  });
});
