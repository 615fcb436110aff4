import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { shardOf } from "../../../src/audit/shard.ts";
import type { AuditReport } from "../../../src/model/finding.ts";
import { rendered } from "../../layers/audit/fixture.ts";
import { drifted, finding } from "../../report/audit/sample.ts";
import { home, write } from "../../support/project.ts";
import { run } from "../provision/index.ts";
import { Bucket } from "./bucket.ts";
import { Pod } from "./steps.ts";

const objects = rendered({ shards: 2 });
const pods: Pod[] = [];
const podOf = (cronJob: string): Pod => { const pod = new Pod(objects, cronJob); pods.push(pod); return pod; };
afterEach(() => { for (const pod of pods.splice(0)) pod.end(); });

describe("clone", () => {
  let origin: string;
  const git = (folder: string, ...args: string[]) => run("git", ["-c", "user.name=t", "-c", "user.email=t@example.org", ...args], { cwd: folder });
  beforeAll(async () => {
    origin = mkdtempSync(join(tmpdir(), "bulkhead-origin-"));
    await git(origin, "init", "-q", "-b", "main");
    await git(origin, "config", "uploadpack.allowFilter", "true");
    await git(origin, "config", "uploadpack.allowAnySHA1InWant", "true");
    const commit = async (files: Record<string, string>, message: string) => { write(origin, files); await git(origin, "add", "-A"); await git(origin, "commit", "-qm", message); };
    await commit({ "dist/eu/platform/a.yaml": "old\n", "dist/us/b.yaml": "us\n", "tenants/acme/tenant.ts": "acme\n", "src/large.bin": "x".repeat(100_000) }, "one");
    await commit({ "dist/eu/platform/a.yaml": "new\n", "dist/eu/tenants/acme/inventory.json": "{}\n" }, "two");
    await git(origin, "tag", "v1");
    await git(origin, "branch", "other");
  });
  afterAll(() => rmSync(origin, { recursive: true, force: true }));

  test.each(["main", "HEAD", "v1"])("of %s has what this cluster's files and the definitions are, in one request, and nothing else of any file", async (revision) => {
    const pod = podOf("audit");
    const { code, stdout, stderr } = await pod.step("clone", { REPOSITORY: `file://${origin}`, REVISION: revision, GIT_TRACE: pod.path("tmp/trace") });
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(/^3 files of [0-9a-f]{40}\n$/);
    const trace = readFileSync(pod.path("tmp/trace"), "utf8");
    expect(trace.match(/built-in: git fetch /g)).toHaveLength(1);
    const repo = pod.path("scratch/repo");
    // Without its origin git cannot fetch what it lacks.
    await git(repo, "remote", "set-url", "origin", "/nowhere");
    const has = async (path: string) => (await run("git", ["cat-file", "-e", path], { cwd: repo, allowFail: true })).code === 0;
    for (const path of ["HEAD:dist/eu/platform/a.yaml", "HEAD:dist/eu/tenants/acme/inventory.json", "HEAD:tenants/acme/tenant.ts"]) expect([path, await has(path)]).toEqual([path, true]);
    for (const path of ["HEAD:dist/us/b.yaml", "HEAD:src/large.bin", "HEAD~1:dist/eu/platform/a.yaml"]) expect([path, await has(path)]).toEqual([path, false]);
    expect((await git(repo, "branch", "-r")).stdout).not.toContain("other");
    expect(existsSync(join(repo, "dist"))).toBe(false);
  });
  test("again in the same volume, as a Job's second try", async () => {
    const pod = podOf("audit");
    for (let i = 0; i < 2; i++) expect((await pod.step("clone", { REPOSITORY: `file://${origin}` })).code).toBe(0);
  });
  test.each([["a branch that is not there", { REVISION: "gone" }], ["a server that is not there", { REPOSITORY: "file:///nowhere" }]])("fails for %s, and leaves nothing to audit", async (_, env) => {
    const pod = podOf("audit");
    expect((await pod.step("clone", { REPOSITORY: `file://${origin}`, ...env })).code).not.toBe(0);
    expect(existsSync(pod.path("scratch/repo"))).toBe(false);
  });
  test("a file that is asked for later is fetched with the same key", async () => {
    const pod = podOf("audit");
    await pod.step("clone", { REPOSITORY: `file://${origin}` });
    pod.program("bulkhead", "#!/bin/sh\ngit cat-file -p HEAD~1:dist/eu/platform/a.yaml\n");
    expect((await pod.step("audit", { REPOSITORY: `file://${origin}`, JOB_COMPLETION_INDEX: "0" })).code).toBe(0);
    expect(readFileSync(pod.path("scratch/out/report.json"), "utf8")).toBe("old\n");
  });
  test("over https gives git the user and password from files, and over ssh the key and the hosts it may meet", async () => {
    const pod = podOf("audit");
    pod.write("git/username", "reader\n");
    pod.write("git/password", 'p"a $(x)\n');
    pod.program("git", `#!/bin/sh\nif [ "$1" = clone ]; then printf 'protocol=https\\nhost=git.example\\n\\n' | PATH="${process.env["PATH"]}" git credential fill; exit 9; fi\n`);
    const { stdout, code } = await pod.step("clone");
    expect([code, stdout.split("\n").sort()]).toEqual([9, ["", "host=git.example", 'password=p"a $(x)', "protocol=https", "username=reader"]]);
    pod.program("git", '#!/bin/sh\necho "$GIT_SSH_COMMAND"; exit 9\n');
    expect((await pod.step("clone", { REPOSITORY: "git@git.example:a.git" })).stdout).toBe(
      `ssh -i ${pod.path("git/ssh-privatekey")} -o IdentitiesOnly=yes -o BatchMode=yes -o StrictHostKeyChecking=yes -o UserKnownHostsFile=${pod.path("git/known_hosts")}\n`);
  });
});

