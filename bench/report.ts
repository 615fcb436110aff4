/** bench/results.md: what was measured, and what may be concluded from it. */
import type { Measured } from "./measure.ts";

export interface Row { tenants: number; objects: number; files: number; who: string; result: Measured | undefined }
export interface Stages { tenants: number; seconds: Record<string, number>; profile: [where: string, share: number][] }
export interface Setting { cpu: string; cores: number; memoryGiB: number; platform: string; versions: [name: string, version: string][] }

const seconds = (value: number): string => (value < 10 ? value.toFixed(2) : value.toFixed(1));
const bound = (result: Measured, text: string): string => (result.cut ? `> ${text}` : text);
const perObject = ({ objects, result }: Row): number => (result!.seconds * 1e6) / objects;
const cpuPerObject = ({ objects, result }: Row): number | undefined => result?.cpuSeconds && (result.cpuSeconds * 1e6) / objects;

function line(row: Row): string {
  const { tenants, objects, files, who, result } = row;
  if (!result) return `| ${tenants} | ${who} | ${objects} | not run | | | | | | |`;
  return `| ${tenants} | ${who} | ${objects}${who === "synth" ? ` (+ ${files - objects} other files)` : ""} | ${bound(result, seconds(result.seconds))}${result.cut ? " (cut off)" : result.range ? ` (${result.range.map(seconds).join("–")})` : ""} | ${result.cpuSeconds === undefined ? "–" : seconds(result.cpuSeconds)} | ${result.peakMiB.toFixed(0)} | ${result.processMiB.toFixed(0)} | ${bound(result, perObject(row).toFixed(0))} | ${cpuPerObject(row)?.toFixed(0) ?? "–"} | ${result.load.toFixed(1)} |`;
}

const PEERS = new Set(["helm template", "cdk8s synth"]);

/** Seconds of each peer divided by Bulkhead's. */
function ratios(rows: readonly Row[]): string[] {
  return rows.filter((r) => PEERS.has(r.who) && r.result).map((peer) => {
    const own = rows.find((r) => r.tenants === peer.tenants && r.who === "synth")!.result!;
    const ratio = peer.result!.seconds / own.seconds;
    const cpu = peer.result!.cpuSeconds && own.cpuSeconds ? `${(peer.result!.cpuSeconds / own.cpuSeconds).toFixed(2)} times its CPU time, ` : "";
    return `- ${peer.tenants} tenants: ${peer.who} takes ${bound(peer.result!, ratio.toFixed(2))} times as long as bulkhead synth, ${cpu}${(peer.result!.peakMiB / own.peakMiB).toFixed(2)} times its memory.`;
  });
}

/** Time an object at the largest fleet, over time an object at the smallest: 1 is linear. */
function growth(rows: readonly Row[]): string[] {
  const names = [...new Set(rows.map((r) => r.who))];
  return names.flatMap((who) => {
    const mine = rows.filter((r) => r.who === who && r.result);
    const [small, large] = [mine[0], mine.at(-1)];
    if (!small || !large || small === large || small.result!.cut) return [];
    const [first, last] = [cpuPerObject(small), cpuPerObject(large)];
    return [`- ${who}: ${bound(large.result!, (perObject(large) / perObject(small)).toFixed(2))}${first && last ? `; in CPU time ${(last / first).toFixed(2)}` : ""}`];
  });
}

/** What was promised, and what came of it. */
export function bars(rows: readonly Row[], help: number): string {
  const of = (tenants: number, who: string): Row | undefined => rows.find((r) => r.tenants === tenants && r.who === who && r.result);
  const time = (tenants: number, who: string): number | undefined => of(tenants, who)?.result!.seconds;
  const over = (a: number | undefined, b: number | undefined): number | undefined => (a === undefined || b === undefined ? undefined : a / b);
  const [small, large] = [of(100, "synth"), of(10_000, "synth")];
  const table: [what: string, bar: string, value: number | undefined, unit: string, met: (value: number) => boolean][] = [
    ["time an object at 10,000 tenants over that at 100", "at most 1.3", over(large && perObject(large), small && perObject(small)), "", (v) => v <= 1.3],
    ["400,000 objects, cold", "60 s", time(8450, "synth"), " s", (v) => v <= 60],
    ["the same, memory of one process", "1,500 MiB", of(8450, "synth")?.result!.processMiB, " MiB", (v) => v <= 1500],
    ["second run, unchanged, 10,000 tenants", "5 s", time(10_000, "synth, unchanged"), " s", (v) => v <= 5],
    ["one tenant edited, of 1,000", "1 s", time(1000, "synth, one tenant edited"), " s", (v) => v <= 1],
    ["one tenant edited, of 10,000", "2 s", time(10_000, "synth, one tenant edited"), " s", (v) => v <= 2],
    ["cdk8s-cli over Bulkhead, 32,000 objects", "at least 10", over(time(680, "cdk8s synth"), time(680, "synth")), "", (v) => v >= 10],
    ["Bulkhead over helm template, 32,000 objects", "at most 2", over(time(680, "synth"), time(680, "helm template")), "", (v) => v <= 2],
    ["`--help`", "150 ms", help * 1000, " ms", (v) => v <= 150],
  ];
  return table.flatMap(([what, bar, value, unit, met]) => (value === undefined ? [] : [`| ${what} | ${bar} | ${value < 10 ? value.toFixed(2) : value.toFixed(0)}${unit} | ${met(value) ? "met" : "missed"} |`])).join("\n");
}

