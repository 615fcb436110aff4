/** The core group but pods, and networking. */
import { LABELS } from "./pod.ts";
import { clusterWide, namespaced, type Table } from "./table.ts";

const meta = { labels: { ...LABELS, tier: "back" }, annotations: { "example.org/note": "one" } };

const configuration: Table[] = [
  namespaced("v1", "ConfigMap", {
    minimal: {},
    full: { metadata: meta, data: { level: "debug", "app.yaml": "a: 1\nb: [x, y]\n", empty: "" }, binaryData: { logo: "AAEC/w==" } },
    frozen: { immutable: false, data: { a: "b" } },
  }),
  namespaced("v1", "Secret", {
    minimal: {},
    full: { metadata: meta, type: "example.org/own", immutable: false, data: { token: "c2VjcmV0", key: "a2V5" } },
    basic: { type: "kubernetes.io/basic-auth", data: { username: "dQ==", password: "cA==" } },
  }),
  namespaced("v1", "ServiceAccount", {
    minimal: {},
    full: { metadata: meta, automountServiceAccountToken: false, imagePullSecrets: [{ name: "registry" }, { name: "mirror" }], secrets: [{ name: "token" }] },
  }),
  clusterWide("v1", "Namespace", {
    minimal: {},
    full: { metadata: meta, spec: { finalizers: ["kubernetes"] } },
    finalized: { spec: { finalizers: ["example.org/wait", "kubernetes"] } },
  }),
];

const bounds: Table[] = [
  // In a namespace of their own: they would change and refuse what is made beside them.
  (namespace) => [
    ...namespaced("v1", "LimitRange", {
      minimal: { spec: { limits: [{ type: "Pod" }] } },
      full: { metadata: meta, spec: { limits: [
        { type: "Container", max: { cpu: "4", memory: "8Gi" }, min: { cpu: "10m", memory: "16Mi" }, default: { cpu: "500m", memory: "512Mi" }, defaultRequest: { cpu: "100m", memory: "64Mi" }, maxLimitRequestRatio: { cpu: "10" } },
        { type: "Pod", max: { cpu: "8" } }, { type: "PersistentVolumeClaim", min: { storage: "1Gi" }, max: { storage: "100Gi" } },
      ] } },
      max: { spec: { limits: [{ type: "Container", max: { cpu: "2", memory: "1Gi" } }] } },
      min: { spec: { limits: [{ type: "Container", min: { cpu: "10m" }, max: { memory: "1Gi" } }] } },
      default: { spec: { limits: [{ type: "Container", default: { cpu: "1" }, min: { memory: "1M" } }] } },
      bare: { spec: { limits: [{ type: "Container" }] } },
    })(`${namespace}-bounds`),
    ...namespaced("v1", "ResourceQuota", {
      minimal: { spec: {} },
      full: { metadata: meta, spec: { hard: { "requests.cpu": "20", "limits.memory": "64Gi", pods: "50", "count/jobs.batch": "10", "requests.storage": "1Ti" } } },
      scoped: { spec: { hard: { pods: "5" }, scopes: ["NotTerminating"], scopeSelector: { matchExpressions: [{ scopeName: "PriorityClass", operator: "In", values: ["high", "low"] }] } } },
    })(`${namespace}-bounds`),
  ],
];

