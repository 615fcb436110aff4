import { randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "./component.ts";
import { provisionDebianBinary } from "./debian.ts";
import { dropFolder, freePorts, ownFolder, retryPorts, type RunningServer, startServer, waitReady } from "./server.ts";

/** A Redis of its own, reached by TLS only. */
export interface RedisServer {
  readonly host: string;
  readonly port: number;
  /** PEM of the authority that signed its certificate, and the file that holds it. */
  readonly ca: string;
  readonly caFile: string;
  /** Password of the user `root`, which may do anything: whoever changes things by hand. */
  readonly rootPassword: string;
  readonly folder: string;
  /** Runs redis-cli; as root unless told otherwise. Never throws: gives its output. */
  cli(args: readonly string[], as?: { user: string; password: string }): Promise<string>;
  stop(): Promise<void>;
}

/** How it starts: what is `aclfile` besides root, and further options of redis-server. */
export interface RedisOptions { readonly users?: readonly string[]; readonly args?: readonly string[] }

/** The path of redis-server; redis-cli comes with it. */
export const provisionRedis = (): Promise<string> => provisionDebianBinary("redis-server", "redis-server");

async function certificate(folder: string): Promise<void> {
  const args = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost", "-keyout", "key.pem", "-out", "cert.pem"];
  await run("openssl", args, { cwd: folder });
}

/** Starts Redis with an aclfile, on a port of its own on loopback. */
export function startRedis(options: RedisOptions = {}): Promise<RedisServer> {
  return retryPorts(async () => {
    const command = await provisionRedis();
    const folder = ownFolder(mkdtempSync(join(tmpdir(), "bulkhead-redis-")));
    let server: RunningServer | undefined;
    try {
      await certificate(folder);
      const [port] = (await freePorts(1)) as [number];
      const rootPassword = randomBytes(12).toString("hex");
      const aclFile = join(folder, "users.acl");
      writeFileSync(aclFile, [`user root on >${rootPassword} ~* &* +@all`, ...(options.users ?? []), ""].join("\n"));
      const tls = ["--tls-port", String(port), "--tls-cert-file", "cert.pem", "--tls-key-file", "key.pem", "--tls-ca-cert-file", "cert.pem", "--tls-auth-clients", "no"];
      server = await startServer({ name: "redis", command, args: ["--port", "0", "--bind", "127.0.0.1", ...tls, "--aclfile", aclFile, "--save", "", "--dir", folder, ...(options.args ?? [])], folder });
      const caFile = join(folder, "cert.pem");
      const cli = async (args: readonly string[], as = { user: "root", password: rootPassword }): Promise<string> => {
        const { stdout, stderr } = await run("redis-cli", ["-h", "127.0.0.1", "-p", String(port), "--tls", "--cacert", caFile, "--user", as.user, "--no-auth-warning", ...args], { env: { ...process.env, REDISCLI_AUTH: as.password }, allowFail: true });
        return `${stdout}${stderr}`.trimEnd();
      };
      await waitReady(server, async () => (await cli(["PING"])) === "PONG", 30_000);
      const running = server;
      const stop = async (): Promise<void> => { await running.stop(); dropFolder(folder); };
      return { host: "127.0.0.1", port, ca: readFileSync(caFile, "utf8"), caFile, rootPassword, folder, cli, stop };
    } catch (error) {
      await server?.stop();
      dropFolder(folder);
      throw error;
    }
  });
}
