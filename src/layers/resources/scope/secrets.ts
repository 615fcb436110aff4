/** External Secrets: the operator reads every store, so a tenant may only name its own, and keys below its own identifier. */
import { SECRET_STORE, SECRETS_ACCOUNT, vaultRole } from "../access.ts";
import { at, type Node, node, nodes, type ScopeRule, text, unless } from "./rule.ts";

const group = "external-secrets.io";
const SECRETS = { group, resources: ["externalsecrets"], kinds: ["ExternalSecret"] };
const KEY = /^[A-Za-z0-9._/-]+$/;
/** Below `<id>/`, of plain characters, with no segment that climbs. */
const ownKey = (key: string | undefined, tenant: string): boolean => key !== undefined && key.startsWith(`${tenant}/`) && KEY.test(key) && !key.includes("..") && !key.includes("//");
const keyCel = (key: string): string => `${key}.startsWith(variables.tenant + '/') && ${key}.matches('^[A-Za-z0-9._/-]+$') && !${key}.contains('..') && !${key}.contains('//')`;
const ownStore = (ref: Node): boolean => ref.name === SECRET_STORE && (ref.kind === undefined || ref.kind === "SecretStore");
const storeCel = (ref: string): string => `${ref}.?name.orValue('') == '${SECRET_STORE}' && ${ref}.?kind.orValue('SecretStore') == 'SecretStore'`;

/** Every source of an ExternalSecret: pointer and node. */
const sources = (spec: Node): [string, Node][] => ["data", "dataFrom"].flatMap((key) => nodes(spec[key]).map((entry, i): [string, Node] => [at("spec", key, i), entry]));
const bothLists = "(object.?spec.?data.orValue([]) + object.?spec.?dataFrom.orValue([]))";

