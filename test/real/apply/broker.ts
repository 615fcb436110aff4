/** A broker's own administration, for tests: what `rpk` and Redpanda's operator do there, in the Kafka protocol. */
import { pbkdf2Sync, randomBytes } from "node:crypto";
import * as kafka from "@platformatic/kafka";

export interface Login { endpoint: string; user: string; password: string; mechanism?: "SCRAM-SHA-256" | "SCRAM-SHA-512" }
export interface AclBinding { principal: string; host?: string; allow?: boolean; operation: string; resource: string; pattern?: "literal" | "prefixed"; name: string }
export type QuotaEntity = readonly { type: string; name: string | null }[];

const OPERATIONS = ["Unknown", "Any", "All", "Read", "Write", "Create", "Delete", "Alter", "Describe", "ClusterAction", "DescribeConfigs", "AlterConfigs", "IdempotentWrite", "CreateTokens", "DescribeTokens", "TwoPhaseCommit"];
const RESOURCES = ["unknown", "any", "topic", "group", "cluster", "transactionalId", "delegationToken", "user"];
const MECHANISMS = { "SCRAM-SHA-256": [1, "sha256", 32], "SCRAM-SHA-512": [2, "sha512", 64] } as const;
const ITERATIONS = 4096;
const TIMEOUT = 30_000;

function numbered<T extends number>(names: readonly string[], name: string): T {
  const number = names.findIndex((one) => one.toLowerCase() === name.toLowerCase());
  if (number < 0) throw new Error(`Kafka knows no ${name}`);
  return number as T;
}

const bindingOf = ({ principal, host = "*", allow = true, operation, resource, pattern = "literal", name }: AclBinding) => ({
  principal, host, permissionType: allow ? 3 : 2, operation: numbered<kafka.AclOperationValue>(OPERATIONS, operation),
  resourceType: numbered<kafka.ResourceTypeValue>(RESOURCES, resource), resourcePatternType: pattern === "literal" ? 3 : 4, resourceName: resource === "cluster" ? "kafka-cluster" : name,
}) as const;

/** One login. */
export class Broker {
  readonly connection: kafka.Connection;
  private constructor(connection: kafka.Connection) { this.connection = connection; }

  static async open({ endpoint, user, password, mechanism = "SCRAM-SHA-512" }: Login, clientId = "test"): Promise<Broker> {
    const connection = new kafka.Connection(clientId, { sasl: { mechanism, username: user, password }, requestTimeout: 120_000, connectTimeout: 30_000 });
    connection.on("error", () => undefined);
    const [host, port] = endpoint.split(":") as [string, string];
    await connection.connect(host, Number(port));
    return new Broker(connection);
  }
  async close(): Promise<void> { await this.connection.close().catch(() => undefined); }

  async createTopics(topics: readonly { name: string; partitions: number; replicas: number; config?: Record<string, string> }[]): Promise<void> {
    await kafka.createTopicsV7.api.async(this.connection, topics.map(({ name, partitions, replicas, config = {} }) => ({
      name, numPartitions: partitions, replicationFactor: replicas, assignments: [], configs: Object.entries(config).map(([key, value]) => ({ name: key, value })),
    })), TIMEOUT, false);
  }
  async deleteTopics(...names: string[]): Promise<void> { if (names.length > 0) await kafka.deleteTopicsV6.api.async(this.connection, names.map((name) => ({ name })), TIMEOUT); }
  async addPartitions(name: string, count: number): Promise<void> { await kafka.createPartitionsV3.api.async(this.connection, [{ name, count }], TIMEOUT, false); }
  async alterConfig(name: string, set: Record<string, string>, remove: readonly string[] = []): Promise<void> {
    const configs = [...Object.entries(set).map(([key, value]) => ({ name: key, configOperation: 0 as const, value })), ...remove.map((key) => ({ name: key, configOperation: 1 as const }))];
    await kafka.incrementalAlterConfigsV1.api.async(this.connection, [{ resourceType: 2, resourceName: name, configs }], false);
  }
  async topics(): Promise<Map<string, number>> { return new Map((await kafka.metadataV7.api.async(this.connection, null, false)).topics.map(({ name, partitions }) => [name, partitions.length])); }
  /** Overrides of a topic. */
  async config(name: string): Promise<Record<string, string>> {
    const { results } = await kafka.describeConfigsV4.api.async(this.connection, [{ resourceType: 2, resourceName: name }], false, false);
    return Object.fromEntries(results[0]!.configs.filter(({ configSource }) => configSource === 1).map(({ name: key, value }) => [key, value ?? ""]));
  }

  async createAcls(...bindings: AclBinding[]): Promise<void> { if (bindings.length > 0) await kafka.createAclsV3.api.async(this.connection, bindings.map((one) => ({ ...bindingOf(one) }))); }
  async deleteAcls(...bindings: AclBinding[]): Promise<void> { if (bindings.length > 0) await kafka.deleteAclsV3.api.async(this.connection, bindings.map((one) => ({ ...bindingOf(one) }))); }
  /** Of everybody, with null. */
  async deleteAclsOf(principal: string | null): Promise<void> {
    await kafka.deleteAclsV3.api.async(this.connection, [{ resourceType: 1, resourceName: null, resourcePatternType: 1, principal, host: null, operation: 1, permissionType: 1 }]);
  }

  async setPassword(name: string, password: string, mechanism: keyof typeof MECHANISMS = "SCRAM-SHA-512"): Promise<void> {
    const [number, digest, length] = MECHANISMS[mechanism];
    const salt = randomBytes(16);
    await kafka.alterUserScramCredentialsV0.api.async(this.connection, [], [{ name, mechanism: number, iterations: ITERATIONS, salt, saltedPassword: pbkdf2Sync(password, salt, ITERATIONS, length, digest) }]);
  }
  async users(): Promise<Map<string, string[]>> {
    const { results } = await kafka.describeUserScramCredentialsV0.api.async(this.connection, null);
    return new Map(results.map(({ user, credentialInfos }) => [user, credentialInfos.map(({ mechanism }) => (mechanism === 1 ? "SCRAM-SHA-256" : "SCRAM-SHA-512"))]));
  }
  async deleteUser(name: string, only?: keyof typeof MECHANISMS): Promise<void> {
    const mechanisms = only ? [only] : ((await this.users()).get(name) ?? []) as (keyof typeof MECHANISMS)[];
    // Kafka takes one change of a user in a request.
    for (const mechanism of mechanisms) await kafka.alterUserScramCredentialsV0.api.async(this.connection, [{ name, mechanism: MECHANISMS[mechanism][0] }], []);
  }

  async quotas(): Promise<{ entity: QuotaEntity; keys: string[] }[]> {
    const { entries } = await kafka.describeClientQuotasV1.api.async(this.connection, [], false);
    return (entries ?? []).map(({ entity, values }) => ({ entity: entity.map(({ entityType, entityName }) => ({ type: entityType, name: entityName ?? null })), keys: values.map(({ key }) => key) }));
  }
  async alterQuota(entity: QuotaEntity, set: Record<string, number>, remove: readonly string[] = []): Promise<void> {
    const ops = [...Object.entries(set).map(([key, value]) => ({ key, value, remove: false as const })), ...remove.map((key) => ({ key, value: 0, remove: true as const }))];
    await kafka.alterClientQuotasV1.api.async(this.connection, [{ entities: entity.map(({ type, name }) => ({ entityType: type, entityName: name })), ops }] as never, false);
  }
}
