/** `npm run bench [-- --quick]`: Bulkhead and its peers on the same objects, into bench/results.md. */
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

/** How often every command runs, in turn with the others: a disk's mood must not fall on one of them. */
const ROUNDS = 3;

/** All commands on fleets of one size, each round on a fresh one. */
async function size(tenants: number, helm: string | undefined): Promise<Row[]> {
  const runs = new Map<string, Measured[]>([["bulkhead synth", []], ["bulkhead check", []], ["helm template", []], ["cdk8s synth", []]]);
  let [objects, files] = [0, 0];
  for (let round = 1; round <= ROUNDS; round++) {
    const root = fleet(tenants);
    made.add(root);
    const add = (who: string, result: Measured): void => {
      runs.get(who)!.push(result);
      say(`${tenants} tenants, round ${round}: ${who} ${result.cut ? "cut off at " : ""}${result.seconds.toFixed(1)} s, ${result.peakMiB.toFixed(0)} MiB`);
    };
    add("bulkhead synth", await measure(process.execPath, [...CLI, "synth", ...AS_OF], root));
    const rendered = readObjects(join(root, "dist"));
    [objects, files] = [rendered.length, walk(join(root, "dist")).length];
    add("bulkhead check", await measure(process.execPath, [...CLI, "check", ...AS_OF], root));
    if (helm) add("helm template", await runHelm(folder(root, "peers/helm"), rendered, helm));
    if (!runs.get("cdk8s synth")!.some((run) => run.cut)) add("cdk8s synth", await runCdk8s(folder(root, "peers/cdk8s"), rendered));
    rmSync(root, { recursive: true, force: true });
  }
  return [...runs].map(([who, results]) => ({ tenants, objects, files, who, result: results.length > 0 ? median(results) : undefined }));
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

const helm = provideHelm(say);
const [build, where] = [buildDigest(), setting()];
const rows: Row[] = [];
for (const tenants of quick ? [100] : [100, 1000]) rows.push(...await size(tenants, helm));
const text = report(where, rows, await stages(100), LIMIT);
if (buildDigest() !== build) throw new Error("build/ changed during the run: its rows are of different programs, nothing is written");
// A quick run has no growth to tell: it is shown, and the full run's page stays.
if (quick) process.stdout.write(text);
else writeFileSync(join(HOME, "bench/results.md"), text);
