/** A PostgreSQL server of its own for this suite, with one database named `platform`. */
import pg from "pg";
import { type PostgresVersion, startPostgres } from "../provision/index.ts";

export interface Server {
  version: PostgresVersion;
  /** Connects as the superuser to `platform`, unless told otherwise. */
  connect(options?: pg.ClientConfig): Promise<pg.Client>;
  stop(): Promise<void>;
}

/** Starts a server with SCRAM authentication. */
export async function startServer(version: PostgresVersion): Promise<Server> {
  const server = await startPostgres(version);
  const connect = async (options: pg.ClientConfig = {}): Promise<pg.Client> => {
    const client = new pg.Client({
      host: server.host,
      port: server.port,
      user: server.superuser,
      password: server.password,
      database: "platform",
      ...options,
    });
    client.on("error", () => undefined);
    await client.connect();
    return client;
  };
  const admin = await connect({ database: "postgres" });
  await admin.query("CREATE DATABASE platform");
  await admin.end();
  return { version, connect, stop: () => server.stop() };
}
