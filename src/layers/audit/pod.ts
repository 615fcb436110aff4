/** The pods of the two Jobs: steps that run one after the other, each with nothing but what it needs. */
import { Cron, Duration, JsonPatch, Size } from "cdk8s";
import { ApiObject } from "cdk8s";
import { parseCron } from "../../model/cron.ts";
import { fit } from "../../model/names.ts";
import type { Part, Plus, Stage } from "./stage.ts";
import { type AuditStore, STORES_FOLDER } from "./stores.ts";

/** A container. Memory in MiB, processor in thousandths, both as request and limit. */
export interface Step {
  name: string;
  image: string;
  script: string;
  env: Record<string, Plus.EnvValue>;
  /** By path; what is not `scratch` is mounted to be read only. */
  mounts: Record<string, Plus.Volume>;
  /** Talks to the API server: gets a token of its own, which the pod's other steps have not. */
  token?: boolean;
  /** Talks to the stores: has their credentials, each in a folder of its own. */
  stores?: AuditStore[];
  memory: [request: number, limit: number];
  cpu: [request: number, limit: number];
}

/** Runs of a CronJob. All but the last step are init containers, so that one follows the other. */
export interface Runs {
  name: string;
  part: Part;
  schedule: string;
  /** Seconds. */
  deadline: number;
  account?: Plus.IServiceAccount;
  steps: Step[];
  /** Completions of an Indexed Job; absent for one that is not. */
  shards?: number;
  /** Runs that are kept. */
  kept: number;
}

/** Nobody's user: the image's own files are root's. */
const USER = 65532;
/** A token lives as long as a run may take, and no less than the ten minutes that Kubernetes wants. */
const TOKEN_PATH = "/var/run/secrets/kubernetes.io/serviceaccount";

/** Name of the run's Job, whose number is the run's. */
export const jobName = ({ plus }: Stage): Record<string, Plus.EnvValue> => ({ JOB_NAME: plus.EnvValue.fromFieldRef(plus.EnvFieldPaths.POD_LABEL, { key: "batch.kubernetes.io/job-name" }) });

/** Plain values of the environment. */
export const values = ({ plus }: Stage, env: Record<string, string | number>): Record<string, Plus.EnvValue> =>
  Object.fromEntries(Object.entries(env).map(([name, value]) => [name, plus.EnvValue.fromValue(String(value))]));

/** Restricted, as the namespace wants it, and nothing to write to but volumes. */
export const hardened = ({ plus }: Stage, user: number = USER): Plus.ContainerSecurityContextProps => ({
  user, group: user, ensureNonRoot: true, readOnlyRootFilesystem: true, allowPrivilegeEscalation: false,
  capabilities: { drop: [plus.Capability.ALL] }, seccompProfile: { type: plus.SeccompProfileType.RUNTIME_DEFAULT },
});

/** Requests and limits. */
export function resources({ plus }: Stage, cpu: Step["cpu"], memory: Step["memory"]): Plus.ContainerResources {
  // Whole processors as such: that is how the API server would write them.
  const [low, high] = cpu.map((n) => (n % 1000 === 0 ? plus.Cpu.units(n / 1000) : plus.Cpu.millis(n)));
  return { cpu: { request: low!, limit: high! }, memory: { request: Size.mebibytes(memory[0]), limit: Size.mebibytes(memory[1]) } };
}

function container(stage: Stage, step: Step): Plus.ContainerProps {
  return {
    name: step.name, image: step.image, imagePullPolicy: stage.plus.ImagePullPolicy.IF_NOT_PRESENT, command: ["/bin/sh", "-c", step.script], envVariables: step.env,
    resources: resources(stage, step.cpu, step.memory), securityContext: hardened(stage),
    volumeMounts: Object.entries(step.mounts).map(([path, volume]) => ({ path, volume, ...(!["/scratch", "/tmp"].includes(path) && { readOnly: true }) })),
  };
}

