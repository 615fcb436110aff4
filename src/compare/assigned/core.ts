/** Services, claims, volumes, accounts and Pods. Tried on kube-apiserver 1.36 with kube-controller-manager. */
import { member, valueAt } from "../value.ts";
import { annotation, type AssignedLeaf, type AssignedLeaves, CONTROLLER_MANAGER, finalizer } from "./rule.ts";

const SERVICE = "pkg/registry/core/service/storage/alloc.go";
const typeOf = (service: object): unknown => valueAt(service, ["spec", "type"]) ?? "ClusterIP";
const isExposed = (service: object): boolean => ["NodePort", "LoadBalancer"].includes(typeOf(service) as string);
const isAddress = (value: unknown): boolean => typeof value === "string" && value !== "None" && value !== "";
/** Single-stack by default; git that asks for more gets as many as the cluster has. */
const isSingle = (service: object): boolean => [undefined, "SingleStack"].includes(valueAt(service, ["spec", "ipFamilyPolicy"]) as string | undefined);
const isHeadless = (service: object): boolean => valueAt(service, ["spec", "clusterIP"]) === "None";
const fits = (list: unknown, service: object): boolean => Array.isArray(list) && (list.length === 1 || !isSingle(service) || isHeadless(service));

const SERVICE_LEAVES: readonly AssignedLeaf[] = [
  // A Service that is headless in the cluster and not in git is another Service.
  { path: "/spec/clusterIP", by: "server", when: (value, { desired }) => isAddress(value) && typeOf(desired) !== "ExternalName", source: SERVICE },
  { path: "/spec/clusterIPs", by: "server", when: (value, { desired, live }) => fits(value, desired) && member(value, 0) === valueAt(live, ["spec", "clusterIP"]) && (isAddress(member(value, 0)) || isHeadless(desired)), source: SERVICE },
  // The first family never changes, and how many there may be is ipFamilyPolicy's to say: whoever wrote the list again wrote the server's.
  { path: "/spec/ipFamilies", by: "proven", when: (value, { desired }) => fits(value, desired), source: SERVICE },
  // On a Service that git keeps inside, a node port is a door that somebody opened.
  { path: "/spec/ports/*/nodePort", by: "server", when: (_, { desired }) => isExposed(desired), source: SERVICE },
  { path: "/spec/healthCheckNodePort", by: "server", when: (_, { desired }) => typeOf(desired) === "LoadBalancer" && valueAt(desired, ["spec", "externalTrafficPolicy"]) === "Local", source: SERVICE },
  finalizer("service.kubernetes.io/load-balancer-cleanup", { managers: ["cloud-controller-manager", "kube-controller-manager"] }, "k8s.io/cloud-provider/service/helpers"),
];

const BINDER = "pkg/controller/volume/persistentvolume";
const CLAIM_LEAVES: readonly AssignedLeaf[] = [
  { path: "/spec/volumeName", by: CONTROLLER_MANAGER, source: BINDER },
  annotation("pv.kubernetes.io/bind-completed", CONTROLLER_MANAGER, BINDER),
  annotation("pv.kubernetes.io/bound-by-controller", CONTROLLER_MANAGER, BINDER),
  annotation("volume.kubernetes.io/storage-provisioner", CONTROLLER_MANAGER, BINDER),
  annotation("volume.beta.kubernetes.io/storage-provisioner", CONTROLLER_MANAGER, BINDER),
  annotation("volume.kubernetes.io/selected-node", { managers: ["kube-scheduler"] }, "pkg/scheduler/framework/plugins/volumebinding"),
  finalizer("kubernetes.io/pvc-protection", "proven", "plugin/pkg/admission/storage/storageobjectinuseprotection"),
];

const VOLUME_LEAVES: readonly AssignedLeaf[] = [
  { path: "/spec/claimRef", by: CONTROLLER_MANAGER, source: BINDER },
  // Git may reserve a volume by name; the binder completes the reference.
  ...["apiVersion", "kind", "uid", "resourceVersion"].map((field): AssignedLeaf => ({ path: `/spec/claimRef/${field}`, by: CONTROLLER_MANAGER, source: BINDER })),
  annotation("pv.kubernetes.io/bound-by-controller", CONTROLLER_MANAGER, BINDER),
  finalizer("kubernetes.io/pv-protection", "proven", "plugin/pkg/admission/storage/storageobjectinuseprotection"),
];

/** Tokens of its own that older versions listed, by the name that their controller gives them. */
const ACCOUNT_LEAVES: readonly AssignedLeaf[] = [
  { path: "/secrets/*", by: CONTROLLER_MANAGER, when: (value, { live }) => String(member(value, "name")).startsWith(`${live.metadata.name}-token-`), source: "pkg/controller/serviceaccount/tokens_controller.go" },
];

const TOKEN = "plugin/pkg/admission/serviceaccount";
const isTokenVolume = (name: unknown): boolean => typeof name === "string" && /^kube-api-access-[a-z0-9]{5}$/.test(name);
const SOURCES = ["serviceAccountToken", "configMap", "downwardAPI"];
const POD_LEAVES: readonly AssignedLeaf[] = [
  { path: "/spec/nodeName", by: "server", source: "pkg/registry/core/pod/storage: the scheduler binds through a subresource" },
  { path: "/spec/volumes/*", by: "server", when: (value) => isTokenVolume(member(value, "name")) && SOURCES.every((source, i) => valueAt(value, ["projected", "sources", i, source]) !== undefined), source: TOKEN },
  ...["containers", "initContainers"].map((list): AssignedLeaf => ({
    path: `/spec/${list}/*/volumeMounts/*`, by: "server", when: (value) => isTokenVolume(member(value, "name")) && member(value, "mountPath") === "/var/run/secrets/kubernetes.io/serviceaccount", source: TOKEN,
  })),
];

export const CORE: AssignedLeaves = { "/Service": SERVICE_LEAVES, "/PersistentVolumeClaim": CLAIM_LEAVES, "/PersistentVolume": VOLUME_LEAVES, "/ServiceAccount": ACCOUNT_LEAVES, "/Pod": POD_LEAVES };
