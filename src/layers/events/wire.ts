/**
 * The few questions that the audit asks a broker, over one connection: any broker answers for the whole cluster. Below is the client's protocol layer and not
 * its Admin, which retries, follows other addresses than the one that is believed, and knows no SCRAM users.
 */
import type * as Kafka from "@platformatic/kafka";
import { type StoreAccess, StoreUnreadable } from "../../model/plane.ts";

/** A question that got no answer to believe, in our own words: a broker's may hold anything. */
export class Unanswered extends Error {
  /** Kafka's error code, where the broker gave one. */
  readonly code?: number;
  constructor(message: string, code?: number) { super(message); if (code !== undefined) this.code = code; }
}

/** Codes of Kafka that mean a right is missing: topic, group, cluster, transactional id. */
export const DENIED: ReadonlySet<number> = new Set([29, 30, 31, 53]);
const UNKNOWN_TOPIC = 3;
/** Requests that wait at the same time: a broker works on one of a connection, and the clock of the next runs already. */
const IN_FLIGHT = 2;

export interface Wire {
  acls(): Promise<readonly Kafka.describeAclsV3.DescribeAclsResponseResource[]>;
  users(): Promise<readonly Kafka.describeUserScramCredentialsV0.DescribeUserScramCredentialsResponseResult[]>;
  quotas(): Promise<readonly Kafka.describeClientQuotasV0.DescribeClientQuotasResponseEntry[]>;
  /** All that it lets us see. */
  topics(): Promise<readonly Kafka.metadataV7.MetadataResponseTopic[]>;
  /** For a topic that cannot be there: whether its absence is shown, or hidden. */
  wouldShow(name: string): Promise<boolean>;
  configs(topics: readonly string[]): Promise<readonly Kafka.describeConfigsV4.DescribeConfigsResponseResult[]>;
  /** Kafka's error code for reading a record of this topic that cannot be there: no record is ever asked for. */
  readAttempt(topic: string): Promise<number>;
  close(): Promise<void>;
}

/** Connects and logs in. Throws StoreUnreadable. */
export async function openWire(access: StoreAccess): Promise<Wire> {
  const kafka = await import("@platformatic/kafka");
  const { host, port } = addressOf(access);
  const sasl = { mechanism: kafka.SASLMechanisms.SCRAM_SHA_512, username: access.user ?? "", password: access.password ?? "" };
  if (access.user === undefined || access.password === undefined) throw new StoreUnreadable("no user and password to read it with");
  const connection = new kafka.Connection("bulkhead-audit", { connectTimeout: access.timeoutMs, requestTimeout: access.timeoutMs, maxInflights: IN_FLIGHT, sasl, ...(!access.plain && { tls: { ...(access.ca !== undefined && { ca: access.ca }) } }) });
  connection.on("error", () => undefined);
  const stop = (): void => void close(connection);
  access.signal?.addEventListener("abort", stop, { once: true });
  const end = async (): Promise<void> => { access.signal?.removeEventListener("abort", stop); await close(connection); };
  try {
    access.signal?.throwIfAborted();
    await connection.connect(host, port);
    const { apiKeys } = await kafka.apiVersionsV1.api.async(connection, "bulkhead", "1");
    return { ...questions(kafka, connection, new Map(apiKeys.map((one) => [one.apiKey, one])), access), close: end };
  } catch (error) {
    await end();
    if (access.signal?.aborted) throw new StoreUnreadable("the audit was stopped before it answered");
    throw error instanceof Unanswered ? new StoreUnreadable(error.message) : new StoreUnreadable(whyNot(error, access));
  }
}

/** Waits for nothing: what is still asked is given up. */
async function close(connection: Kafka.Connection): Promise<void> {
  await connection.close().catch(() => undefined);
  (connection.socket as Kafka.Connection["socket"] | undefined)?.destroy();
}

function addressOf({ endpoint }: StoreAccess): { host: string; port: number } {
  try {
    const { hostname, port } = new URL(`kafka://${endpoint}`);
    if (hostname !== "" && port !== "") return { host: hostname.replace(/^\[|\]$/g, ""), port: Number(port) };
  } catch { /* said below */ }
  throw new StoreUnreadable("its endpoint is not host:port");
}

/** Codes of Kafka: the login was refused; the mechanism is not served. */
const [LOGIN_REFUSED, NO_MECHANISM] = [58, 33];

