import type { Parsed } from "../../define/schema.ts";
import { AUDIT_SILENCE, MERGE_SECONDS } from "../audit.ts";
import { gapsOf, parseCron } from "../cron.ts";
import { parseDuration } from "../duration.ts";
import { endpointOf } from "../endpoint.ts";
import type { Audit } from "../fleet.ts";
import { type Problem, refused, type SourceRef } from "../problem.ts";

const trimmed = (url: string): string => url.replace(/\/+$/, "");
const minutes = (seconds: number): string => `${Math.ceil(seconds / 60)} min`;

/** Resolves what platform.ts says of the auditor in the clusters: units into numbers, the schedule into an interval that its alerts can live with. */
export function resolveAudit(spec: NonNullable<Parsed<"platform">["audit"]["inCluster"]>, repository: string, at: (path: string) => SourceRef): { audit: Audit; problems: Problem[] } {
  const problems: Problem[] = [];
  const deadline = parseDuration(spec.deadline)!;
  const run = deadline + MERGE_SECONDS;
  const gaps = gapsOf(parseCron(spec.schedule)!);
  const say = (code: string, path: string, message: string, hint: string): void => void problems.push(refused(code, message, at(`audit.inCluster.${path}`), hint));
  if (!gaps || gaps.longest + run > AUDIT_SILENCE) {
    say("BH3030", "schedule", `the audit's schedule "${spec.schedule}" leaves ${gaps ? `up to ${minutes(gaps.longest)}` : "all time"} between two runs, and a run may take ${minutes(run)}`,
      `the dead-man alert pages after ${minutes(AUDIT_SILENCE)} without a completed audit: run it at least every ${minutes(AUDIT_SILENCE - run)}`);
  } else if (gaps.shortest < run) {
    say("BH3030", "schedule", `the audit's schedule "${spec.schedule}" starts a run ${minutes(gaps.shortest)} after the last, which may take ${minutes(run)}`, "runs never overlap: one that is due too early is left out; run it less often or shorten audit.inCluster.deadline");
  }
  const git = { ...spec.git, repository: spec.git.repository ?? repository };
  const bucket = { ...spec.bucket, endpoint: trimmed(spec.bucket.endpoint) };
  if (!["https", "ssh"].includes(endpointOf(git.repository)?.protocol ?? "")) say("BH3031", "git.repository", `the auditor cannot clone ${git.repository}`, "it clones by https or ssh: give audit.inCluster.git.repository where platform.git.repository is neither");
  for (const [path, url, { podLabels }] of [["bucket", bucket.endpoint, bucket], ["git", git.repository, git], ["alertmanagers", spec.alertmanagers[0]!, { podLabels: spec.alertmanagerLabels }]] as const) {
    if (endpointOf(url)?.namespace === undefined || Object.keys(podLabels ?? {}).length > 0) continue;
    say("BH3031", path, `${url} is in the cluster, and nothing says which pods it is`, "give the labels of its pods: a network policy without them would let the auditor reach every pod of that namespace");
  }
  return {
    audit: {
      image: spec.image, schedule: spec.schedule, interval: gaps?.longest ?? AUDIT_SILENCE, deadline, shards: spec.shards,
      alertmanagers: spec.alertmanagers.map(trimmed), alertmanagerLabels: spec.alertmanagerLabels, bucket, git, kinds: spec.kinds, probe: spec.probe,
    },
    problems,
  };
}
