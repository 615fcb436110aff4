import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { dropFolder, freePorts, ownFolder, type RunningServer, retryPorts, startServer, waitReady } from "./server.ts";

/** An alert as `GET /api/v2/alerts` lists it: only what fires. */
export interface FiringAlert {
  readonly labels: Record<string, string>;
  readonly annotations: Record<string, string>;
  readonly startsAt: string;
  readonly endsAt: string;
  readonly fingerprint: string;
}

/** One Alertmanager of a cluster. */
export interface AlertmanagerPeer {
  readonly url: string;
  alerts(): Promise<FiringAlert[]>;
  /** Loads another configuration; gives whether Alertmanager took it. */
  load(config: object): Promise<boolean>;
  stop(): Promise<void>;
}

/** Alertmanagers that form one highly available cluster. */
export interface AlertmanagerCluster {
  readonly peers: readonly AlertmanagerPeer[];
  stop(): Promise<void>;
}

/** Each alert a group of its own, said to the webhook at once and once, its end as well. */
const configuration = (webhook: string) => ({
  route: { receiver: "webhook", group_by: ["..."], group_wait: "0s", group_interval: "1s", repeat_interval: "24h" },
  receivers: [{ name: "webhook", webhook_configs: [{ url: webhook, send_resolved: true }] }],
});

/** How Alertmanagers are started otherwise: with a configuration of their own, and asking for passwords (bcrypt, by user; the header is a user's). */
export interface AlertmanagerOptions {
  readonly config?: object;
  readonly users?: Readonly<Record<string, string>>;
  readonly headers?: Record<string, string>;
}

async function status(url: string, headers: Record<string, string>): Promise<{ cluster: { status: string; peers?: unknown[] } }> {
  const answer = await fetch(`${url}/api/v2/status`, { headers });
  return (await answer.json()) as { cluster: { status: string; peers?: unknown[] } };
}

async function startOnce(program: string, webhook: string, count: number, { config = configuration(webhook), users, headers = {} }: AlertmanagerOptions): Promise<AlertmanagerCluster> {
  const ports = await freePorts(count * 2);
  const members = ports.slice(count).map((port) => `127.0.0.1:${port}`);
  const folders: string[] = [];
  const servers: RunningServer[] = [];
  const stop = async () => {
    await Promise.all(servers.map((server) => server.stop()));
    for (const folder of folders) dropFolder(folder);
  };
  try {
    for (const [i, member] of members.entries()) {
      const folder = ownFolder(mkdtempSync(join(tmpdir(), "bulkhead-alertmanager-")));
      folders.push(folder);
      writeFileSync(join(folder, "alertmanager.yml"), JSON.stringify(config));
      if (users !== undefined) writeFileSync(join(folder, "web.yml"), JSON.stringify({ basic_auth_users: users }));
      const args = [
        "--config.file=alertmanager.yml",
        "--storage.path=data",
        `--web.listen-address=127.0.0.1:${ports[i]}`,
        `--cluster.listen-address=${member}`,
        ...members.filter((other) => other !== member).map((other) => `--cluster.peer=${other}`),
        "--cluster.settle-timeout=1s",
        "--cluster.gossip-interval=50ms",
        "--cluster.peer-timeout=2s",
        ...(users === undefined ? [] : ["--web.config.file=web.yml"]),
      ];
      servers.push(await startServer({ name: "alertmanager", command: program, args, folder }));
    }
    const urls = ports.slice(0, count).map((port) => `http://127.0.0.1:${port}`);
    await Promise.all(
      servers.map((server, i) =>
        waitReady(server, async () => {
          const { cluster } = await status(urls[i] as string, headers);
          return cluster.status === "ready" && cluster.peers?.length === count;
        }),
      ),
    );
    const peers = servers.map((server, i) => {
      const url = urls[i] as string;
      const alerts = async () => (await (await fetch(`${url}/api/v2/alerts`, { headers })).json()) as FiringAlert[];
      const load = async (next: object) => {
        writeFileSync(join(folders[i] as string, "alertmanager.yml"), JSON.stringify(next));
        const answer = await fetch(`${url}/-/reload`, { method: "POST", headers });
        await answer.text();
        return answer.ok;
      };
      return { url, alerts, load, stop: () => server.stop() };
    });
    return { peers, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Starts Alertmanagers that form one cluster and notify `webhook`; each on free ports, in a folder of its own. */
export function startAlertmanagers(program: string, webhook: string, count: number, options: AlertmanagerOptions = {}): Promise<AlertmanagerCluster> {
  return retryPorts(() => startOnce(program, webhook, count, options));
}
