/** `npm run bench [-- --quick | -- audit | -- planes]`: Bulkhead and its peers on the same objects, into bench/results.md. */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus, totalmem } from "node:os";
import { join } from "node:path";
import { fleet, HOME } from "./fleet.ts";
import { type Measured, measure, median } from "./measure.ts";
import { HELM, LIMIT, provideHelm, readObjects, runCdk8s, runHelm, walk } from "./peers.ts";
import { profile } from "./profile.ts";
import { report, type Row, type Setting, type Stages } from "./report.ts";

const quick = process.argv.includes("--quick");
const say = (line: string): void => { process.stderr.write(`${line}\n`); };
const made = new Set<string>();
const clean = (): void => { for (const folder of made) rmSync(folder, { recursive: true, force: true }); };
process.on("exit", clean);
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => process.exit(1));

const CLI = [join(HOME, "build/cli/bin.js")];
const AS_OF = ["--as-of", "2026-11-24"];

/** Objects of a bar, and the number of tenants that gives them: they have 47 on the average. */
const PEERS_AT = 680;
const COLD_AT = 8450;
/** Fleets by number of tenants: how often everything runs on a fresh one, in turn with the others, because a disk's mood must not fall on one command. */
const SIZES: readonly [tenants: number, rounds: number][] = [[100, 3], [PEERS_AT, 3], [1000, 3], [COLD_AT, 1], [10_000, 1]];
/** Largest fleet that the peers get. */
const MOST_FOR_PEERS = PEERS_AT;

/** All commands on fleets of one size, each round on a fresh one. */
async function size(tenants: number, rounds: number, helm: string | undefined): Promise<Row[]> {
  const runs = new Map<string, Measured[]>(COMMANDS.map((who) => [who, []]));
  let [objects, files] = [0, 0];
  for (let round = 1; round <= rounds; round++) {
    const root = fleet(tenants);
    made.add(root);
    const add = (who: string, result: Measured): void => {
      runs.get(who)!.push(result);
      say(`${tenants} tenants, round ${round}: ${who} ${result.cut ? "cut off at " : ""}${result.seconds.toFixed(1)} s, ${result.peakMiB.toFixed(0)} MiB`);
    };
    const run = async (who: string, ...args: string[]): Promise<void> => add(who, await measure(process.execPath, [...CLI, ...args, ...AS_OF], root));
    await run("synth", "synth");
    const paths = walk(join(root, "dist"));
    [objects, files] = [paths.filter((path) => path.endsWith(".yaml")).length, paths.length];
    await run("synth, unchanged", "synth");
    edit(root, 7, "seven");
    await run("synth, one tenant edited", "synth");
    edit(root, 8, "eight");
    await run("synth --tenant, that one edited", "synth", "--tenant", "tenant-0008");
    await run("check --no-cache", "check", "--no-cache");
    if (tenants <= MOST_FOR_PEERS) {
      const rendered = readObjects(join(root, "dist"));
      if (helm) add("helm template", await runHelm(folder(root, "peers/helm"), rendered, helm));
      if (!runs.get("cdk8s synth")!.some((r) => r.cut)) add("cdk8s synth", await runCdk8s(folder(root, "peers/cdk8s"), rendered));
    }
    // It stays until the end: ext4 makes new files several times slower while it still remembers many that were deleted.
  }
  return [...runs].filter(([, results]) => results.length > 0).map(([who, results]) => ({ tenants, objects, files, who, result: median(results) }));
}

/** Everything that is measured, Bulkhead's own first. */
const COMMANDS = ["synth", "synth, unchanged", "synth, one tenant edited", "synth --tenant, that one edited", "check --no-cache", "helm template", "cdk8s synth"];

function edit(root: string, tenant: number, word: string): void {
  const file = join(root, `tenants/tenant-000${tenant}/tenant.ts`);
  writeFileSync(file, readFileSync(file, "utf8").replace(`Tenant ${tenant}`, `Tenant ${word}`));
}

/** Seconds of `bulkhead --help`, the median of eleven. */
async function help(): Promise<number> {
  const times: number[] = [];
  for (let n = 0; n < 11; n++) times.push((await measure(process.execPath, [...CLI, "--help"], HOME)).seconds);
  return times.sort((a, b) => a - b)[5]!;
}

function folder(root: string, path: string): string {
  mkdirSync(join(root, path), { recursive: true });
  return join(root, path);
}

/** Stages and a CPU profile of one process. */
async function stages(tenants: number): Promise<Stages> {
  const root = fleet(tenants);
  made.add(root);
  const { stdout } = await measure(process.execPath, ["--cpu-prof", `--cpu-prof-dir=${join(root, "prof")}`, join(HOME, "bench/stages.ts"), HOME, root], root);
  const file = readdirSync(join(root, "prof"))[0]!;
  return { tenants, seconds: JSON.parse(stdout) as Record<string, number>, profile: profile(readFileSync(join(root, "prof", file), "utf8")) };
}

function setting(): Setting {
  const version = (name: string): string => (JSON.parse(readFileSync(join(HOME, "node_modules", name, "package.json"), "utf8")) as { version: string }).version;
  const commit = execFileSync("git", ["-C", HOME, "describe", "--always", "--dirty"], { encoding: "utf8" }).trim();
  return {
    cpu: cpus()[0]?.model ?? "unknown", cores: availableParallelism(), memoryGiB: Math.round(totalmem() / 2 ** 30), platform: `${process.platform} ${process.arch}`,
    versions: [["Bulkhead", commit], ["Node", process.versions.node], ["cdk8s", version("cdk8s")], ["cdk8s-cli", version("cdk8s-cli")], ["Helm", HELM]],
  };
}

/** What is measured: rows of two builds cannot be compared. */
function buildDigest(): string {
  const hash = createHash("sha256");
  for (const path of walk(join(HOME, "build")).filter((file) => file.endsWith(".js")).sort()) hash.update(path).update(readFileSync(join(HOME, "build", path)));
  return hash.digest("hex");
}

if (process.argv.includes("audit")) {
  const { benchAudit } = await import("./audit.ts");
  await benchAudit(say);
  process.exit(0);
}
if (process.argv.includes("planes")) {
  const { benchPlanes } = await import("./planes.ts");
  await benchPlanes(say);
  process.exit(0);
}
const helm = provideHelm(say);
const [build, where] = [buildDigest(), setting()];
const rows: Row[] = [];
for (const [tenants, rounds] of quick ? [[100, 1] as const] : SIZES) rows.push(...await size(tenants, rounds, helm));
const text = report(where, rows, await stages(100), await help(), LIMIT);
if (buildDigest() !== build) throw new Error("build/ changed during the run: its rows are of different programs, nothing is written");
// A quick run has no growth to tell: it is shown, and the full run's page stays.
if (quick) process.stdout.write(text);
else writeFileSync(join(HOME, "bench/results.md"), text);