/** In our own words why a connection did not come about, or ended. The client wraps what happened several times over. */
function whyNot(error: unknown, { timeoutMs }: StoreAccess): string {
  const chain: Error[] = [];
  for (let at: unknown = error; at instanceof Error && chain.length < 8; at = at.cause) chain.push(at);
  const code = chain.map(codeOf).find((one) => one !== undefined);
  if (code === LOGIN_REFUSED) return "it refused the auditor's user or password";
  if (code === NO_MECHANISM) return "it does not offer SCRAM-SHA-512";
  for (const { code, message } of chain.toReversed() as (Error & { code?: string })[]) {
    if (code === "ECONNREFUSED") return "nothing listens there";
    if (code === "ENOTFOUND" || code === "EAI_AGAIN") return "its name has no address";
    if (code === "ETIMEDOUT" || (code?.startsWith("PLT_KFK_") && /timed out/.test(message))) return `no answer within ${timeoutMs / 1000} s`;
    if (code === "PLT_KFK_AUTHENTICATION") return "it could not prove that it knows the auditor's password, so it may be another server";
    if (/CERT|SELF_SIGNED|UNABLE_TO_/.test(code ?? "")) return "its certificate is not trusted";
    if (code === "EPROTO" || code?.startsWith("ERR_SSL_") || (code === "PLT_KFK_USER" && /TLS/.test(message))) return "one side speaks TLS and the other does not";
  }
  return "it ended the connection before it answered";
}

type Versions = ReadonlyMap<number, { minVersion: number; maxVersion: number }>;
type Client = typeof Kafka;

function questions(kafka: Client, connection: Kafka.Connection, served: Versions, access: StoreAccess): Omit<Wire, "close"> {
  /** The first version that the broker has too. */
  function pick<A extends unknown[], R>(...apis: Kafka.API<A, R>[]): Kafka.API<A, R> {
    const found = apis.find(({ key, version }) => { const range = served.get(key); return range !== undefined && version >= range.minVersion && version <= range.maxVersion; });
    if (!found) throw new Unanswered("this broker does not answer that question");
    return found;
  }
  async function ask<A extends unknown[], R>(apis: Kafka.API<A, R>[], ...args: A): Promise<R> {
    try {
      return await pick(...apis).async(connection, ...args);
    } catch (error) {
      throw unanswered(error, access);
    }
  }
  /** The client throws where one thing of many has an error; each says itself which. */
  async function askAll<A extends unknown[], R>(apis: Kafka.API<A, R>[], ...args: A): Promise<R> {
    try {
      return await pick(...apis).async(connection, ...args);
    } catch (error) {
      const { response } = error as { response?: R };
      if (response !== undefined && codeOf(error) !== undefined) return response;
      throw unanswered(error, access);
    }
  }
  const everything = { resourceType: kafka.ResourceTypes.ANY, resourceName: null, resourcePatternType: kafka.ResourcePatternTypes.ANY, principal: null, host: null, operation: kafka.AclOperations.ANY, permissionType: kafka.AclPermissionTypes.ANY };
  return {
    acls: async () => (await ask([kafka.describeAclsV3.api, kafka.describeAclsV2.api, kafka.describeAclsV1.api], everything)).resources,
    // An empty list asks for all, as null does; Kafka never answers null to somebody without the right, because its error names the users it was asked for.
    users: async () => (await ask([kafka.describeUserScramCredentialsV0.api], [])).results,
    quotas: async () => (await ask([kafka.describeClientQuotasV1.api, kafka.describeClientQuotasV0.api], [], false)).entries ?? [],
    topics: async () => (await askAll([kafka.metadataV7.api], null, false)).topics,
    wouldShow: async (name) => {
      try {
        await ask([kafka.metadataV7.api], [name], false);
        return true;
      } catch (error) {
        if (error instanceof Unanswered && error.code === UNKNOWN_TOPIC) return true;
        if (error instanceof Unanswered && error.code !== undefined && DENIED.has(error.code)) return false;
        throw error;
      }
    },
    configs: async (topics) => (await askAll([kafka.describeConfigsV4.api, kafka.describeConfigsV3.api, kafka.describeConfigsV2.api, kafka.describeConfigsV1.api], topics.map((resourceName) => ({ resourceType: kafka.ConfigResourceTypes.TOPIC, resourceName })), false, false)).results,
    readAttempt: async (topic) => {
      const partitions = [{ partition: 0, currentLeaderEpoch: -1, fetchOffset: 2n ** 62n, lastFetchedEpoch: -1, partitionMaxBytes: 1 }];
      try {
        await ask([kafka.fetchV11.api], 0, 0, 1, 0, 0, -1, [{ topicId: topic, partitions }], [], "");
        return 0;
      } catch (error) {
        if (error instanceof Unanswered && error.code !== undefined) return error.code;
        throw error;
      }
    },
  };
}

/** The first error code that a broker gave, else why there is no answer. */
function unanswered(error: unknown, access: StoreAccess): Unanswered {
  if (error instanceof Unanswered) return error;
  const code = codeOf(error);
  if (code !== undefined) return new Unanswered(DENIED.has(code) ? "the auditor has not the right to ask" : `the broker answered with Kafka's error ${code}`, code);
  return new Unanswered(access.signal?.aborted ? "the audit was stopped before it answered" : whyNot(error, access));
}

function codeOf(error: unknown): number | undefined {
  const inner = (error as { errors?: { apiCode?: number }[] } | undefined)?.errors;
  return Array.isArray(inner) ? inner.find(({ apiCode }) => typeof apiCode === "number")?.apiCode : undefined;
}