export const secretRules: readonly ScopeRule[] = [
  {
    id: "secret-store-ref", ...SECRETS,
    cel: `(!has(object.spec.secretStoreRef) || ${storeCel("object.spec.secretStoreRef")}) && ${bothLists}.all(d, !has(d.sourceRef) || !has(d.sourceRef.storeRef) || ${storeCel("d.sourceRef.storeRef")})`,
    message: `an ExternalSecret uses the namespace's own SecretStore '${SECRET_STORE}', never a ClusterSecretStore`,
    check(object) {
      const spec = node(object.spec);
      const refs: [string, unknown][] = [["/spec/secretStoreRef", spec.secretStoreRef], ...sources(spec).map(([path, entry]): [string, unknown] => [`${path}/sourceRef/storeRef`, node(entry.sourceRef).storeRef])];
      return refs.flatMap(([path, ref]) => unless(ref === undefined || ownStore(node(ref)), path, `must be the SecretStore '${SECRET_STORE}'`));
    },
  },
  {
    id: "secret-generator", ...SECRETS,
    cel: `${bothLists}.all(d, !has(d.sourceRef) || !has(d.sourceRef.generatorRef))`,
    message: "an ExternalSecret of a tenant uses no generator",
    check: (object) => sources(node(object.spec)).flatMap(([path, entry]) => unless(node(entry.sourceRef).generatorRef === undefined, `${path}/sourceRef/generatorRef`, "must be absent")),
  },
  {
    id: "secret-key", ...SECRETS,
    cel: `object.?spec.?data.orValue([]).all(d, ${keyCel("d.remoteRef.key")})`,
    message: "keys of secrets lie under <id>/",
    check: (object, { tenant }) => nodes(node(object.spec).data).flatMap((entry, i) =>
      unless(ownKey(text(node(entry.remoteRef).key), tenant), at("spec", "data", i, "remoteRef", "key"), `must lie under ${tenant}/`)),
  },
  {
    id: "secret-extract", ...SECRETS,
    cel: `object.?spec.?dataFrom.orValue([]).all(d, !has(d.extract) || (${keyCel("d.extract.key")}))`,
    message: "keys that dataFrom extracts lie under <id>/",
    check: (object, { tenant }) => nodes(node(object.spec).dataFrom).flatMap((entry, i) =>
      unless(entry.extract === undefined || ownKey(text(node(entry.extract).key), tenant), at("spec", "dataFrom", i, "extract", "key"), `must lie under ${tenant}/`)),
  },
  {
    id: "secret-find", ...SECRETS,
    cel: `object.?spec.?dataFrom.orValue([]).all(d, !has(d.find) || (has(d.find.path) && ${keyCel("d.find.path")}))`,
    message: "what dataFrom finds lies under a path below <id>/",
    check: (object, { tenant }) => nodes(node(object.spec).dataFrom).flatMap((entry, i) =>
      unless(entry.find === undefined || ownKey(text(node(entry.find).path), tenant), at("spec", "dataFrom", i, "find", "path"), `must lie under ${tenant}/`)),
  },
  {
    id: "secret-target", ...SECRETS,
    cel: "!has(object.spec.target) || (!has(object.spec.target.manifest) && object.spec.target.?creationPolicy.orValue('Owner') in ['Owner', 'None'])",
    message: "an ExternalSecret makes a Secret of its own and nothing else",
    check(object) {
      const { manifest, creationPolicy } = node(node(object.spec).target);
      return [
        ...unless(manifest === undefined, "/spec/target/manifest", "must be absent: the operator would write that kind with its own rights"),
        ...unless(creationPolicy === undefined || creationPolicy === "Owner" || creationPolicy === "None", "/spec/target/creationPolicy", "must be Owner: otherwise the operator writes into Secrets it does not own"),
      ];
    },
  },
  {
    id: "secret-store", group, resources: ["secretstores"], kinds: ["SecretStore"],
    cel: `object.metadata.name == '${SECRET_STORE}' && object.spec.provider.?vault.?path.orValue('') == variables.tenant && object.spec.provider.vault.auth.all(k, k == 'kubernetes') && object.spec.provider.vault.auth.?kubernetes.?role.orValue('') == '${vaultRole("")}' + variables.tenant && object.spec.provider.vault.auth.?kubernetes.?serviceAccountRef.?name.orValue('') == '${SECRETS_ACCOUNT}' && !has(object.spec.provider.vault.auth.kubernetes.serviceAccountRef.namespace)`,
    message: "a tenant has one SecretStore, on its own mount, role and account",
    check(object, { tenant }) {
      const vault = node(node(node(object.spec).provider).vault);
      const auth = node(vault.auth);
      const { role, serviceAccountRef } = node(auth.kubernetes);
      return [
        ...unless(object.metadata.name === SECRET_STORE, "/metadata/name", `must be ${SECRET_STORE}`),
        ...unless(vault.path === tenant, "/spec/provider/vault/path", `must be ${tenant}`),
        ...unless(Object.keys(auth).every((key) => key === "kubernetes") && role === vaultRole(tenant), "/spec/provider/vault/auth", `must be the role ${vaultRole(tenant)}`),
        ...unless(node(serviceAccountRef).name === SECRETS_ACCOUNT && node(serviceAccountRef).namespace === undefined, "/spec/provider/vault/auth/kubernetes/serviceAccountRef", `must be the account ${SECRETS_ACCOUNT} of this namespace`),
      ];
    },
  },
  {
    id: "secret-kind", group, resources: ["*"], kinds: ["*"],
    cel: "object.kind in ['ExternalSecret', 'SecretStore']",
    message: "of external-secrets.io a tenant has ExternalSecrets and its SecretStore only",
    check: (object) => unless(["ExternalSecret", "SecretStore"].includes(object.kind), "/kind", "must be ExternalSecret"),
  },
  {
    id: "generator-kind", group: "generators.external-secrets.io", resources: ["*"], kinds: ["*"],
    cel: "false", message: "a tenant has no secret generators",
    check: () => [{ path: "/kind", message: "secret generators run with the operator's rights" }],
  },
];
