/** The two CronJobs of a run: shards that read, and a merge that waits for them. */
import { posix } from "node:path";
import { Size } from "cdk8s";
import { MERGE_SECONDS } from "../../model/audit.ts";
import { METRICS_URL } from "./metrics.ts";
import { cronJob, jobName, type Step, values } from "./pod.ts";
import { AUDIT, CLONE, DELIVER, FETCH, MERGE, PUBLISH } from "./script.ts";
import { SECRETS } from "./secrets.ts";
import type { Plus, Stage } from "./stage.ts";
import type { AuditState } from "./state.ts";
import { STORES_FOLDER } from "./stores.ts";

/** curl signs requests to S3 by itself. */
const CURL_IMAGE = "docker.io/curlimages/curl:8.11.1";
/** Seconds between two looks for a report. */
const PAUSE = 5;
/** Runs that are kept, of each outcome. */
const KEPT = 3;
const SMALL: Pick<Step, "image" | "memory" | "cpu"> = { image: CURL_IMAGE, memory: [16, 64], cpu: [10, 500] };

/** Folder of the definitions, beside the rendered tree. */
const definitions = (tree: string): string => posix.join(posix.dirname(tree), "tenants");

function volumesOf({ plus, chart, id }: { plus: typeof Plus; chart: Stage["chart"]; id: () => string }) {
  const secret = (name: string): Plus.Volume => plus.Volume.fromSecret(chart, id(), plus.Secret.fromSecretName(chart, id(), name), { name, defaultMode: 0o440 });
  const empty = (name: string, sizeLimit: Size): Plus.Volume => plus.Volume.fromEmptyDir(chart, id(), name, { sizeLimit });
  return { "/scratch": empty("scratch", Size.mebibytes(4000)), "/tmp": empty("tmp", Size.mebibytes(250)), git: secret(SECRETS.git), write: secret(SECRETS.write), merge: secret(SECRETS.merge) };
}

/** Makes both CronJobs. */
export function auditJobs(stage: Stage, { audit, cluster, revision, tree, runbooks, stores }: AuditState, account: Plus.IServiceAccount): void {
  const { git, write, merge, ...own } = volumesOf({ plus: stage.plus, chart: stage.chart, id: () => stage.id() });
  const env = (more: Record<string, string | number>) => values(stage, { CLUSTER: cluster.name, ...more });
  const bucket = { BUCKET_URL: `${audit.bucket.endpoint}/${audit.bucket.name}`, BUCKET_REGION: audit.bucket.region };
  const repository = { REPOSITORY: audit.git.repository };
  const shards = { SHARDS: audit.shards };
  const run = jobName(stage);
  const kept = { schedule: audit.schedule, kept: KEPT };
  cronJob(stage, {
    ...kept, name: "audit", part: "shard", deadline: audit.deadline, account, shards: audit.shards,
    steps: [
      { name: "clone", image: audit.image, script: CLONE, env: env({ ...repository, REVISION: revision, TREE: tree, DEFINITIONS: definitions(tree) }), mounts: { ...own, "/git": git }, memory: [100, 500], cpu: [50, 1000] },
      // The key again: what was applied last may be older than what was cloned, and git fetches it when it is asked for.
      { name: "audit", image: audit.image, script: AUDIT, env: env({ ...repository, ...shards, BULKHEAD_CREDENTIALS: STORES_FOLDER, ...(audit.probe && { PROBE: "yes" }) }), mounts: { ...own, "/git": git }, token: true, stores, memory: [250, 1000], cpu: [200, 2000] },
      { name: "deliver", script: DELIVER, env: { ...env(bucket), ...run }, mounts: { ...own, "/bucket": write }, ...SMALL },
    ],
  });
  cronJob(stage, {
    ...kept, name: "audit-merge", part: "merge", deadline: audit.deadline + MERGE_SECONDS,
    steps: [
      { name: "fetch", script: FETCH, env: { ...env({ ...bucket, ...shards, WAIT: audit.deadline, PAUSE }), ...run }, mounts: { ...own, "/bucket": merge }, ...SMALL },
      { name: "merge", image: audit.image, script: MERGE, env: { ...env({ BUCKET_URL: bucket.BUCKET_URL, INTERVAL: `${audit.interval}s`, ALERTMANAGERS: audit.alertmanagers.join(" "), RUNBOOKS: runbooks }), ...run }, mounts: own, memory: [100, 1000], cpu: [50, 1000] },
      { name: "publish", script: PUBLISH, env: { ...env({ ...bucket, METRICS_URL }), ...run }, mounts: { ...own, "/bucket": merge }, ...SMALL },
    ],
  });
}
