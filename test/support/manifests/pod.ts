/** Pod specs that the kinds with templates share. */
import { ID, namespaced, type Table } from "./table.ts";

/** Of one sample each, so that no controller adopts what is another's. */
export const LABELS = { app: ID, "app.kubernetes.io/name": "sample" };
const IMAGE = "registry.example/team/app:1.2.3";

/** Probes of every handler, none with its numbers. */
const probes = {
  livenessProbe: { httpGet: { port: "http" } },
  readinessProbe: { tcpSocket: { port: 8080 }, initialDelaySeconds: 5 },
  startupProbe: { grpc: { port: 9000 }, failureThreshold: 30 },
};

const fullContainer = {
  name: "app", image: IMAGE, command: ["/bin/app"], args: ["--verbose", "--port=8080"], workingDir: "/srv", imagePullPolicy: "Always",
  terminationMessagePath: "/dev/log", terminationMessagePolicy: "FallbackToLogsOnError",
  ports: [{ name: "http", containerPort: 8080, protocol: "TCP" }, { name: "dns", containerPort: 5353, protocol: "UDP" }, { name: "bare", containerPort: 9000 }],
  env: [
    { name: "MODE", value: "production" }, { name: "EMPTY", value: "" },
    { name: "POD", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } },
    { name: "CPU", valueFrom: { resourceFieldRef: { resource: "limits.cpu", divisor: "1m" } } },
    { name: "LEVEL", valueFrom: { configMapKeyRef: { name: "settings", key: "level", optional: true } } },
    { name: "TOKEN", valueFrom: { secretKeyRef: { name: "token", key: "value" } } },
  ],
  envFrom: [{ configMapRef: { name: "settings" } }, { prefix: "S_", secretRef: { name: "more", optional: true } }],
  resources: { requests: { cpu: "250m", memory: "128Mi" }, limits: { cpu: "1", memory: "512Mi", "ephemeral-storage": "1Gi" } },
  volumeMounts: [
    { name: "data", mountPath: "/data", subPath: "app" }, { name: "settings", mountPath: "/etc/app", readOnly: true, mountPropagation: "None" }, { name: "all", mountPath: "/all" },
  ],
  volumeDevices: [{ name: "block", devicePath: "/dev/xvda" }],
  livenessProbe: { httpGet: { path: "/live", port: "http", scheme: "HTTPS", host: "app.example", httpHeaders: [{ name: "x-probe", value: "1" }] }, initialDelaySeconds: 3, timeoutSeconds: 2, periodSeconds: 5, successThreshold: 1, failureThreshold: 4, terminationGracePeriodSeconds: 5 },
  readinessProbe: { exec: { command: ["true"] }, periodSeconds: 7 },
  startupProbe: { grpc: { port: 9000, service: "health" }, timeoutSeconds: 3 },
  lifecycle: { postStart: { exec: { command: ["true"] } }, preStop: { httpGet: { port: 8080 } } },
  securityContext: {
    runAsNonRoot: true, runAsUser: 1000, runAsGroup: 1000, readOnlyRootFilesystem: true, allowPrivilegeEscalation: false, privileged: false, procMount: "Default",
    capabilities: { drop: ["ALL"], add: ["NET_BIND_SERVICE"] }, seccompProfile: { type: "RuntimeDefault" }, appArmorProfile: { type: "Localhost", localhostProfile: "app" }, seLinuxOptions: { level: "s0:c1,c2" },
  },
  stdin: true, stdinOnce: true, tty: true,
};