const services: Table[] = [
  namespaced("v1", "Service", {
    minimal: { spec: { ports: [{ port: 80 }] } },
    full: { metadata: meta, spec: {
      type: "ClusterIP", selector: { app: "sample" }, sessionAffinity: "ClientIP", sessionAffinityConfig: { clientIP: { timeoutSeconds: 60 } }, publishNotReadyAddresses: true, internalTrafficPolicy: "Local", externalIPs: ["192.0.2.10"], trafficDistribution: "PreferSameZone",
      externalTrafficPolicy: "Local", ipFamilyPolicy: "PreferDualStack", ports: [{ name: "http", port: 80, targetPort: "http", appProtocol: "http" }, { name: "dns", port: 53, protocol: "UDP", targetPort: 5353 }, { name: "dns-tcp", port: 53, targetPort: 5353 }],
    } },
    headless: { spec: { clusterIP: "None", selector: { app: "sample" }, ports: [{ port: 80, targetPort: "http" }] } },
    "headless-unselected": { spec: { clusterIP: "None", ports: [{ name: "a", port: 80 }, { name: "b", port: 81, protocol: "UDP" }] } },
    external: { spec: { type: "ExternalName", externalName: "db.example" } },
    "external-ports": { spec: { type: "ExternalName", externalName: "db.example", ports: [{ port: 5432 }] } },
    "node-port": { spec: { type: "NodePort", selector: { app: "sample" }, ports: [{ port: 80 }] } },
    balanced: { spec: { type: "LoadBalancer", selector: { app: "sample" }, ports: [{ port: 443, targetPort: 8443 }], loadBalancerSourceRanges: ["192.0.2.0/24"] } },
    "balanced-local": { spec: { type: "LoadBalancer", externalTrafficPolicy: "Local", allocateLoadBalancerNodePorts: false, loadBalancerClass: "example.org/lb", selector: { app: "sample" }, ports: [{ port: 443 }] } },
    sticky: { spec: { sessionAffinity: "ClientIP", externalIPs: ["192.0.2.11"], selector: { app: "sample" }, ports: [{ port: 80 }] } },
    loose: { spec: { sessionAffinity: "None", selector: {}, ports: [{ port: 80 }] } },
  }),
  namespaced("v1", "Endpoints", {
    minimal: {},
    full: { metadata: meta, subsets: [{ addresses: [{ ip: "192.0.2.20", hostname: "a" }, { ip: "192.0.2.21" }], notReadyAddresses: [{ ip: "192.0.2.22" }], ports: [{ name: "a", port: 80, protocol: "TCP", appProtocol: "http" }, { name: "b", port: 81 }] }] },
  }),
  namespaced("discovery.k8s.io/v1", "EndpointSlice", {
    minimal: { addressType: "IPv4", endpoints: [], ports: [{ port: 80 }] },
    full: { metadata: meta, addressType: "IPv4", endpoints: [{ addresses: ["192.0.2.20"], conditions: { ready: true, serving: true, terminating: false }, hostname: "a", nodeName: "n1", zone: "z1", hints: { forZones: [{ name: "z1" }] } }, { addresses: ["192.0.2.21"] }], ports: [{ name: "http", port: 80, protocol: "TCP", appProtocol: "http" }, { name: "udp", port: 53, protocol: "UDP" }] },
    names: { addressType: "FQDN", endpoints: [{ addresses: ["a.example"] }], ports: [{}] },
  }),
  namespaced("networking.k8s.io/v1", "NetworkPolicy", {
    minimal: { spec: { podSelector: {} } },
    full: { metadata: meta, spec: {
      podSelector: { matchLabels: { app: "sample" }, matchExpressions: [{ key: "tier", operator: "NotIn", values: ["x", "y"] }] }, policyTypes: ["Ingress", "Egress"],
      ingress: [{ from: [{ namespaceSelector: { matchLabels: { a: "b" } }, podSelector: { matchLabels: { c: "d" } } }, { ipBlock: { cidr: "192.0.2.0/24", except: ["192.0.2.0/28"] } }], ports: [{ port: 8080 }, { port: "http", protocol: "TCP" }, { port: 3000, endPort: 3010, protocol: "UDP" }] }, {}],
      egress: [{ to: [{ podSelector: {} }], ports: [{ protocol: "UDP", port: 53 }, {}] }],
    } },
    "egress-only": { spec: { podSelector: {}, egress: [{ ports: [{ port: 443 }] }] } },
    "deny-egress": { spec: { podSelector: {}, policyTypes: ["Egress"], egress: [] } },
    "allow-all": { spec: { podSelector: {}, ingress: [{}] } },
    "deny-all": { spec: { podSelector: {}, ingress: [] } },
    unselected: { spec: { policyTypes: ["Ingress"] } },
  }),
  namespaced("networking.k8s.io/v1", "Ingress", {
    minimal: { spec: { defaultBackend: { service: { name: "a", port: { number: 80 } } } } },
    full: { metadata: meta, spec: {
      ingressClassName: "sample-full", tls: [{ hosts: ["app.example", "www.app.example"], secretName: "tls" }], defaultBackend: { resource: { apiGroup: "example.org", kind: "Bucket", name: "static" } },
      rules: [{ host: "app.example", http: { paths: [{ path: "/", pathType: "Prefix", backend: { service: { name: "app", port: { name: "http" } } } }, { path: "/api", pathType: "Exact", backend: { service: { name: "api", port: { number: 8080 } } } }] } }, { host: "*.app.example", http: { paths: [{ pathType: "ImplementationSpecific", backend: { service: { name: "app", port: { number: 80 } } } }] } }],
    } },
  }),
  clusterWide("networking.k8s.io/v1", "IngressClass", {
    minimal: { spec: { controller: "example.org/ingress" } },
    full: { metadata: meta, spec: { controller: "example.org/ingress", parameters: { apiGroup: "example.org", kind: "Settings", name: "a", scope: "Namespace", namespace: "b" } } },
    parameters: { spec: { controller: "example.org/ingress", parameters: { kind: "Settings", name: "a" } } },
  }),
  clusterWide("networking.k8s.io/v1", "ServiceCIDR", { full: { metadata: { name: "sample-full", ...meta }, spec: { cidrs: ["10.96.0.0/24"] } } }),
];

