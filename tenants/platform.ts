import { definePlatform } from "bulkhead";

export default definePlatform({
  name: "meridian",
  git: { repository: "https://git.meridian.example/platform/bulkhead.git", revision: "main" },
  clusters: {
    "prod-eu": { server: "https://kubernetes.eu.meridian.example:6443", podCidrs: ["10.32.0.0/14"], serviceCidrs: ["10.96.0.0/16"], podSecurityVersion: "v1.33" },
    "prod-us": { server: "https://kubernetes.us.meridian.example:6443", podCidrs: ["10.40.0.0/14"], serviceCidrs: ["10.97.0.0/16"], podSecurityVersion: "v1.33" },
  },
  stores: {
    "warehouse-eu": {
      kind: "postgres", home: "prod-eu", host: "warehouse-rw.postgres.svc", database: "warehouse", adminKey: "platform/warehouse-eu/migrator",
      image: "docker.io/library/postgres:18.1", namespace: "postgres", podLabels: { "cnpg.io/cluster": "warehouse" },
    },
    "warehouse-us": {
      kind: "postgres", home: "prod-us", host: "warehouse-rw.postgres.svc", database: "warehouse", adminKey: "platform/warehouse-us/migrator",
      image: "docker.io/library/postgres:18.1", namespace: "postgres", podLabels: { "cnpg.io/cluster": "warehouse" },
    },
    "stream-eu": {
      kind: "redpanda", home: "prod-eu", namespace: "redpanda", cluster: "stream", brokers: "stream.redpanda.svc", adminKey: "platform/stream-eu/admin",
      image: "docker.redpanda.com/redpandadata/redpanda:v26.2.2", podLabels: { "app.kubernetes.io/name": "redpanda" },
    },
    "stream-us": {
      kind: "redpanda", home: "prod-us", namespace: "redpanda", cluster: "stream", brokers: "stream.redpanda.svc", adminKey: "platform/stream-us/admin",
      image: "docker.redpanda.com/redpandadata/redpanda:v26.2.2", podLabels: { "app.kubernetes.io/name": "redpanda" },
    },
    "lake-eu": { kind: "ceph", home: "prod-eu", namespace: "rook-ceph", objectStore: "lake", storageClass: "lake-buckets", endpoint: "rook-ceph-rgw-lake.rook-ceph.svc", port: 443, podLabels: { app: "rook-ceph-rgw" } },
    "lake-us": { kind: "ceph", home: "prod-us", namespace: "rook-ceph", objectStore: "lake", storageClass: "lake-buckets", endpoint: "rook-ceph-rgw-lake.rook-ceph.svc", port: 443, podLabels: { app: "rook-ceph-rgw" } },
    "cache-eu": {
      kind: "redis", home: "prod-eu", host: "cache.redis.svc", adminKey: "platform/cache-eu/admin", image: "docker.io/library/redis:7.4.1",
      namespace: "redis", podLabels: { "app.kubernetes.io/name": "cache" }, limits: "instance",
    },
    "olap-eu": {
      kind: "starrocks", home: "prod-eu", host: "olap-fe.starrocks.svc", adminKey: "platform/olap-eu/admin", image: "docker.io/library/mysql:8.4.6",
      namespace: "starrocks", podLabels: { "app.kubernetes.io/component": "fe" },
    },
  },
  plans: {
    standard: {
      compute: { requestsCpu: "8", requestsMemory: "32Gi", limitsCpu: "16", limitsMemory: "64Gi", storage: "500Gi", volumes: 20, pods: 60, objects: 200 },
      container: { cpu: "250m", memory: "512Mi", maxCpu: "4", maxMemory: "16Gi" },
      database: { connections: 20, statementTimeout: "30s", workMem: "32MB" },
      events: { producerBytesPerSecond: 10_485_760, consumerBytesPerSecond: 20_971_520, maxPartitions: 64 },
      storage: { maxSize: "2Ti", maxObjects: 5_000_000 },
    },
    premium: {
      compute: { requestsCpu: "32", requestsMemory: "128Gi", limitsCpu: "64", limitsMemory: "256Gi", storage: "4Ti", volumes: 80, pods: 240, objects: 800 },
      container: { cpu: "500m", memory: "1Gi", maxCpu: "16", maxMemory: "64Gi" },
      database: { connections: 80, statementTimeout: "2m", workMem: "128MB" },
      events: { producerBytesPerSecond: 52_428_800, consumerBytesPerSecond: 104_857_600, maxPartitions: 512 },
      storage: { maxSize: "20Ti", maxObjects: 50_000_000 },
      serving: { starrocks: { cpuWeight: 8, memLimit: "20%", concurrency: 32, dataQuota: "2TB", maxUserConnections: 60, bigQueryCpuSeconds: 600, bigQueryScanRows: 10_000_000_000 } },
    },
  },
  onCall: { team: "platform-sre", email: "sre@meridian.example", runbooks: "https://runbooks.meridian.example/bulkhead" },
  breakGlassGroup: "platform:break-glass",
  secretStore: { name: "platform-vault", server: "https://vault.meridian.example:8200" },
  prometheus: { namespace: "monitoring", podLabels: { "app.kubernetes.io/name": "prometheus" }, url: "http://prom-label-proxy.monitoring.svc:8080" },
  grafana: { namespace: "grafana", url: "https://grafana.meridian.example" },
  audit: {
    // The chart of external-secrets makes its webhooks, which see every ExternalSecret and SecretStore; its own controller writes their certificate.
    allow: ["externalsecret-validate", "secretstore-validate"].flatMap((name) => ["helm", "external-secrets"].map((manager) => ({
      kind: "ValidatingWebhookConfiguration.admissionregistration.k8s.io", name, manager,
      reason: "external-secrets checks its own kinds", owner: "platform-sre", expires: "2027-06-30",
    }))),
    // Ceph shows users only together with their secret keys, which no auditor may see.
    unread: ["lake-eu", "lake-us"].flatMap((store) => ["user", "users beside git's"].map((what) => ({
      plane: "s3" as const, store, what, reason: "Ceph has no right that shows users without their keys and that Rook can give", owner: "platform-sre", expires: "2027-05-31",
    }))),
    inCluster: {
      image: "registry.meridian.example/platform/bulkhead:0.1.0", schedule: "*/30 * * * *", shards: 2,
      alertmanagers: ["http://alertmanager-0.alertmanager-operated.monitoring.svc:9093", "http://alertmanager-1.alertmanager-operated.monitoring.svc:9093"],
      bucket: { endpoint: "https://s3.meridian.example", name: "meridian-audit" },
    },
  },
});
