/**
 * Whom to ask and as whom: from kubeconfig files with kubectl's rules, or from a pod's service account. Only files are read here. Written anew
 * because `@kubernetes/client-node` takes 0.7 s to load, which is longer than an audit of a thousand objects: it is loaded only for what needs it
 * (`official`). It also refuses two files that name one context, where kubectl takes the first, and does not know `tokenFile`.
 */
import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, dirname, isAbsolute, join } from "node:path";
import { didYouMean } from "../../model/suggest.ts";
import { type LiveError, quoteLine, systemCode, unusable } from "./failure.ts";

export interface AccessOptions {
  context?: string;
  /** One file, in place of `KUBECONFIG` and `~/.kube/config`. */
  kubeconfig?: string;
  /** The pod's own service account; also taken when there is no kubeconfig and the process runs in a pod. */
  inCluster?: boolean;
  /** In place of what the kubeconfig's user says. */
  impersonate?: { user: string; groups?: readonly string[] };
}

/** Who is asked, and what is known without asking anybody. Secret: never printed. */
export interface Access {
  /** A context's name, or `in-cluster`. */
  from: string;
  /** URL without a slash at its end. */
  server: string;
  tls: { ca?: Buffer; cert?: Buffer; key?: Buffer; rejectUnauthorized?: boolean; servername?: string };
  /** Impersonation and basic authentication. */
  headers: Record<string, string | string[]>;
  token?: string;
  /** Read again as it is rotated; goes before `token`. */
  tokenFile?: string;
  /** What only the official client can do: credential plugins, auth providers, proxies of a cluster. */
  official?: { exec?: Entry; authProvider?: Entry; proxyUrl?: string };
}

export type Entry = Record<string, unknown>;
interface Named { name: string; entry: Entry; file: string }
interface Config { current?: string; contexts: Named[]; clusters: Named[]; users: Named[]; files: string[] }
/** Where things lie on this machine; tests give their own. */
export interface Surroundings { env: NodeJS.ProcessEnv; home: string; account: string }

const ACCOUNT = "/var/run/secrets/kubernetes.io/serviceaccount";
const WHERE = "give --kubeconfig FILE, or set KUBECONFIG";

/** Throws a LiveError (exit 2) for what cannot be used. */
export async function readAccess(options: AccessOptions, { env, home, account }: Surroundings = { env: process.env, home: homedir(), account: ACCOUNT }): Promise<Access> {
  const files = options.kubeconfig !== undefined ? [options.kubeconfig] : (env["KUBECONFIG"] ?? "") !== "" ? env["KUBECONFIG"]!.split(delimiter).filter((file) => file !== "") : [join(home, ".kube", "config")];
  // As kubectl does: a file that is named by the call must exist, of the usual ones those that exist are taken.
  const present = options.kubeconfig !== undefined ? files : files.filter((file) => existsSync(file));
  const impersonated = (access: Access): Access => (options.impersonate === undefined ? access : { ...access, headers: { ...access.headers, ...impersonation(options.impersonate.user, options.impersonate.groups) } });
  if (options.inCluster || (present.length === 0 && options.context === undefined && env["KUBERNETES_SERVICE_HOST"] !== undefined)) return impersonated(readAccount(env, account));
  if (present.length === 0) throw unusable("BH7202", `there is no kubeconfig: ${files.join(", ")} ${files.length === 1 ? "does" : "do"} not exist`, `${WHERE}; in a pod the service account is used`);
  const { CORE_SCHEMA, loadAll } = await import("js-yaml");
  const config = merge(present.map((file) => readConfig(file, (text) => loadAll(text, { schema: CORE_SCHEMA })[0])));
  return impersonated(choose(config, options.context));
}

function readAccount(env: NodeJS.ProcessEnv, folder: string): Access {
  const [host, port] = [env["KUBERNETES_SERVICE_HOST"], env["KUBERNETES_SERVICE_PORT"] ?? "443"];
  if (host === undefined || host === "") throw unusable("BH7203", "this process runs in no pod: KUBERNETES_SERVICE_HOST is not set", "leave --in-cluster out, and choose a context with --context");
  const tokenFile = join(folder, "token");
  const read = (file: string): Buffer => { try { return readFileSync(file); } catch (error) { throw unusable("BH7203", `the pod's service account cannot be read: ${file}: ${systemCode(error)}`, "the pod needs automountServiceAccountToken: true, or a projected token at that path"); } };
  read(tokenFile);
  return { from: "in-cluster", server: `https://${host.includes(":") ? `[${host}]` : host}:${port}`, tls: { ca: read(join(folder, "ca.crt")) }, headers: {}, tokenFile };
}

