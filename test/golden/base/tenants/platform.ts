import { definePlatform } from "bulkhead";

// Base: replace every base.example by what is true, and add clusters, stores (postgres, redpanda, ceph) and plans.
export default definePlatform({
  name: "base",
  git: { repository: "https://git.base.example/platform.git", revision: "main" },
  clusters: {
    "prod": { server: "https://kubernetes.base.example:6443", podCidrs: ["10.32.0.0/14"], serviceCidrs: ["10.96.0.0/16"], podSecurityVersion: "v1.33" },
  },
  stores: {
    warehouse: {
      kind: "postgres", home: "prod", host: "warehouse-rw.postgres.svc", database: "warehouse", adminKey: "platform/warehouse/migrator",
      image: "docker.io/library/postgres:18.1", namespace: "postgres", podLabels: { "cnpg.io/cluster": "warehouse" },
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
  },
  onCall: { team: "platform", email: "platform@base.example", runbooks: "https://runbooks.base.example" },
  breakGlassGroup: "platform:break-glass",
  secretStore: { name: "platform-vault", server: "https://vault.base.example:8200" },
  prometheus: { namespace: "monitoring", podLabels: { "app.kubernetes.io/name": "prometheus" }, url: "http://prometheus.monitoring.svc:9090" },
  grafana: { namespace: "grafana", url: "https://grafana.base.example" },
});
