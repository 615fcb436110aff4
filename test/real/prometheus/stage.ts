/** A real Prometheus with the rules of a tree, as its operator would have written them, and what the audit says of it. */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { compareItems } from "../../../src/compare/items.ts";
import type { ItemCoverage, ItemDifference, Reading, StoreAccess, Tree } from "../../../src/model/plane.ts";
import type { PrometheusState } from "../../../src/layers/observability/prometheus/desired.ts";
import { prometheusAudit } from "../../../src/layers/observability/plane.ts";
import { ruleFile, ruleFiles, scrapeJob, writeRules } from "../apply/prometheus-operator.ts";
import { type PrometheusServer, startPrometheus } from "../provision/index.ts";

/** Prometheus' own users file: the auditor's password as bcrypt. Prometheus knows one right, to ask; nobody may write. */
const USERS = { auditor: "$2b$05$abcdefghijklmnopqrstuuN2IC3fcT0x2.SvyUom3/RrieS0DweFe" };
export const AUDITOR = { user: "auditor", password: "audit-secret", plain: true, timeoutMs: 10_000 } as const;
const HEADER = { authorization: `Basic ${Buffer.from(`${AUDITOR.user}:${AUDITOR.password}`).toString("base64")}` };

/** An exporter whose metrics a test writes down. */
export interface Exporter { target: string; metrics: string; stop(): Promise<void> }
export async function startExporter(): Promise<Exporter> {
  const server: Server = createServer((_, answer) => answer.writeHead(200, { "content-type": "text/plain; version=0.0.4" }).end(exporter.metrics));
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const exporter: Exporter = { target: `127.0.0.1:${(server.address() as AddressInfo).port}`, metrics: "", stop: () => new Promise((done) => { server.close(() => done()); server.closeAllConnections(); }) };
  return exporter;
}

export interface Audited { reading: Reading; differences: ItemDifference[]; unknown: ItemCoverage[] }
export interface Stage {
  tree: Tree;
  state: PrometheusState;
  server: PrometheusServer;
  files: Map<string, string>;
  /** The configuration as the operator writes it. */
  config: Record<string, unknown>;
  access(over?: Partial<StoreAccess>): StoreAccess;
  audit(over?: Partial<StoreAccess>): Promise<Audited>;
  /** Writes rule files and configuration, and loads them. */
  load(files?: ReadonlyMap<string, string>, config?: Record<string, unknown>): Promise<boolean>;
  /** Runs printed commands; those of Argo CD and kubectl are done as the operator would do them. */
  run(commands: readonly string[]): Promise<void>;
  query(expr: string): Promise<{ metric: Record<string, string>; value: [number, string] }[]>;
  stop(): Promise<void>;
}

export const ALERTING = { alertmanagers: [{ static_configs: [{ targets: ["127.0.0.1:1"] }] }] };

export async function stagePrometheus(program: string, labelProxy: string | null, tree: Tree, jobs: Record<string, unknown>[]): Promise<Stage> {
  const config = { global: { evaluation_interval: "30s" }, alerting: ALERTING, scrape_configs: jobs };
  const server = await startPrometheus(program, config, USERS, HEADER);
  const { state, store } = prometheusAudit.desired(tree)[0]!;
  const files = await ruleFiles(tree, labelProxy);
  let live = new Map(files);
  const stage: Stage = {
    tree, state, server, files, config,
    access: (over) => ({ store, endpoint: server.url, ...AUDITOR, ...over }),
    async audit(over) {
      const reading = await prometheusAudit.read(stage.access(over), state);
      const { items, unknown } = prometheusAudit.items(state, reading);
      return { reading, unknown, differences: compareItems(items, reading.items, [...reading.coverage, ...unknown]) };
    },
    load(next = files, nextConfig = config) {
      live = new Map(next);
      writeRules(server.rules, live);
      return server.load(nextConfig);
    },
    async run(commands) {
      for (const command of commands) {
        const sync = /^argocd app sync (?:walls-\S+|content-\S+|platform) --resource monitoring\.coreos\.com:PrometheusRule:([^/]+)\/(\S+)$/.exec(command);
        const gone = /^kubectl delete prometheusrule\.monitoring\.coreos\.com --namespace (\S+) -- (\S+)$/.exec(command);
        if (sync) { const name = ruleFile(sync[1]!, sync[2]!); live.set(name, files.get(name)!); }
        else if (gone) live.delete(ruleFile(gone[1]!, gone[2]!));
        else if (command.startsWith("kubectl patch prometheus k8s --namespace monitoring --type merge --patch ")) await server.load(config);
        else throw new Error(`no stand-in runs ${command}`);
      }
      writeRules(server.rules, live);
      await server.load(config);
    },
    async query(expr) {
      const answer = await fetch(`${server.url}/api/v1/query?query=${encodeURIComponent(expr)}`, { headers: HEADER });
      return ((await answer.json()) as { data: { result: { metric: Record<string, string>; value: [number, string] }[] } }).data.result;
    },
    stop: () => server.stop(),
  };
  try {
    if (!(await stage.load())) throw new Error("Prometheus refused what was rendered");
    return stage;
  } catch (error) {
    await server.stop();
    throw error;
  }
}

/** One line a difference, as tests compare it. */
export const told = (differences: readonly ItemDifference[]): string[] =>
  differences.map(({ status, kind, namespace, name, changes }) => [status, kind, ...(namespace === undefined ? [] : [namespace]), name, ...changes.map(({ pointer }) => pointer)].join(" "));

/** Jobs of the platform's namespace and of one tenant's, on one exporter. */
export const jobsOf = (exporter: Exporter, tenant: string): Record<string, unknown>[] => [scrapeJob("bulkhead-observability", "exporter", exporter.target), scrapeJob(`tenant-${tenant}`, "app", exporter.target)];