const storage: Table[] = [
  clusterWide("v1", "PersistentVolume", {
    minimal: { spec: { capacity: { storage: "1Gi" }, accessModes: ["ReadWriteOnce"], storageClassName: "none", nfs: { server: "nfs.example", path: "/" } } },
    full: { metadata: meta, spec: {
      capacity: { storage: "10Gi" }, accessModes: ["ReadWriteMany", "ReadOnlyMany"], persistentVolumeReclaimPolicy: "Delete", storageClassName: "sample-full", volumeMode: "Block", mountOptions: ["hard", "nfsvers=4.1"],
      csi: { driver: "csi.example.org", volumeHandle: "v-1", readOnly: true, fsType: "xfs", volumeAttributes: { pool: "a" }, nodeStageSecretRef: { name: "s", namespace: "n" } },
      nodeAffinity: { required: { nodeSelectorTerms: [{ matchExpressions: [{ key: "zone", operator: "In", values: ["z1"] }] }] } }, claimRef: { apiVersion: "v1", kind: "PersistentVolumeClaim", namespace: "elsewhere", name: "nobody" },
    } },
    host: { spec: { capacity: { storage: "1Gi" }, accessModes: ["ReadWriteOnce"], storageClassName: "none", hostPath: { path: "/srv" } } },
    iscsi: { spec: { capacity: { storage: "1Gi" }, accessModes: ["ReadWriteOnce"], storageClassName: "none", iscsi: { targetPortal: "10.0.0.1:3260", iqn: "iqn.2001-04.com.example:storage", lun: 1 } } },
    rbd: { spec: { capacity: { storage: "1Gi" }, accessModes: ["ReadWriteOnce"], storageClassName: "none", rbd: { monitors: ["10.0.0.1:6789"], image: "img" } } },
    azure: { spec: { capacity: { storage: "1Gi" }, accessModes: ["ReadWriteOnce"], storageClassName: "none", azureDisk: { diskName: "d", diskURI: "https://disk.example/d.vhd" } } },
    scaleio: { spec: { capacity: { storage: "1Gi" }, accessModes: ["ReadWriteOnce"], storageClassName: "none", scaleIO: { gateway: "https://sio.example", system: "s", secretRef: { name: "a", namespace: "b" }, volumeName: "v" } } },
  }),
  namespaced("v1", "PersistentVolumeClaim", {
    minimal: { spec: { accessModes: ["ReadWriteOnce"], storageClassName: "absent", resources: { requests: { storage: "1Gi" } } } },
    full: { metadata: meta, spec: { accessModes: ["ReadWriteOnce", "ReadOnlyMany"], storageClassName: "absent", volumeMode: "Block", resources: { requests: { storage: "1Gi" }, limits: { storage: "2Gi" } }, selector: { matchLabels: { a: "b" } }, dataSource: { apiGroup: "snapshot.storage.k8s.io", kind: "VolumeSnapshot", name: "s" }, dataSourceRef: { apiGroup: "snapshot.storage.k8s.io", kind: "VolumeSnapshot", name: "s" } } },
    source: { spec: { accessModes: ["ReadWriteOnce"], storageClassName: "absent", resources: { requests: { storage: "1Gi" } }, dataSource: { kind: "PersistentVolumeClaim", name: "other" } } },
    reference: { spec: { accessModes: ["ReadWriteOnce"], storageClassName: "absent", resources: { requests: { storage: "1Gi" } }, dataSourceRef: { apiGroup: "snapshot.storage.k8s.io", kind: "VolumeSnapshot", name: "s" } } },
  }),
  clusterWide("storage.k8s.io/v1", "StorageClass", {
    minimal: { provisioner: "example.org/disk" },
    full: { metadata: meta, provisioner: "example.org/disk", parameters: { type: "ssd", iops: "10" }, reclaimPolicy: "Retain", volumeBindingMode: "WaitForFirstConsumer", allowVolumeExpansion: true, mountOptions: ["discard"], allowedTopologies: [{ matchLabelExpressions: [{ key: "zone", values: ["z1", "z2"] }] }] },
  }),
  clusterWide("storage.k8s.io/v1", "CSIDriver", {
    minimal: { spec: {} },
    full: { metadata: meta, spec: { attachRequired: false, podInfoOnMount: true, storageCapacity: true, fsGroupPolicy: "File", volumeLifecycleModes: ["Persistent", "Ephemeral"], requiresRepublish: true, seLinuxMount: true, tokenRequests: [{ audience: "vault", expirationSeconds: 3600 }] } },
  }),
  clusterWide("storage.k8s.io/v1", "CSINode", { minimal: { spec: { drivers: [] } }, full: { metadata: meta, spec: { drivers: [{ name: "csi.example.org", nodeID: "n-1", topologyKeys: ["zone"], allocatable: { count: 5 } }] } } }),
  namespaced("storage.k8s.io/v1", "CSIStorageCapacity", { minimal: { storageClassName: "a" }, full: { metadata: meta, storageClassName: "a", capacity: "1Ti", maximumVolumeSize: "100Gi", nodeTopology: { matchLabels: { zone: "z1" } } } }),
  clusterWide("storage.k8s.io/v1", "VolumeAttributesClass", { full: { metadata: meta, driverName: "csi.example.org", parameters: { iops: "100" } } }),
];

export const core: Table[] = [...configuration, ...bounds, ...services, ...storage];
