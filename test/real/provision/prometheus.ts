import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { dropFolder, freePorts, ownFolder, type RunningServer, retryPorts, startServer, waitReady } from "./server.ts";

/** One Prometheus. */
export interface PrometheusServer {
  readonly url: string;
  /** Where its rule files lie; it loads `*.yaml` of it. */
  readonly rules: string;
  /** Writes its configuration (rule files are added) and loads all anew; gives whether Prometheus took it. */
  load(config?: Record<string, unknown>): Promise<boolean>;
  stop(): Promise<void>;
}

/** Basic authentication, as Prometheus' web configuration has it: passwords as bcrypt. */
export interface WebUsers { readonly [user: string]: string }

async function startOnce(program: string, config: Record<string, unknown>, users: WebUsers | undefined, header: Record<string, string>): Promise<PrometheusServer> {
  const [port] = await freePorts(1);
  const folder = ownFolder(mkdtempSync(join(tmpdir(), "bulkhead-prometheus-")));
  // As Prometheus Operator mounts them.
  const rules = join(folder, "rules", "prometheus-k8s-rulefiles-0");
  mkdirSync(rules, { recursive: true });
  let current = config;
  const write = () => writeFileSync(join(folder, "prometheus.yml"), JSON.stringify({ ...current, rule_files: [`${rules}/*.yaml`] }));
  write();
  const args = ["--config.file=prometheus.yml", "--storage.tsdb.path=data", `--web.listen-address=127.0.0.1:${port}`, "--web.enable-lifecycle", "--log.level=warn"];
  if (users !== undefined) {
    writeFileSync(join(folder, "web.yml"), JSON.stringify({ basic_auth_users: users }));
    args.push("--web.config.file=web.yml");
  }
  const url = `http://127.0.0.1:${port}`;
  let server: RunningServer | undefined;
  const stop = async () => { await server?.stop(); dropFolder(folder); };
  try {
    server = await startServer({ name: "prometheus", command: program, args, folder });
    await waitReady(server, async () => (await fetch(`${url}/-/ready`, { headers: header })).ok);
    const load = async (next?: Record<string, unknown>): Promise<boolean> => {
      current = next ?? current;
      write();
      const answer = await fetch(`${url}/-/reload`, { method: "POST", headers: header });
      await answer.text();
      return answer.ok;
    };
    return { url, rules, load, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Starts Prometheus on a free port, in a folder of its own; `header` is what its users send where it asks for a password. */
export function startPrometheus(program: string, config: Record<string, unknown>, users?: WebUsers, header: Record<string, string> = {}): Promise<PrometheusServer> {
  return retryPorts(() => startOnce(program, config, users, header));
}
