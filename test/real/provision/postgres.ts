import { randomBytes } from "node:crypto";
import { chmodSync, chownSync, mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Client } from "pg";
import { run } from "./component.ts";
import {
  openTemporaryFolder,
  type PostgresVersion,
  postgresUser,
  provisionPostgres,
  reachable,
} from "./postgres-programs.ts";
import { dropFolder, freePorts, ownFolder, type RunningServer, retryPorts, startServer, waitReady } from "./server.ts";

/** What a worker needs to reach PostgreSQL; plain data, so that it can be provided to workers. */
export interface PostgresData {
  readonly version: PostgresVersion;
  readonly host: string;
  readonly port: number;
  readonly superuser: string;
  readonly password: string;
}

/** A client's view of a running server. */
export interface PostgresConnection extends PostgresData {
  /** A connection URL; without arguments: the superuser in the database `postgres`. */
  url(database?: string, user?: string, password?: string): string;
}

/** A PostgreSQL server of its own. */
export interface PostgresServer extends PostgresConnection {
  /** The plain data with which a worker connects (`connectPostgres`). */
  readonly data: PostgresData;
  /** Ends the server and removes its folder. */
  stop(): Promise<void>;
}

/** What differs from the usual server. */
export interface PostgresOptions {
  /** Settings of postgresql.conf by name. */
  readonly settings?: Readonly<Record<string, string>>;
}

const host = "127.0.0.1";
const superuser = "postgres";

/** The connection that `data` describes. */
export function connectPostgres(data: PostgresData): PostgresConnection {
  return {
    ...data,
    url(database = "postgres", user = data.superuser, password = data.password) {
      const login = `${encodeURIComponent(user)}:${encodeURIComponent(password)}`;
      return `postgresql://${login}@${data.host}:${data.port}/${encodeURIComponent(database)}`;
    },
  };
}

/** The environment without what PostgreSQL or its client library would read. */
function plainEnv(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !name.startsWith("PG") && !name.startsWith("LC_"));
  return { ...Object.fromEntries(kept), LANG: "C", TZ: "UTC" };
}

async function answers(connection: PostgresConnection): Promise<boolean> {
  const client = new Client({ connectionString: connection.url(), connectionTimeoutMillis: 5_000 });
  client.on("error", () => undefined);
  try {
    await client.connect();
    await client.query("SELECT 1");
    return true;
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function startIn(
  folder: string,
  installed: string,
  version: PostgresVersion,
  options: PostgresOptions,
): Promise<[PostgresData, RunningServer]> {
  const user = postgresUser();
  const as = user ?? {};
  const bin = user === undefined ? installed : reachable(installed, folder);
  const data = join(folder, "data");
  const passwordFile = join(folder, "password");
  const password = randomBytes(16).toString("hex");
  mkdirSync(data, { mode: 0o700 });
  writeFileSync(passwordFile, password, { mode: 0o600 });
  if (user !== undefined) {
    chmodSync(folder, 0o711);
    for (const path of [data, passwordFile]) chownSync(path, user.uid, user.gid);
  }
  const initdb = [
    ["-D", data, "-U", superuser, `--pwfile=${passwordFile}`, "--auth=scram-sha-256"],
    ["--encoding=UTF8", "--locale=C", "--no-sync"],
  ].flat();
  await run(join(bin, "initdb"), initdb, { cwd: folder, env: plainEnv(), ...as });

  const [port] = (await freePorts(1)) as [number];
  const settings: Record<string, string> = {
    listen_addresses: host,
    port: String(port),
    unix_socket_directories: "",
    fsync: "off",
    synchronous_commit: "off",
    full_page_writes: "off",
    max_connections: "200",
    wal_level: "logical",
    timezone: "UTC",
    log_timezone: "UTC",
    ...options.settings,
  };
  const server = await startServer({
    name: `postgres-${version}`,
    command: join(bin, "postgres"),
    args: ["-D", data, ...Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`])],
    folder,
    env: plainEnv(),
    stopSignal: "SIGINT", // Fast shutdown: does not wait for clients.
    killSignal: "SIGQUIT", // Immediate shutdown: takes its own children with it.
    ...as,
  });
  const found: PostgresData = { version, host, port, superuser, password };
  try {
    await waitReady(server, () => answers(connectPostgres(found)));
  } catch (error) {
    await server.stop();
    throw error;
  }
  return [found, server];
}

/** Starts PostgreSQL on a free loopback port, with SCRAM logins only, and waits until it answers. */
export async function startPostgres(version: PostgresVersion, options: PostgresOptions = {}): Promise<PostgresServer> {
  const installed = await provisionPostgres(version);
  return retryPorts(async () => {
    const folder = ownFolder(mkdtempSync(join(openTemporaryFolder(), `bulkhead-postgres-${version}-`)));
    try {
      const [data, server] = await startIn(folder, installed, version, options);
      const stop = async () => {
        await server.stop();
        dropFolder(folder);
      };
      return { ...connectPostgres(data), data, stop };
    } catch (error) {
      dropFolder(folder);
      throw error;
    }
  });
}
