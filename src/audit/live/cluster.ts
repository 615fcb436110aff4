/** A cluster as the live side: get and list only, and never Secrets. */
import { parseAnswer, reasonOf } from "./answer.ts";
import { openCredentials } from "./credentials.ts";
import { discover, type Served } from "./discovery.ts";
import { quoteLine, unanswered, unusable } from "./failure.ts";
import { type Access, type AccessOptions, readAccess } from "./kubeconfig.ts";
import { listPages } from "./list.ts";
import { reviewAccess } from "./review.ts";
import { type Answer, RequestFailure } from "./request.ts";
import { createClient, type Client, RETRY, type RetryLimits } from "./retry.ts";
import { type LiveSource, Unreadable } from "./source.ts";

export interface ClusterOptions extends AccessOptions {
  /** Longest time without a byte, default 30 s; four times as long for a whole page. */
  timeoutMs?: number;
  retry?: RetryLimits;
  /** Stops opening and discovery; a list has a signal of its own. */
  signal?: AbortSignal;
}

const SILENCE_MS = 30_000;
/** Discovery of a large cluster is a few megabytes. */
const BYTES = 64 * 2 ** 20;

/** Throws a LiveError: exit 2 for a wrong call or kubeconfig, 3 when the server cannot be reached, is not trusted or refuses the credentials. */
export async function openCluster(options: ClusterOptions = {}): Promise<LiveSource> {
  const access = await readAccess(options);
  const credentials = await openCredentials(access);
  const silenceMs = options.timeoutMs ?? SILENCE_MS;
  const client = createClient(access.server, credentials, { silenceMs, totalMs: 4 * silenceMs, bytes: BYTES }, options.retry ?? RETRY);
  try {
    const version = await askVersion(client, access, options.signal);
    let served: Promise<Served> | undefined;
    return {
      from: access.from, selective: true, tracked: true,
      ...(version !== undefined && { version }),
      kinds: () => (served ??= discover(client, options.signal)),
      list: (kind, listOptions) => listPages(client, kind, listOptions),
      review: (attempt, signal) => reviewAccess(client, attempt, signal),
      close: async () => credentials.close(),
    };
  } catch (error) {
    credentials.close();
    throw error;
  }
}

/** Asked first, because everybody may: it shows whether the server answers and believes the credentials. */
async function askVersion(client: Client, { from, server }: Access, signal: AbortSignal | undefined): Promise<string | undefined> {
  const host = new URL(server).host;
  let answer: Answer;
  try {
    answer = await client.get("/version", "application/json", { signal });
  } catch (error) {
    if (!(error instanceof RequestFailure)) throw error;
    if (error.why === "header") throw unusable("BH7202", `${from}: ${error.message}`, "the token holds a character that no header can carry, most often a line break");
    if (error.why === "certificate") throw unanswered("BH7205", `${host}: ${error.message}`, "give its certificate-authority in the kubeconfig; a server name that differs from the URL is tls-server-name");
    throw unanswered("BH7204", `the API server ${host} of "${from}" does not answer: ${error.message}`, "check the network, a VPN, and the server of the context: kubectl cluster-info says whether kubectl reaches it");
  }
  if (answer.status === 401) throw unanswered("BH7206", `the API server ${host} refuses the credentials of "${from}" (401)`, "they have expired or are of another cluster: log in again");
  // Where the version is nobody's business, discovery and lists may still be allowed.
  if (answer.status === 403) return undefined;
  if (answer.status >= 500 || answer.status === 429) throw unanswered("BH7204", `the API server ${host} of "${from}" does not answer: ${reasonOf(answer, "/version")}`, "it is starting, overloaded or broken: try again later");
  const { gitVersion } = answer.status === 200 ? readVersion(answer, host) : {};
  if (typeof gitVersion !== "string") throw noServer(host, answer.status === 200 ? "the answer to /version is none" : reasonOf(answer, "/version"));
  return quoteLine(gitVersion);
}

const noServer = (host: string, why: string): Error => unanswered("BH7208", `what answers at ${host} is no API server: ${why}`, "check the server's URL, and whether a proxy or a login page stands in between");

function readVersion(answer: Answer, host: string): { gitVersion?: unknown } {
  try {
    return parseAnswer(answer);
  } catch (error) {
    if (error instanceof Unreadable) throw noServer(host, error.reason);
    throw error;
  }
}
