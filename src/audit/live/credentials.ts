/** Headers and connections of one identity, renewed as credentials are rotated. */
import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { Agent, type AgentOptions } from "node:http";
import { type RequestOptions, Agent as TlsAgent } from "node:https";
import { createSecureContext } from "node:tls";
import { systemCode, unanswered, unusable } from "./failure.ts";
import { type Access, type Entry, isLoopback } from "./kubeconfig.ts";

export interface Session { agent: Agent; headers: Record<string, string | string[]> }
export interface Credentials {
  /** `refused`: a session that the server did not believe; a newer one is given where there is one. */
  session(refused?: Session): Promise<Session>;
  close(): void;
}

/** Tokens of a file are read again after this time, as client-go does. */
const REREAD_MS = 60_000;
/** A credential plugin may ask a person to log in with a browser. */
const PLUGIN_MS = 120_000;

/** Throws a LiveError: exit 2 for certificates and plugins that cannot be used, 3 for a plugin that failed. */
export async function openCredentials(access: Access): Promise<Credentials> {
  try {
    // An authority that holds no certificate would be taken for an empty list, and every server for one not to be trusted.
    if (access.tls.ca !== undefined) new X509Certificate(access.tls.ca);
    createSecureContext({ ca: access.tls.ca, cert: access.tls.cert, key: access.tls.key });
  } catch (error) {
    throw unusable("BH7202", `certificate-authority, client-certificate or client-key of "${access.from}" cannot be used: ${systemCode(error)}`, "each is PEM; the -data forms are PEM in base64; the key belongs to the certificate and has no passphrase");
  }
  return access.official === undefined ? plain(access) : official(access, access.official);
}

/** Keep-alive, because a page must not cost a handshake. Proxies of the environment are for what is not on this machine (Node 24.5, 22.21). */
function agentOf(access: Access, tls: Access["tls"] = access.tls): Agent {
  const url = new URL(access.server);
  const options: AgentOptions = { keepAlive: true, ...(!isLoopback(url.hostname) && { proxyEnv: process.env }) };
  return url.protocol === "http:" ? new Agent(options) : new TlsAgent({ ...options, ...tls });
}

function plain(access: Access): Credentials {
  const agent = agentOf(access);
  let [token, read] = [access.token, -Infinity];
  return {
    session: async (refused) => {
      if (access.tokenFile !== undefined && (refused !== undefined || performance.now() - read > REREAD_MS)) {
        token = readToken(access.tokenFile, token);
        read = performance.now();
      }
      return { agent, headers: { ...access.headers, ...(token !== undefined && { Authorization: `Bearer ${token.trim()}` }) } };
    },
    close: () => agent.destroy(),
  };
}

/** The last token is kept where the file is away for a moment: it is being replaced. */
function readToken(file: string, last: string | undefined): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    if (last !== undefined) return last;
    throw unusable("BH7202", `the token file ${file} cannot be read: ${systemCode(error)}`, "check its path and permissions");
  }
}

/** What credential plugins, auth providers and a cluster's proxy give, by the official client. */
async function official(access: Access, parts: NonNullable<Access["official"]>): Promise<Credentials> {
  const { KubeConfig } = await import("@kubernetes/client-node");
  const base64 = (pem: Buffer | undefined): string | undefined => pem?.toString("base64");
  const make = (): InstanceType<typeof KubeConfig> => {
    const made = new KubeConfig();
    const { ca, cert, key, servername, rejectUnauthorized } = access.tls;
    // The official client refuses plain HTTP with a name that says something else; here it goes to this machine only.
    const isPlain = access.server.startsWith("http:");
    made.loadFromOptions({
      clusters: [{ name: "cluster", server: access.server, skipTLSVerify: rejectUnauthorized === false || isPlain, caData: base64(ca), tlsServerName: servername, proxyUrl: parts.proxyUrl }],
      users: [{ name: "user", certData: base64(cert), keyData: base64(key), token: access.token?.trim(), exec: parts.exec && forPlugin(parts.exec, access), authProvider: parts.authProvider }],
      contexts: [{ name: "context", cluster: "cluster", user: "user" }], currentContext: "context",
    });
    return made;
  };
  let config = make();
  let session: Session | undefined;
  let [until, made] = [-Infinity, ""];
  const renew = async (fresh: boolean): Promise<Session> => {
    if (fresh) config = make();
    const options: RequestOptions = {};
    await inTime(config.applyToHTTPSOptions(options), parts);
    // Connections are kept until a plugin gives another certificate.
    const identity = `${String(options.cert)}${String(options.key)}`;
    const agent = session !== undefined && identity === made ? session.agent : parts.proxyUrl === undefined ? agentOf(access, { ...access.tls, ...(options.cert && { cert: options.cert as Buffer, key: options.key as Buffer }) }) : Object.assign(options.agent as Agent, { keepAlive: true });
    [made, until] = [identity, performance.now() + REREAD_MS];
    session = { agent, headers: { ...access.headers, ...(options.headers as Session["headers"]) } };
    return session;
  };
  let renewal: Promise<Session> | undefined;
  // Many requests at once must not ask a person to log in many times.
  const next = async (refused?: Session): Promise<Session> => {
    if (session !== undefined && session !== refused && performance.now() < until) return session;
    return (renewal ??= renew(refused !== undefined && refused === session).finally(() => { renewal = undefined; }));
  };
  await next();
  return { session: next, close: () => session?.agent.destroy() };
}

/** The official client does not say to a plugin which protocol it speaks, and many insist on it (client.authentication.k8s.io). */
function forPlugin(exec: Entry, access: Access): Entry {
  const cluster = exec["provideClusterInfo"] === true ? { cluster: { server: access.server, ...(access.tls.ca && { "certificate-authority-data": access.tls.ca.toString("base64") }) } } : {};
  const info = { apiVersion: exec["apiVersion"] ?? "client.authentication.k8s.io/v1", kind: "ExecCredential", spec: { interactive: process.stdin.isTTY === true, ...cluster } };
  return { ...exec, env: [...(Array.isArray(exec["env"]) ? exec["env"] : []), { name: "KUBERNETES_EXEC_INFO", value: JSON.stringify(info) }] };
}

/** What a plugin printed is never shown: it may hold the credential. */
async function inTime(work: Promise<void>, parts: NonNullable<Access["official"]>): Promise<void> {
  const what = parts.exec ? `the credential plugin "${String(parts.exec["command"])}"` : parts.authProvider ? `the auth provider "${String(parts.authProvider["name"])}"` : `the proxy ${URL.parse(parts.proxyUrl ?? "")?.host ?? "of the cluster"}`;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => { timer = setTimeout(() => reject(unanswered("BH7207", `${what} gave no credentials within ${PLUGIN_MS / 1000} s`, "run it by hand, or log in again, and try again")), PLUGIN_MS); });
  try {
    await Promise.race([work, late]);
  } catch (error) {
    if ((error as { code?: unknown }).code === "BH7207") throw error;
    if ((error as { code?: unknown }).code === "ENOENT" || (error as { code?: unknown }).code === "EACCES") throw unusable("BH7202", `${what} cannot be run: ${systemCode(error)}`, "install it, or put it on PATH");
    throw unanswered("BH7207", `${what} gave no credentials`, "run it by hand: it says what is wrong; most often a login has expired");
  } finally {
    clearTimeout(timer);
  }
}
