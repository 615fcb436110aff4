/** One read-only session of the auditor's. What a server says in words is never passed on: it may hold secrets, or bytes that steer a terminal. */
import type pg from "pg";
import { type StoreAccess, StoreUnreadable } from "../../../model/plane.ts";

export interface Session {
  /** Rows of one query, in the server's order. Throws QueryFailed. */
  rows<T>(sql: string, values?: unknown[]): Promise<T[]>;
  /** Runs a part of the reading in a savepoint, so that one refused catalogue does not end the snapshot. */
  part<T>(run: () => Promise<T>): Promise<T>;
  close(): Promise<void>;
}
/** Why one query gave nothing, in our own words. `lost`: no further query will be answered. */
export class QueryFailed extends Error {
  readonly lost: boolean;
  constructor(reason: string, lost: boolean) { super(reason); this.lost = lost; }
}

/** By SQLSTATE, Node's code, or the driver's own words. */
const REASONS: readonly (readonly [RegExp, string])[] = [
  [/^28P01$|^28000$|SCRAM|password/, "the credentials were refused"],
  [/^3D000$/, "the database does not exist"],
  [/^42501$/, "permission denied"],
  [/^53300$/, "too many connections"],
  [/^57P0[123]$/, "the server is starting or stopping"],
  [/^57014$/, "an answer took too long"],
  [/^(?:42P01|42703|42883)$/, "the catalogue is not as PostgreSQL has it"],
  [/ECONNREFUSED/, "nothing listens there"],
  [/ENOTFOUND|EAI_AGAIN/, "the host's name is not known"],
  [/ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|timeout/i, "no answer in time"],
  [/does not support SSL/, "the server does not speak TLS"],
  [/CERT|SELF_SIGNED|UNABLE_TO|ALTNAME|certificate/i, "the server's certificate is not trusted"],
  [/ECONNRESET|EPIPE|terminated|closed|ended|not queryable/i, "the connection broke"],
];
function reasonOf(error: unknown): string {
  const { code, message } = error as { code?: unknown; message?: unknown };
  for (const text of [code, message]) {
    const reason = typeof text === "string" ? REASONS.find(([pattern]) => pattern.test(text))?.[1] : undefined;
    if (reason !== undefined) return reason;
  }
  return "the server gave no usable answer";
}
const sqlState = (error: unknown): boolean => /^[0-9A-Z]{5}$/.test(String((error as { code?: unknown }).code)) && "severity" in (error as object);

/** `host:port` or `postgresql://host:port`. */
function addressOf(endpoint: string): { host: string; port: number } {
  const match = /^(?:postgres(?:ql)?:\/\/)?(?:\[([0-9A-Fa-f:.]+)\]|([^\s/:@]+))(?::([0-9]{1,5}))?(?:\/.*)?$/.exec(endpoint);
  if (!match) throw new StoreUnreadable("its address is none: host:port is one");
  return { host: (match[1] ?? match[2])!, port: Number(match[3] ?? 5432) };
}

/** Connects, and begins one snapshot of the catalogue. Throws StoreUnreadable. */
export async function openSession(access: StoreAccess, database: string): Promise<Session> {
  if (access.signal?.aborted) throw new StoreUnreadable("it was stopped");
  const { default: driver } = await import("pg");
  const { timeoutMs } = access;
  const client = new driver.Client({
    ...addressOf(access.endpoint), database, user: access.user ?? "", password: access.password ?? "", application_name: "bulkhead-audit",
    connectionTimeoutMillis: timeoutMs, query_timeout: timeoutMs, statement_timeout: timeoutMs, lock_timeout: timeoutMs,
    ssl: access.plain ? false : { rejectUnauthorized: true, ...(access.ca !== undefined && { ca: access.ca }) },
  } as pg.ClientConfig);
  let stopped = false;
  // A lost connection shows at the next query.
  client.on("error", () => undefined);
  const destroy = (): void => { (client as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy(); };
  const stop = (): void => { stopped = true; destroy(); };
  access.signal?.addEventListener("abort", stop, { once: true });
  const close = async (): Promise<void> => {
    access.signal?.removeEventListener("abort", stop);
    // A server that does not answer is not waited for.
    const late = setTimeout(destroy, 1_000);
    await client.end().catch(() => undefined);
    clearTimeout(late);
  };
  // A connection that broke, or owes an answer, is asked nothing more.
  let lost: QueryFailed | undefined;
  const rows = async <T>(sql: string, values: unknown[] = []): Promise<T[]> => {
    if (lost) throw lost;
    try {
      return (await client.query(sql, values)).rows as T[];
    } catch (error) {
      const failed = new QueryFailed(stopped ? "it was stopped" : reasonOf(error), stopped || !sqlState(error));
      if (failed.lost) lost = failed;
      throw failed;
    }
  };
  try {
    await client.connect();
    // Nothing but the catalogue is looked up, temporary objects last: they could bear the names of what is read.
    await client.query("SET search_path = pg_catalog, pg_temp; SET TimeZone = 'UTC'; SET DateStyle = 'ISO, MDY'; SET IntervalStyle = 'postgres'; SET jit = off; SET enable_seqscan = on; BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
  } catch (error) {
    await close();
    throw new StoreUnreadable(stopped ? "it was stopped" : reasonOf(error));
  }
  return {
    rows, close,
    async part(run) {
      await rows("SAVEPOINT part");
      try {
        const result = await run();
        await rows("RELEASE SAVEPOINT part");
        return result;
      } catch (error) {
        if (error instanceof QueryFailed && !error.lost) await rows("ROLLBACK TO SAVEPOINT part");
        throw error;
      }
    },
  };
}
