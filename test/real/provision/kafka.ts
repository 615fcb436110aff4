/** Apache Kafka: the programs from Maven, and a broker of its own with SCRAM logins and the standard authorizer. */
import { randomBytes, randomUUID } from "node:crypto";
import { existsSync, mkdtempSync, readdirSync, writeFileSync } from "node:fs";
import { mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Connection, metadataV7 } from "@platformatic/kafka";
import { cacheFolder, ComponentUnavailable, progress, run } from "./component.ts";
import { provisionDebianBinary } from "./debian.ts";
import { withLock } from "./lock.ts";
import { dropFolder, freePorts, ownFolder, type RunningServer, retryPorts, startServer, waitReady } from "./server.ts";

const VERSION = "4.1.2";
const ARTIFACTS = [["org.apache.kafka", "kafka_2.13", VERSION], ["org.apache.kafka", "kafka-tools", VERSION], ["org.slf4j", "slf4j-nop", "1.7.36"]] as const;
const host = "127.0.0.1";

/** Where Kafka's libraries are, and the program that runs them. */
export interface KafkaPrograms { readonly java: string; readonly libraries: string }

/** What a worker needs to reach a broker as its superuser. */
export interface KafkaData { readonly version: string; readonly endpoint: string; readonly user: string; readonly password: string }

export interface KafkaServer {
  readonly data: KafkaData;
  /** Suspends the first broker, as a machine that hangs does, and lets it go on. */
  freeze(): void;
  thaw(): void;
  stop(): Promise<void>;
}

/** What differs from the usual broker. */
export interface KafkaOptions {
  /** Settings of server.properties by name; `undefined` takes one away. */
  readonly settings?: Readonly<Record<string, string | undefined>>;
  /** Memory of each heap in MB. */
  readonly heap?: number;
  /** Compiled for speed, not for a quick start. */
  readonly steady?: boolean;
  /** How many; the first is the controller too, and the one to talk to. */
  readonly brokers?: number;
}

function pom(): string {
  const dependencies = ARTIFACTS.map(([group, name, version]) => `<dependency><groupId>${group}</groupId><artifactId>${name}</artifactId><version>${version}</version></dependency>`);
  return `<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion><groupId>dev.bulkhead</groupId><artifactId>kafka</artifactId><version>1</version><packaging>pom</packaging><dependencies>${dependencies.join("")}</dependencies></project>\n`;
}

const isThere = (libraries: string): boolean => existsSync(libraries) && readdirSync(libraries).includes(`kafka_2.13-${VERSION}.jar`);

/** Finds Kafka in the cache, else gets it from Maven, once for all processes; Java and Maven from Debian where they are missing. */
export async function provisionKafka(): Promise<KafkaPrograms> {
  const java = await provisionDebianBinary("java", "openjdk-17-jre-headless");
  const libraries = join(cacheFolder(), `kafka-${VERSION}`);
  if (isThere(libraries)) return { java, libraries };
  const maven = await provisionDebianBinary("mvn", "maven");
  return withLock("kafka", async () => {
    if (isThere(libraries)) return { java, libraries };
    progress(`Apache Kafka ${VERSION}: getting its libraries from Maven (54 MB, once)`);
    await mkdir(cacheFolder(), { recursive: true });
    const draft = await mkdtemp(join(cacheFolder(), "get-kafka-"));
    try {
      await writeFile(join(draft, "pom.xml"), pom());
      await run(maven, ["-q", "-B", "dependency:copy-dependencies", "-DoutputDirectory=libs"], { cwd: draft });
      await rm(libraries, { recursive: true, force: true });
      await rename(join(draft, "libs"), libraries);
    } catch (error) {
      throw new ComponentUnavailable(`Apache Kafka ${VERSION}`, "let Maven reach a repository that has org.apache.kafka", error);
    } finally {
      await rm(draft, { recursive: true, force: true });
    }
    return { java, libraries };
  });
}

interface Node { id: number; port: number; controller: number; password: string; data: string }