const volumes = [
  { name: "data", emptyDir: { medium: "Memory", sizeLimit: "64Mi" } },
  { name: "settings", configMap: { name: "settings", defaultMode: 0o440, optional: true, items: [{ key: "level", path: "level", mode: 0o400 }] } },
  { name: "all", projected: { sources: [
    { serviceAccountToken: { path: "token", audience: "vault", expirationSeconds: 600 } }, { configMap: { name: "settings" } },
    { secret: { name: "token", items: [{ key: "value", path: "value" }] } }, { downwardAPI: { items: [{ path: "labels", fieldRef: { fieldPath: "metadata.labels" } }] } },
  ], defaultMode: 0o400 } },
  { name: "block", persistentVolumeClaim: { claimName: "block", readOnly: false } },
  { name: "scratch", ephemeral: { volumeClaimTemplate: { metadata: { labels: LABELS }, spec: { accessModes: ["ReadWriteOnce"], storageClassName: "fast", volumeMode: "Block", resources: { requests: { storage: "1Gi" } } } } } },
];

const term = { labelSelector: { matchLabels: LABELS, matchExpressions: [{ key: "tier", operator: "In", values: ["a", "b"] }] }, topologyKey: "kubernetes.io/hostname", namespaces: ["other"] };
/** Everything that templates of all workloads take. */
export const fullPodSpec = {
  containers: [fullContainer, { name: "side", image: "registry.example/team/side@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", resources: { limits: { cpu: "100m" } } }],
  initContainers: [{ name: "init", image: IMAGE, command: ["true"] }, { name: "sidecar", image: IMAGE, restartPolicy: "Always", ports: [{ containerPort: 9100 }] }],
  volumes,
  serviceAccountName: "sample-minimal", automountServiceAccountToken: false, enableServiceLinks: false, shareProcessNamespace: true,
  dnsPolicy: "None", dnsConfig: { nameservers: ["10.0.0.10"], searches: ["svc.example"], options: [{ name: "ndots", value: "2" }, { name: "edns0" }] },
  hostAliases: [{ ip: "10.1.2.3", hostnames: ["db.example", "db"] }], hostname: "app", subdomain: "apps", setHostnameAsFQDN: false,
  imagePullSecrets: [{ name: "registry" }], schedulerName: "own-scheduler", terminationGracePeriodSeconds: 15, runtimeClassName: "sample-full",
  nodeSelector: { "kubernetes.io/os": "linux" }, os: { name: "linux" },
  securityContext: { runAsUser: 1000, runAsNonRoot: true, fsGroup: 2000, fsGroupChangePolicy: "OnRootMismatch", supplementalGroups: [3000, 4000], sysctls: [{ name: "net.core.somaxconn", value: "1024" }], seccompProfile: { type: "RuntimeDefault" } },
  tolerations: [{ key: "dedicated", operator: "Equal", value: "data", effect: "NoSchedule" }, { operator: "Exists", effect: "NoExecute", tolerationSeconds: 60, key: "slow" }],
  topologySpreadConstraints: [{ maxSkew: 1, topologyKey: "topology.kubernetes.io/zone", whenUnsatisfiable: "ScheduleAnyway", labelSelector: { matchLabels: LABELS }, minDomains: undefined, nodeAffinityPolicy: "Honor" }],
  readinessGates: [{ conditionType: "example.org/ready" }],
  affinity: {
    nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchExpressions: [{ key: "kubernetes.io/arch", operator: "In", values: ["amd64", "arm64"] }] }] }, preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 10, preference: { matchExpressions: [{ key: "disk", operator: "Exists" }] } }] },
    podAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 5, podAffinityTerm: term }] },
    podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] },
  },
};
export const minimalPodSpec = { containers: [{ name: "app", image: IMAGE }] };