describe("audit", () => {
  test.each([[0, 0], [1, 0], [3, 0], [2, 2], [137, 137]])("bulkhead's %i is the step's %i: findings and what could not be read are reports to be delivered", async (answer, code) => {
    const pod = podOf("audit");
    await run("mkdir", ["-p", pod.path("scratch/repo")]);
    pod.program("bulkhead", `#!/bin/sh\necho "$PWD $*"\nexit ${answer}\n`);
    expect((await pod.step("audit", { JOB_COMPLETION_INDEX: "1" })).code).toBe(code);
    expect(readFileSync(pod.path("scratch/out/report.json"), "utf8")).toBe(`${pod.path("scratch/repo")} audit --cluster eu --ref HEAD --in-cluster --shard 1/2 --format json\n`);
  });
});

describe("the bucket", () => {
  const bucket = new Bucket();
  const SECRET = 's"e\\c+r/et';
  beforeEach(async () => {
    for (const map of [bucket.objects, bucket.users, bucket.pushed]) map.clear();
    bucket.log.length = 0;
    bucket.failures.length = 0;
    bucket.users.set("WRITER", { secret: SECRET, put: true, get: false }).set("MERGER", { secret: SECRET, put: true, get: true });
    await bucket.start();
  });
  afterEach(() => bucket.stop());
  const bucketPod = (cronJob: string, user: string, secret = SECRET): Pod => {
    const pod = podOf(cronJob);
    pod.write("bucket/accessKey", user);
    pod.write("bucket/secretKey", secret);
    return pod;
  };
  const at = (job: string, more: Record<string, string> = {}) => ({ BUCKET_URL: `${bucket.url}/audit-bucket`, JOB_NAME: job, METRICS_URL: `${bucket.url}/metrics/job/bulkhead-audit`, PAUSE: "1", ...more });
  const deliver = async (index: number, text: string) => {
    const pod = bucketPod("audit", "WRITER");
    await run("mkdir", ["-p", pod.path("scratch/out")]);
    pod.write("scratch/out/report.json", text);
    return pod.step("deliver", at("audit-29381230", { JOB_COMPLETION_INDEX: String(index) }));
  };

  test("a shard puts its report under cluster, run and shard, with a key that gets nothing", async () => {
    expect(await deliver(1, '{"shard":1}')).toEqual({ code: 0, stdout: "", stderr: "" });
    expect([...bucket.objects].map(([key, body]) => [key, body.toString()])).toEqual([["audit/eu/29381230/1/report.json", '{"shard":1}']]);
    const reader = bucketPod("audit-merge", "WRITER");
    expect((await reader.step("fetch", at("audit-merge-29381230", { WAIT: "0" }))).stderr).toContain("no report of shard 0 1");
  });
  test("the merge finds what the shards of its own run delivered, and the memory of the last", async () => {
    bucket.objects.set("audit/eu/29381200/0/report.json", Buffer.from("of another run")).set("audit/eu/state.tar", Buffer.from("memory"));
    for (const index of [0, 1]) await deliver(index, `report ${index}`);
    const pod = bucketPod("audit-merge", "MERGER");
    expect(await pod.step("fetch", at("audit-merge-29381230"))).toEqual({ code: 0, stdout: "", stderr: "" });
    expect(["scratch/in/0.json", "scratch/in/1.json", "scratch/state.tar"].map((path) => readFileSync(pod.path(path), "utf8"))).toEqual(["report 0", "report 1", "memory"]);
  });
  test("it waits for a shard that is late", async () => {
    await deliver(0, "report 0");
    const pod = bucketPod("audit-merge", "MERGER");
    const waiting = pod.step("fetch", at("audit-merge-29381230", { WAIT: "60" }));
    await expect.poll(() => bucket.log.filter((line) => line.endsWith("/1/report.json")).length, { timeout: 20_000 }).toBeGreaterThan(1);
    await deliver(1, "report 1");
    expect(await waiting).toEqual({ code: 0, stdout: "", stderr: "no memory of an earlier run\n" });
    expect(readFileSync(pod.path("scratch/in/1.json"), "utf8")).toBe("report 1");
  });
  test("a shard that never comes is missing, and no reason to wait for ever", async () => {
    await deliver(1, "report 1");
    const pod = bucketPod("audit-merge", "MERGER");
    const { code, stderr } = await pod.step("fetch", at("audit-merge-29381230", { WAIT: "2" }));
    expect([code, stderr]).toEqual([0, "run 29381230: no report of shard 0 within 2 s\nno memory of an earlier run\n"]);
    expect([existsSync(pod.path("scratch/in/0.json")), existsSync(pod.path("scratch/in/1.json"))]).toEqual([false, true]);
  });
  test("a bucket that does not answer is no empty memory: what was open would be new again", async () => {
    for (const index of [0, 1]) await deliver(index, "report");
    const pod = bucketPod("audit-merge", "MERGER");
    bucket.failures.push(418, 418, 418);
    const { code, stderr } = await pod.step("fetch", at("audit-merge-29381230", { WAIT: "0" }));
    expect([code, stderr]).toEqual([1, expect.stringContaining("GET audit/eu/state.tar: the bucket answered 418\n")]);
  });
  test("a moment's failure is tried again", async () => {
    bucket.failures.push(503);
    expect((await deliver(0, "report")).code).toBe(0);
    expect(bucket.objects.size).toBe(1);
  });
  test("a wrong key fails, and no key is printed", async () => {
    const pod = bucketPod("audit", "WRITER", "another-secret");
    await run("mkdir", ["-p", pod.path("scratch/out")]);
    pod.write("scratch/out/report.json", "report");
    const { code, stdout, stderr } = await pod.step("deliver", at("audit-1", { JOB_COMPLETION_INDEX: "0" }));
    expect([code, stdout, stderr]).toEqual([1, "", "PUT audit/eu/1/0/report.json: the bucket answered 403\n"]);
    expect(bucket.objects.size).toBe(0);
  });

  /** Stands for the command line: notes its arguments, shows what it remembered, remembers something else. */
  const MERGER = `#!/bin/sh
pod=$(dirname "$0")/..
printf "%s\\n" "$*" >> "$pod/arguments"
[ "$2" = merge ] && { cat "$pod/scratch/state/alerts.json" 2> /dev/null; exit "\${MERGE:-0}"; }
printf new > "$pod/scratch/state/alerts.json"
printf "up 1\\n" > "$pod/scratch/state/metrics.prom"
exit "\${SEND:-0}"
`;
  const mergePod = async (...reports: number[]): Promise<Pod> => {
    const pod = bucketPod("audit-merge", "MERGER");
    pod.program("bulkhead", MERGER);
    await run("mkdir", ["-p", pod.path("scratch/in")]);
    for (const index of reports) pod.write(`scratch/in/${index}.json`, "{}");
    return pod;
  };
  test("merge gets the reports that came; every Alertmanager is told, and the memory is a new one", async () => {
    const pod = await mergePod(0, 1);
    writeFileSync(pod.path("tmp/alerts.json"), "old");
    await run("tar", ["-cf", pod.path("scratch/state.tar"), "-C", pod.path("tmp"), "alerts.json"]);
    expect((await pod.step("merge", at("audit-merge-29381230"))).code).toBe(0);
    const [state, out] = [pod.path("scratch/state"), pod.path("scratch/out/report.json")];
    expect(readFileSync(pod.path("arguments"), "utf8").trim().split("\n")).toEqual([
      `report merge ${pod.path("scratch/in/0.json")} ${pod.path("scratch/in/1.json")} --state ${state}/audits --format json`,
      `report send ${out} --alertmanager http://alertmanager-0.alertmanager-operated.monitoring.svc:9093 --alertmanager http://alertmanager-1.alertmanager-operated.monitoring.svc:9093 --memory ${state}/alerts.json --metrics ${state}/metrics.prom --interval 1800s --runbooks https://runbooks.example --report-url ${bucket.url}/audit-bucket/audit/eu/29381230/report.json`,
    ]);
    expect(readFileSync(out, "utf8")).toBe("old");
    expect((await run("tar", ["-xOf", pod.path("scratch/out/state.tar"), "./alerts.json"])).stdout).toBe("new");
  });
  test("the command line itself: findings age from run to run, and end when they were looked at and are gone", async () => {
    const own = shardOf("acme", 2);
    const told: unknown[] = [];
    for (const [minute, found, shards] of [[1, [finding()], [0, 1]], [2, [finding()], [0, 1]], [3, [], [1 - own]], [4, [], [0, 1]]] as const) {
      const pod = await mergePod();
      pod.program("bulkhead", `#!/bin/sh\nexec "${process.execPath}" "${join(home, "build/cli/bin.js")}" "$@"\n`);
      for (const index of shards) pod.write(`scratch/in/${index}.json`, JSON.stringify({ ...drifted(index === own ? [...found] : []), verdicts: [], started: `2026-11-24T10:0${minute}:00.000Z`, scope: { shard: { index, of: 2 } } }));
      const memory = bucket.objects.get("audit/eu/state.tar");
      if (memory) writeFileSync(pod.path("scratch/state.tar"), memory);
      expect(await pod.step("merge", at("audit-merge-29381230", { ALERTMANAGERS: "" }))).toEqual({ code: 0, stdout: "", stderr: "" });
      const { findings, resolved } = JSON.parse(readFileSync(pod.path("scratch/out/report.json"), "utf8")) as AuditReport;
      told.push([findings.map(({ age, firstSeen }) => `${age} ${firstSeen.slice(11, 16)}`), resolved.map(({ id }) => id)]);
      expect((await pod.step("publish", at("audit-merge-29381230"))).code).toBe(0);
    }
    expect(told).toEqual([[["new 10:01"], []], [["open 10:01"], []], [[], []], [[], ["f1"]]]);
  });
  test.each([[1, 0, 0], [3, 3, 0], [2, 0, 2], [0, 2, 2]])("merge that ends with %i and alerts with %i are the step's %i: findings, gaps and a peer that is down are no failures", async (merge, send, code) => {
    expect((await (await mergePod(0)).step("merge", at("audit-merge-1", { MERGE: String(merge), SEND: String(send) }))).code).toBe(code);
  });
  test("a run of which nothing came fails: there is nothing to say of it, and the last success grows old", async () => {
    const pod = await mergePod();
    expect(await pod.step("merge", at("audit-merge-29381230"))).toEqual({ code: 2, stdout: "", stderr: "run 29381230: no shard delivered a report\n" });
    expect(existsSync(pod.path("arguments"))).toBe(false);
  });
  test("what the merge made is delivered: report, memory, metrics", async () => {
    const pod = await mergePod(0);
    await pod.step("merge", at("audit-merge-29381230"));
    expect(await pod.step("publish", at("audit-merge-29381230"))).toEqual({ code: 0, stdout: "", stderr: "" });
    expect([...bucket.objects.keys()]).toEqual(["audit/eu/29381230/report.json", "audit/eu/state.tar"]);
    expect([...bucket.pushed]).toEqual([["/metrics/job/bulkhead-audit", "up 1\n"]]);
  });
  test("metrics go out though the bucket refuses, and the Job fails", async () => {
    const pod = await mergePod(0);
    await pod.step("merge", at("audit-merge-1"));
    pod.write("bucket/secretKey", "wrong");
    expect((await pod.step("publish", at("audit-merge-1"))).code).toBe(1);
    expect(bucket.pushed.size).toBe(1);
  });
});