function settingsOf({ id, port, controller, password, data }: Node): Record<string, string> {
  const first = id === 1;
  return {
    "process.roles": first ? "broker,controller" : "broker", "node.id": String(id), "controller.quorum.voters": `1@${host}:${controller}`,
    listeners: `SASL_PLAINTEXT://${host}:${port}${first ? `,CONTROLLER://${host}:${controller}` : ""}`, "advertised.listeners": `SASL_PLAINTEXT://${host}:${port}`,
    "controller.listener.names": "CONTROLLER", "listener.security.protocol.map": "CONTROLLER:PLAINTEXT,SASL_PLAINTEXT:SASL_PLAINTEXT",
    "inter.broker.listener.name": "SASL_PLAINTEXT", "sasl.enabled.mechanisms": "SCRAM-SHA-512,SCRAM-SHA-256", "sasl.mechanism.inter.broker.protocol": "SCRAM-SHA-512",
    "listener.name.sasl_plaintext.scram-sha-512.sasl.jaas.config": `org.apache.kafka.common.security.scram.ScramLoginModule required username="admin" password="${password}";`,
    "listener.name.sasl_plaintext.scram-sha-256.sasl.jaas.config": "org.apache.kafka.common.security.scram.ScramLoginModule required;",
    "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer", "super.users": "User:admin;User:ANONYMOUS", "allow.everyone.if.no.acl.found": "false",
    "offsets.topic.replication.factor": "1", "offsets.topic.num.partitions": "1", "transaction.state.log.replication.factor": "1", "transaction.state.log.min.isr": "1", "transaction.state.log.num.partitions": "1",
    "group.initial.rebalance.delay.ms": "0", "auto.create.topics.enable": "false", "log.dirs": data,
  };
}

/** Whether the first broker lets its superuser in and knows of all brokers. */
async function isComplete({ port, password }: Node, brokers: number): Promise<boolean> {
  const connection = new Connection("provision", { connectTimeout: 5_000, requestTimeout: 5_000, sasl: { mechanism: "SCRAM-SHA-512", username: "admin", password } });
  connection.on("error", () => undefined);
  try {
    await connection.connect(host, port);
    return (await metadataV7.api.async(connection, [], false)).brokers.length === brokers;
  } finally {
    await connection.close().catch(() => undefined);
  }
}

async function startIn(folder: string, { java, libraries }: KafkaPrograms, options: KafkaOptions): Promise<[KafkaData, RunningServer[]]> {
  const brokers = options.brokers ?? 1;
  const [controller, ...ports] = (await freePorts(brokers + 1)) as [number, ...number[]];
  const password = randomBytes(16).toString("hex");
  const nodes = ports.map((port, i): Node => ({ id: i + 1, port, controller, password, data: join(folder, `data-${i + 1}`) }));
  const classpath = ["-cp", `${libraries}/*`];
  const cluster = Buffer.from(randomUUID().replaceAll("-", ""), "hex").toString("base64url");
  await Promise.all(nodes.map(async (node) => {
    const settings = Object.entries({ ...settingsOf(node), ...options.settings }).filter(([, value]) => value !== undefined);
    writeFileSync(join(folder, `${node.id}.properties`), settings.map(([name, value]) => `${name}=${value}\n`).join(""), { mode: 0o600 });
    const scram = node.id === 1 ? ["--add-scram", `SCRAM-SHA-512=[name=admin,password=${password}]`] : [];
    await run(java, ["-XX:TieredStopAtLevel=1", ...classpath, "kafka.tools.StorageTool", "format", "-t", cluster, "-c", `${node.id}.properties`, ...scram], { cwd: folder });
  }));
  const servers: RunningServer[] = [];
  try {
    for (const { id } of nodes) {
      servers.push(await startServer({ name: `kafka-${id}`, command: java, args: [`-Xmx${options.heap ?? 512}m`, ...(options.steady ? [] : ["-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"]), ...classpath, "kafka.Kafka", `${id}.properties`], folder }));
    }
    await waitReady(servers[0]!, () => isComplete(nodes[0]!, brokers));
  } catch (error) {
    await Promise.all(servers.map((server) => server.stop()));
    throw error;
  }
  return [{ version: VERSION, endpoint: `${host}:${nodes[0]!.port}`, user: "admin", password }, servers];
}

/** Starts brokers on free loopback ports; `admin` is its superuser, and nobody else may do anything. */
export async function startKafka(options: KafkaOptions = {}): Promise<KafkaServer> {
  const programs = await provisionKafka();
  return retryPorts(async () => {
    const folder = ownFolder(mkdtempSync(join(tmpdir(), "bulkhead-kafka-")));
    try {
      const [data, servers] = await startIn(folder, programs, options);
      const { pid } = servers[0]!;
      const stop = async () => { await Promise.all(servers.map((server) => server.stop())); dropFolder(folder); };
      return { data, stop, freeze: () => void process.kill(pid, "SIGSTOP"), thaw: () => void process.kill(pid, "SIGCONT") };
    } catch (error) {
      dropFolder(folder);
      throw error;
    }
  });
}