/** What is silent in many places, none of it filled. */
export const sparsePodSpec = {
  serviceAccount: "sample-minimal",
  hostNetwork: true,
  containers: [{ name: "app", image: "app", ports: [{ containerPort: 8080 }, { containerPort: 5353, protocol: "UDP" }], ...probes, resources: { limits: { cpu: "2", memory: "1Gi" } }, env: [{ name: "NS", valueFrom: { fieldRef: { fieldPath: "metadata.namespace" } } }], lifecycle: { postStart: { httpGet: { port: 1 } }, preStop: { sleep: { seconds: 3 } } } }],
  initContainers: [{ name: "init", image: "localhost:5000/init", resources: { requests: { cpu: "10m" }, limits: { cpu: "20m", memory: "10M" } }, ports: [{ containerPort: 81 }] }],
  volumes: [
    { name: "none" }, { name: "dir", emptyDir: {} }, { name: "map", configMap: { name: "a" } }, { name: "secret", secret: { secretName: "a" } },
    { name: "down", downwardAPI: { items: [{ path: "name", fieldRef: { fieldPath: "metadata.name" } }, { path: "cpu", resourceFieldRef: { containerName: "app", resource: "limits.cpu" } }] } },
    { name: "projected", projected: { sources: [{ serviceAccountToken: { path: "t" } }, { downwardAPI: { items: [{ path: "name", fieldRef: { fieldPath: "metadata.name" } }] } }] } },
    { name: "host", hostPath: { path: "/var/log" } }, { name: "nfs", nfs: { server: "nfs.example", path: "/" } }, { name: "csi", csi: { driver: "csi.example.org" } },
    { name: "image", image: { reference: "registry.example/models/a:v1" } }, { name: "image-latest", image: { reference: "registry.example/models/a" } },
    { name: "scratch", ephemeral: { volumeClaimTemplate: { spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } } } } },
    { name: "iscsi", iscsi: { targetPortal: "10.0.0.1:3260", iqn: "iqn.2001-04.com.example:storage", lun: 0 } },
    { name: "rbd", rbd: { monitors: ["10.0.0.1:6789"], image: "img" } }, { name: "azure", azureDisk: { diskName: "d", diskURI: "https://disk.example/d.vhd" } },
    { name: "scaleio", scaleIO: { gateway: "https://sio.example", system: "s", secretRef: { name: "a" }, volumeName: "v" } },
  ],
};
const image = (reference: string) => ({ name: `i${reference.length}${[...reference].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 9973, 7)}`, image: reference });
const DIGEST = `@sha256:${"0123456789abcdef".repeat(4)}`;
/** Whose pull policy is decided by the reference. */
export const IMAGES = ["a", "a:latest", "a:1", `a${DIGEST}`, `a:latest${DIGEST}`, `a:1${DIGEST}`, "host:5000/a", "host:5000/a:1", "host/a/b:latest", "Host.example/a", "Host/A", "A:latest", "a__b/c-d.e", "a:LATEST", "0123456789abcdef".repeat(4), "[::1]:5000/a", "a:-x"];

export const pods: Table[] = [
  namespaced("v1", "Pod", {
    minimal: { spec: minimalPodSpec },
    full: { metadata: { labels: LABELS, annotations: { "example.org/note": "one" } }, spec: { ...fullPodSpec, runtimeClassName: undefined, schedulingGates: [{ name: "example.org/wait" }], restartPolicy: "OnFailure", activeDeadlineSeconds: 600 } },
    sparse: { spec: { ...sparsePodSpec, automountServiceAccountToken: false } },
    images: { spec: { containers: IMAGES.map(image) } },
    tolerant: { spec: { ...minimalPodSpec, automountServiceAccountToken: false, tolerations: [{ operator: "Exists", effect: "NoExecute" }] } },
    "tolerant-in-part": { spec: { ...minimalPodSpec, automountServiceAccountToken: false, tolerations: [{ key: "node.kubernetes.io/not-ready", operator: "Exists", effect: "NoExecute" }, { operator: "Exists", effect: "NoSchedule" }] } },
  }),
  namespaced("v1", "PodTemplate", {
    minimal: { template: { spec: minimalPodSpec } },
    full: { template: { metadata: { labels: LABELS, annotations: { "example.org/note": "one" } }, spec: fullPodSpec } },
    sparse: { template: { spec: sparsePodSpec } },
  }),
];