const isEntry = (value: unknown): value is Entry => typeof value === "object" && value !== null && !Array.isArray(value);
const text = (value: unknown): string | undefined => (typeof value === "string" && value !== "" ? value : undefined);

function readConfig(file: string, parse: (text: string) => unknown): Config {
  const wrong = (what: string): LiveError => unusable("BH7202", `the kubeconfig ${file} ${what}`, "kubectl config view --kubeconfig FILE says whether kubectl can read it");
  let value: unknown;
  try {
    value = parse(readFileSync(file, "utf8"));
  } catch (error) {
    const line = (error as { mark?: { line?: number } }).mark?.line;
    // A parser's message quotes the text around the place, which may be a token.
    throw wrong(line === undefined ? `cannot be read: ${systemCode(error)}` : `is not YAML: line ${line + 1}`);
  }
  if (value === undefined || value === null) return { contexts: [], clusters: [], users: [], files: [file] };
  if (!isEntry(value)) throw wrong("is no mapping");
  const config = value;
  const named = (list: string, key: string): Named[] => {
    const items = config[list] ?? [];
    if (!Array.isArray(items)) throw wrong(`has "${list}" that is no list`);
    return items.map((item: unknown, i) => {
      const name = isEntry(item) ? text(item["name"]) : undefined;
      if (!isEntry(item) || name === undefined) throw wrong(`has no name at ${list}[${i}]`);
      const entry = item[key] ?? {};
      if (!isEntry(entry)) throw wrong(`has "${key}" that is no mapping at ${list}[${i}]`);
      return { name, entry, file };
    });
  };
  return { current: text(config["current-context"]), contexts: named("contexts", "context"), clusters: named("clusters", "cluster"), users: named("users", "user"), files: [file] };
}

/** The first file that says something wins, entry by entry. */
const merge = (configs: readonly Config[]): Config => ({
  current: configs.find((one) => one.current !== undefined)?.current,
  contexts: configs.flatMap((one) => one.contexts), clusters: configs.flatMap((one) => one.clusters), users: configs.flatMap((one) => one.users), files: configs.flatMap((one) => one.files),
});

function choose(config: Config, asked: string | undefined): Access {
  const files = config.files.join(", ");
  const names = [...new Set(config.contexts.map(({ name }) => name))];
  const wanted = asked ?? config.current;
  if (wanted === undefined) throw unusable("BH7201", `${files} sets no current context`, names.length === 0 ? "it defines no context at all" : `choose one with --context: ${names.slice(0, 20).join(", ")}`);
  const context = config.contexts.find(({ name }) => name === wanted);
  if (context === undefined) throw unusable("BH7201", `there is no context "${quoteLine(wanted)}" in ${files}`, didYouMean(wanted, names));
  const find = (list: readonly Named[], what: string): Named | undefined => {
    const name = text(context.entry[what]);
    const found = list.find((one) => one.name === name);
    if (name !== undefined && found === undefined) throw unusable("BH7202", `context "${wanted}" names the ${what} "${quoteLine(name)}", which ${files} ${config.files.length === 1 ? "does" : "do"} not define`, didYouMean(name, list.map((one) => one.name)));
    return found;
  };
  const cluster = find(config.clusters, "cluster");
  if (cluster === undefined) throw unusable("BH7202", `context "${wanted}" of ${context.file} names no cluster`, "set its cluster: kubectl config set-context NAME --cluster CLUSTER");
  const user = find(config.users, "user") ?? { name: "", entry: {}, file: context.file };
  return { from: wanted, server: serverOf(cluster), tls: readTls(cluster, user), headers: readHeaders(user), ...readToken(user), ...officialOf(cluster, user) };
}

