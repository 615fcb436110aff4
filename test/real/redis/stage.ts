/** The rendered tree on a real Redis: each Job's own script and environment, run by a shell and redis-cli. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { load } from "js-yaml";
import { compareItems } from "../../../src/compare/items.ts";
import { redisAudit } from "../../../src/layers/serving/plane.ts";
import type { RedisState } from "../../../src/layers/serving/redis/desired.ts";
import type { DesiredStore, ItemDifference, Reading, StoreAccess, Tree } from "../../../src/model/plane.ts";
import { secretOf } from "../apply/external-secrets.ts";
import { ComponentUnavailable, projectRoot, run } from "../provision/component.ts";
import { provisionRedis, type RedisServer, startRedis } from "../provision/redis.ts";

// biome-ignore lint/suspicious/noExplicitAny: manifests are read as what they are.
type Manifest = any;

/** Whether this machine cannot have Redis: then its suites are skipped, and named. Never with CI=true. */
export const absent = await provisionRedis().then(() => false, (error: unknown) => {
  if (!(error instanceof ComponentUnavailable) || process.env["CI"] === "true") throw error;
  process.stderr.write(`provision: SKIPPED ${error.message}\n`);
  return true;
});

/** Every secret is its key: tests know all, and no two are equal. */
export const password = (key: string): string => `pw:${key}`;

/** All manifests of the serving layer below a rendered cluster's folder. */
export function servingTree(cluster = "prod-eu", root = join(projectRoot, "dist")): Tree {
  const folder = join(root, cluster);
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((file) => /(^|\/)serving\//.test(file) && file.endsWith(".yaml")).sort();
  return {
    cluster, texts: [],
    manifests: files.map((file) => {
      const tenant = /^tenants\/([^/]+)\//.exec(file)?.[1];
      return { manifest: load(readFileSync(join(folder, file), "utf8")) as Record<string, unknown>, file: `${cluster}/${file}`, ...(tenant !== undefined && { tenant }) };
    }),
  };
}

export interface Stage {
  server: RedisServer; tree: Tree; store: DesiredStore<RedisState>;
  /** Runs the script of a CronJob by its name, with a change where a test takes a line away; throws where the script fails. */
  runJob(name: string, edit?: (script: string) => string): Promise<string>;
  jobs: string[];
  /** Access of the rendered auditor, or of another user of the store. */
  access(user?: string, password?: string): StoreAccess;
  audit(access?: StoreAccess): Promise<{ reading: Reading; differences: ItemDifference[]; unknown: string[] }>;
  stop(): Promise<void>;
}

/** The administrator that a person makes before the first Job runs. */
const bootstrap = `user bulkhead-admin on >${password("platform/cache-eu/admin")} -@all +@admin +ping`;

/** Starts a Redis and applies a tree to it, unless told not to. */
export async function stage(tree: Tree = servingTree(), applied = true, args: readonly string[] = []): Promise<Stage> {
  const server = await startRedis({ users: [bootstrap], args });
  const [declared] = redisAudit.desired(tree) as DesiredStore<RedisState>[];
  const store = { ...declared!, endpoint: `${server.host}:${server.port}` };
  const of = (kind: string): Manifest[] => tree.manifests.map(({ manifest }) => manifest as Manifest).filter((m) => m.kind === kind);
  const vault = (key: string, property: string): string => (property === "ca" ? server.ca : password(key));
  const secrets = new Map(of("ExternalSecret").map((m) => [m.spec.target.name as string, secretOf(m, vault)]));
  const configs = new Map(of("ConfigMap").map((m) => [m.metadata.name as string, m.data as Record<string, string>]));
  const runJob: Stage["runJob"] = async (name, edit = (text) => text) => {
    const pod = of("CronJob").find((m) => m.metadata.name === name)!.spec.jobTemplate.spec.template.spec;
    const root = mkdtempSync(join(server.folder, "pod-"));
    for (const volume of pod.volumes) {
      mkdirSync(join(root, volume.name));
      const data = volume.configMap ? configs.get(volume.configMap.name)! : secrets.get(volume.secret.secretName)!;
      for (const [file, text] of Object.entries(data)) writeFileSync(join(root, volume.name, file), text);
    }
    const [container] = pod.containers;
    const at = (path: string): string => container.volumeMounts.reduce((p: string, m: Manifest) => p.replace(m.mountPath, join(root, m.name)), path);
    const env: Record<string, string> = { PATH: process.env["PATH"]! };
    for (const e of container.env) env[e.name] = e.value === undefined ? secrets.get(e.valueFrom.secretKeyRef.name)![e.valueFrom.secretKeyRef.key]! : at(e.value);
    Object.assign(env, { REDIS_HOST: server.host, REDIS_PORT: String(server.port) });
    const [shell, script] = container.command.map(at) as [string, string];
    // Once, not twenty times with pauses: a test that cannot reach its server fails.
    writeFileSync(script, edit(readFileSync(script, "utf8")).replace("-lt 20", "-lt 1"));
    const { stdout, stderr } = await run(shell, [script], { env });
    return stdout + stderr;
  };
  const jobs = of("CronJob").map((m) => m.metadata.name as string).filter((name) => name.startsWith("redis-")).sort((a, b) => Number(b.includes("-store-")) - Number(a.includes("-store-")) || (a < b ? -1 : 1));
  const access = (user = "bulkhead-auditor", secret = password("platform/redis/cache-eu/logins/bulkhead-auditor")): StoreAccess => ({ store: store.store, endpoint: store.endpoint, user, password: secret, ca: server.ca, timeoutMs: 5_000 });
  const audit: Stage["audit"] = async (as = access()) => {
    const reading = JSON.parse(JSON.stringify(await redisAudit.read(as, store.state))) as Reading;
    const { items, unknown } = redisAudit.items(store.state, reading);
    const coverage = [...reading.coverage, ...unknown];
    return { reading, differences: compareItems(items, reading.items, coverage), unknown: coverage.filter((c) => c.state !== "read").map((c) => `${c.what}: ${c.reason}`) };
  };
  try { if (applied) for (const job of jobs) await runJob(job); } catch (error) { await server.stop(); throw error; }
  return { server, tree, store, runJob, jobs, access, audit, stop: () => server.stop() };
}