/** The whole page. Fleets and stages come from the run; the remarks are on how it was measured. */
export function report({ cpu, cores, memoryGiB, platform, versions }: Setting, rows: readonly Row[], stages: Stages, help: number, limit: number): string {
  const grown = growth(rows);
  const sum = Object.values(stages.seconds).reduce((a, b) => a + b, 0);
  return `# Time and memory

Written by \`npm run bench\`; every number is measured in one session, none is asserted in a test.

${cores} cores (${cpu}), ${memoryGiB} GiB of memory, ${platform}. ${versions.map(([name, version]) => `${name} ${version}`).join(", ")}.

| tenants | command | objects | seconds | CPU seconds | peak MiB | of one process | µs an object | CPU µs an object | load |
|---|---|---|---|---|---|---|---|---|---|
${rows.map(line).join("\n")}

Medians of three rounds, or one run where no range is given; in brackets the fastest and the slowest; each round runs all commands in turn on a fresh fleet. Cold: \`synth\` finds a fresh folder, no \`dist/\` and no cache; the three rows below it follow it in the same folder. The operating system's cache of programs and modules is warm after the first round. Peak is the largest sum of resident memory over the process tree, sampled every 50 ms. Load is the machine's one-minute load average as the command started: it counts the benchmark's own command before, and anything else that ran. Where it is above the number of cores, seconds are too long for every command and CPU seconds are the fairer column.

\`bulkhead --help\`: ${(help * 1000).toFixed(0)} ms, the median of eleven.

## Bars

| what | bar | measured | |
|---|---|---|---|
${bars(rows, help)}

What the misses are made of. Cold: half of the time of both cores goes into making objects and judging them (\`check --no-cache\` is that half alone), the rest into one durable file an object; the profile below says where, and no single place is a third of it. One tenant edited: a run looks at the state of every definition and of every file below \`dist/\` before it trusts what it remembers, and writes its memory whole; with \`--tenant\` it looks at that tenant's folders only. cdk8s-cli: it gets finished objects, and takes as long as they are large.

## Ratios

Seconds of a peer over seconds of a cold \`synth\`; of medians. Where the ranges above overlap, a ratio says nothing about who is faster.

${ratios(rows).join("\n") || "- no peer ran"}

## Growth

${grown.length > 0 ? `Time an object at the largest fleet over time an object at the smallest. 1 is linear; below 1 is no better than linear: what each command spends once (start, modules, schemas, the platform's own objects) is spread over more objects. The steps between sizes are in the table.\n\n${grown.join("\n")}` : "One size only was run."}

## Where the time goes

${stages.tenants} tenants, one run, all stages in one process (\`synth\` uses one process a core for all but the first and the last), platform folders left out:

| stage | seconds | share |
|---|---|---|
${Object.entries(stages.seconds).map(([name, value]) => `| ${name} | ${seconds(value)} | ${((100 * value) / sum).toFixed(0)} % |`).join("\n")}

Own time by place, of the same process's CPU profile, idle time left out:

| place | share |
|---|---|
${stages.profile.map(([where, share]) => `| ${where} | ${(100 * share).toFixed(0)} % |`).join("\n")}

## What this compares and what it does not

- The peers get finished objects: cdk8s-cli reads them from one JSON file into \`ApiObject\`s, one App with one chart a tenant and cluster, one file a chart; Helm gets one template an object, braces escaped, and writes with \`--output-dir\`. Both outputs are counted: as many objects as Bulkhead's.
- Bulkhead does more in its time: it loads and resolves definitions, derives classification, renders SQL, rules and dashboards, validates every object against its closed schema, and writes one file an object through a journal, made durable before it is renamed into place. \`check --no-cache\` is the same without writing. The peers do none of that; a ratio below 1 is therefore no verdict on them.
- \`helm template\` evaluates trivial templates here. A chart with real logic is slower. It is compiled Go, without definitions to load.
- The cdk8s program is one App over the fleet, which cdk8s walks once a chart. Programs split into several Apps would not pay that; they were not measured.
- Time to write thousands of small files varies between runs by seconds, for Bulkhead and Helm alike: other work on the disk shows in it. Bulkhead and Helm write one file an object, cdk8s one a chart: it feels this least.
- A command that takes longer than ${limit} s is ended, and its row is a lower bound.
- The tenants are three of the example fleet's products, shortened, in turn, each with one product on one cluster; the platform's own folders are included in the objects.
`;
}
