export {
  type AlertmanagerCluster,
  type AlertmanagerOptions,
  type AlertmanagerPeer,
  type FiringAlert,
  startAlertmanagers,
} from "./alertmanager.ts";
export { type Budget, readBudget, type SuiteBudget, suiteBudget, suiteCount, testScale } from "./budget.ts";
export {
  type ApiResponse,
  type AuditEvent,
  type ControlPlaneClient,
  type ControlPlaneData,
  connectControlPlane,
  type KubectlOptions,
  type RequestOptions,
  readAuditLog,
} from "./client.ts";
export { type CephKeys, type CephServer, startCeph } from "./ceph.ts";
export { type CephPrograms, provisionCeph } from "./ceph-programs.ts";
export { attempt, type CommandResult, ComponentUnavailable, cacheFolder, findOnPath, run } from "./component.ts";
export { type ControlPlane, type ControlPlaneOptions, startControlPlane } from "./control-plane.ts";
export {
  type DebianComponent,
  provisionAlertmanager,
  provisionAmtool,
  provisionDebian,
  provisionDebianBinary,
  provisionEtcd,
  provisionPrometheus,
  provisionPromtool,
} from "./debian.ts";
export { type ControlPlanePrograms, kubernetesVersion, provisionControlPlane } from "./kubernetes.ts";
export { type KafkaData, type KafkaOptions, type KafkaPrograms, type KafkaServer, provisionKafka, startKafka } from "./kafka.ts";
export { withLock } from "./lock.ts";
export {
  connectPostgres,
  type PostgresConnection,
  type PostgresData,
  type PostgresOptions,
  type PostgresServer,
  startPostgres,
} from "./postgres.ts";
export { provisionRedis, type RedisOptions, type RedisServer, startRedis } from "./redis.ts";
export { provisionSqlglot } from "./sqlglot.ts";
export { type PostgresVersion, provisionPostgres } from "./postgres-programs.ts";
export { type PrometheusServer, startPrometheus } from "./prometheus.ts";
export { type LabelProxy, provisionLabelProxy, startLabelProxy } from "./label-proxy.ts";
export {
  dropFolder,
  freePorts,
  ownFolder,
  type RunningServer,
  retryPorts,
  type ServerSpec,
  startServer,
  waitReady,
} from "./server.ts";