/** Makes the CronJob. */
export function cronJob(stage: Stage, runs: Runs): void {
  const { plus, chart } = stage;
  const [minute, hour, day, month, weekDay] = parseCron(runs.schedule)!.fields;
  const [last, ...before] = runs.steps.toReversed();
  const cron = new plus.CronJob(chart, stage.id(), {
    metadata: stage.named(runs.name), podMetadata: { labels: stage.labels(runs.part) },
    schedule: new Cron({ minute, hour, day, month, weekDay }), timeZone: "Etc/UTC", concurrencyPolicy: plus.ConcurrencyPolicy.FORBID,
    // What could not start in time is left out: a late shard would belong to no merge.
    startingDeadline: Duration.seconds(60), activeDeadline: Duration.seconds(runs.deadline), successfulJobsRetained: runs.kept, failedJobsRetained: runs.kept,
    automountServiceAccountToken: false, ...(runs.account && { serviceAccount: runs.account }),
    securityContext: { user: USER, group: USER, fsGroup: USER, ensureNonRoot: true },
    initContainers: before.toReversed().map((step) => container(stage, step)), containers: [container(stage, last!)],
    ...(runs.shards === undefined && { backoffLimit: 2 }),
  });
  const job = "/spec/jobTemplate/spec";
  const pod = `${job}/template/spec`;
  // The label that cdk8s-plus selects by is nobody's here, and tells of the construct's place.
  const patches = [JsonPatch.add(`${pod}/enableServiceLinks`, false), JsonPatch.remove(`${job}/template/metadata/labels/cdk8s.io~1metadata.addr`)];
  // What cdk8s-plus has no words for: Indexed Jobs, and a token for one container. A shard that fails ends no other.
  if (runs.shards !== undefined) {
    for (const [field, value] of Object.entries({ completionMode: "Indexed", completions: runs.shards, parallelism: runs.shards, backoffLimitPerIndex: 1 })) patches.push(JsonPatch.add(`${job}/${field}`, value));
  }
  before.toReversed().forEach((step, i) => {
    for (const { store } of step.stores ?? []) patches.push(JsonPatch.add(`${pod}/initContainers/${i}/volumeMounts/-`, { name: volumeName(store), mountPath: `${STORES_FOLDER}/${store}`, readOnly: true }));
    if (step.token) patches.push(JsonPatch.add(`${pod}/initContainers/${i}/volumeMounts/-`, { name: "token", mountPath: TOKEN_PATH, readOnly: true }));
  });
  if (runs.steps.some((step) => step.token)) patches.push(JsonPatch.add(`${pod}/volumes/-`, tokenVolume(runs.deadline)));
  for (const store of runs.steps.flatMap((step) => step.stores ?? [])) patches.push(JsonPatch.add(`${pod}/volumes/-`, storeVolume(store)));
  ApiObject.of(cron).addJsonPatch(...patches);
}

const volumeName = (store: string): string => fit(`store-${store}`, 63);

/** A store whose Secret is not there yet is unknown to the audit, and keeps no pod from starting. */
const storeVolume = ({ store, sources }: AuditStore): object => ({
  name: volumeName(store),
  projected: { defaultMode: 0o440, sources: sources.map(({ secret, files }) => ({ secret: { name: secret, optional: true, items: Object.entries(files).map(([key, path]) => ({ key, path })) } })) },
});

/** What a client in the cluster looks for, with a token that ends with the run. In the words of cdk8s-plus' constructs, which drop what they do not know. */
const tokenVolume = (deadline: number): object => ({
  name: "token",
  projected: {
    defaultMode: 0o440,
    sources: [
      { serviceAccountToken: { path: "token", expirationSeconds: Math.max(600, deadline) } },
      { configMap: { name: "kube-root-ca.crt", items: [{ key: "ca.crt", path: "ca.crt" }] } },
      { downwardApi: { items: [{ path: "namespace", fieldRef: { apiVersion: "v1", fieldPath: "metadata.namespace" } }] } },
    ],
  },
});