function serverOf({ name, entry, file }: Named): string {
  const server = text(entry["server"]);
  const url = server === undefined ? null : URL.parse(server);
  if (url === null || !/^https?:$/.test(url.protocol)) throw unusable("BH7202", `the cluster "${name}" of ${file} has no server that is a URL of http or https`, "set it: kubectl config set-cluster NAME --server https://HOST:PORT");
  if (url.protocol === "http:" && !isLoopback(url.hostname)) throw unusable("BH7202", `the cluster "${name}" of ${file} is asked over plain HTTP, where anybody on the way reads and changes the answers`, "use https; plain HTTP is for a proxy on this machine only");
  return url.href.replace(/\/+$/, "");
}

/** This machine: nobody is on the way. */
export const isLoopback = (hostname: string): boolean => hostname === "localhost" || /^127(\.[0-9]+){3}$/.test(hostname) || hostname === "[::1]";

/** A file beside its kubeconfig; `what` names the property in errors. */
function readBeside({ file, name }: Named, path: string, what: string): Buffer {
  const full = besides(file, path);
  try { return readFileSync(full); } catch (error) { throw unusable("BH7202", `"${what}" of "${name}" in ${file} cannot be read: ${full}: ${systemCode(error)}`, "the path is taken from the kubeconfig's own folder"); }
}
const besides = (file: string, path: string): string => (isAbsolute(path) ? path : join(dirname(file), path));

function readTls(cluster: Named, user: Named): Access["tls"] {
  const pem = (from: Named, what: string): Buffer | undefined => {
    const [data, path] = [text(from.entry[`${what}-data`]), text(from.entry[what])];
    return data !== undefined ? Buffer.from(data, "base64") : path !== undefined ? readBeside(from, path, what) : undefined;
  };
  const tls: Access["tls"] = {};
  const [ca, cert, key, servername] = [pem(cluster, "certificate-authority"), pem(user, "client-certificate"), pem(user, "client-key"), text(cluster.entry["tls-server-name"])];
  if (ca) tls.ca = ca;
  if (cert) tls.cert = cert;
  if (key) tls.key = key;
  if (servername !== undefined) tls.servername = servername;
  if (cluster.entry["insecure-skip-tls-verify"] === true) tls.rejectUnauthorized = false;
  return tls;
}

function readHeaders({ entry }: Named): Access["headers"] {
  const [as, name, password] = [text(entry["as"]), text(entry["username"]), text(entry["password"])];
  const groups = Array.isArray(entry["as-groups"]) ? entry["as-groups"].filter((group) => typeof group === "string") : [];
  return {
    ...(as !== undefined && impersonation(as, groups, text(entry["as-uid"]), entry["as-user-extra"])),
    ...(name !== undefined && { Authorization: `Basic ${Buffer.from(`${name}:${password ?? ""}`).toString("base64")}` }),
  };
}

function impersonation(user: string, groups: readonly string[] = [], uid?: string, extra?: unknown): Access["headers"] {
  const more = isEntry(extra) ? Object.entries(extra).map(([key, values]) => [`Impersonate-Extra-${encodeURIComponent(key)}`, Array.isArray(values) ? values.map(String) : [String(values)]]) : [];
  return { "Impersonate-User": user, ...(groups.length > 0 && { "Impersonate-Group": [...groups] }), ...(uid !== undefined && { "Impersonate-Uid": uid }), ...Object.fromEntries(more) };
}

function readToken(user: Named): Pick<Access, "token" | "tokenFile"> {
  const [token, file] = [text(user.entry["token"]), text(user.entry["tokenFile"])];
  if (file === undefined) return token === undefined ? {} : { token };
  readBeside(user, file, "tokenFile");
  return { tokenFile: besides(user.file, file) };
}

function officialOf(cluster: Named, user: Named): Pick<Access, "official"> {
  const [exec, authProvider, proxyUrl] = [user.entry["exec"], user.entry["auth-provider"], text(cluster.entry["proxy-url"])];
  if (!isEntry(exec) && !isEntry(authProvider) && proxyUrl === undefined) return {};
  return { official: { ...(isEntry(exec) && { exec: placed(exec, user.file) }), ...(isEntry(authProvider) && { authProvider }), ...(proxyUrl !== undefined && { proxyUrl }) } };
}

/** A plugin's relative path is taken from the kubeconfig's folder, its bare name from PATH. */
const placed = (exec: Entry, file: string): Entry => { const command = text(exec["command"]); return command?.includes("/") ? { ...exec, command: besides(file, command) } : exec; };
