/** Every store of the example on a real server of its own, and a project in which git reaches them: what an on-call engineer's machine has. */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { AuditReport } from "../../../src/model/finding.ts";
import { home } from "../../support/project.ts";
import { distTree } from "../../layers/database/tree.ts";
import { git } from "../../audit/repository.ts";
import { passwordOf } from "../apply/redpanda.ts";
import { run } from "../audit/stage.ts";
import { committed, Stage as KafkaStage } from "../kafka/stage.ts";
import { password as postgresPassword, Stage as PostgresStage } from "../postgres/stage.ts";
import { type CephServer, startCeph } from "../provision/index.ts";
import { stage as stageRedis, type Stage as RedisStage } from "../redis/stage.ts";
import { stageFleet, type Stage as StorageStage } from "../storage/stage.ts";
import { committedTree } from "../storage/tree.ts";

export const CLUSTER = "prod-eu";
/** Planes with a real server here. */
export const PLANES = ["postgres", "kafka", "s3", "redis"] as const;

export interface Stage {
  postgres: PostgresStage; kafka: KafkaStage; storage: StorageStage; redis: RedisStage;
  /** The project's folder: dist/ of the example, whose policy names the targets. */
  root: string;
  env: Record<string, string>;
  audit(...args: string[]): Promise<{ code: number; stdout: string; stderr: string; report: AuditReport | undefined }>;
  /** Commits other targets. */
  target(edit: (targets: Record<string, object>) => void): void;
  end(): Promise<void>;
}

export async function openStage(): Promise<Stage> {
  const ends: (() => unknown)[] = [];
  const end = async (): Promise<void> => { for (const one of ends.splice(0).reverse()) await one(); };
  try {
    const postgres = await PostgresStage.start(18, distTree(CLUSTER));
    ends.push(() => postgres.stop());
    const kafka = await KafkaStage.start({ brokers: 3 });
    ends.push(() => kafka.stop());
    await kafka.hold(committed(CLUSTER));
    const ceph: CephServer = await startCeph();
    ends.push(() => ceph.stop());
    const storage = await stageFleet(ceph, committedTree(CLUSTER));
    ends.push(() => storage.end());
    const redis = await stageRedis();
    ends.push(() => redis.stop());
    const root = mkdtempSync(join(tmpdir(), "bulkhead-planes-"));
    ends.push(() => rmSync(root, { recursive: true, force: true }));
    cpSync(join(home, "dist", CLUSTER), join(root, "dist", CLUSTER), { recursive: true });
    const policyFile = join(root, "dist", CLUSTER, "platform/audit/policy.json");
    const keys = storage.keys.get(storage.store.state.auditor)!;
    writeFileSync(join(root, "redis-password"), `${redis.access().password!}\n`);
    const env = { WAREHOUSE_PASSWORD: postgresPassword(postgres.auditor), STREAM_PASSWORD: passwordOf(kafka.auditor), LAKE_SECRET: keys.secretKey };
    const target: Stage["target"] = (edit) => {
      const policy = JSON.parse(readFileSync(policyFile, "utf8")) as { allow: object[]; targets: Record<string, object> };
      edit(policy.targets);
      // Whoever changes things by hand must be somebody: let be as a platform would let be its administrator.
      policy.allow = [{ kind: "redis/user", name: "root", reason: "the person of these tests", owner: "tests", expires: "2099-12-31" }];
      writeFileSync(policyFile, JSON.stringify(policy));
      git(root, ["add", "-A"]);
      git(root, ["commit", "-q", "-m", "targets"]);
    };
    git(root, ["init", "-q", "-b", "main"]);
    target((targets) => {
      targets["warehouse-eu"] = { endpoint: postgres.access().endpoint, user: postgres.auditor, password: { env: "WAREHOUSE_PASSWORD" }, plain: true };
      targets["stream-eu"] = { endpoint: kafka.access().endpoint, user: kafka.auditor, password: { env: "STREAM_PASSWORD" }, plain: true };
      targets["lake-eu"] = { endpoint: ceph.endpoint, user: keys.accessKey, password: { env: "LAKE_SECRET" }, plain: true };
      targets["cache-eu"] = { endpoint: redis.access().endpoint, user: redis.access().user, password: { file: join(root, "redis-password") }, ca: { file: redis.server.caFile }, plain: false };
    });
    return { postgres, kafka, storage, redis, root, env, target, end, audit: (...args) => run(root, ["audit", "--cluster", CLUSTER, "--plane", ...PLANES, ...args], undefined, env) };
  } catch (error) {
    await end();
    throw error;
  }
}
