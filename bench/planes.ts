/** `npm run bench -- planes`: one audit of a large store of each plane, on the real components, into bench/planes.md. */
import { writeFileSync } from "node:fs";
import { availableParallelism, cpus, loadavg } from "node:os";
import { join } from "node:path";
import { HOME } from "./fleet.ts";
import { benchKafka } from "./planes-kafka.ts";
import { benchPostgres } from "./planes-postgres.ts";
import { benchPrometheus } from "./planes-prometheus.ts";
import { benchRedis } from "./planes-redis.ts";
import { benchS3 } from "./planes-s3.ts";
import type { PlaneRow } from "./row.ts";

const BENCHES = { postgres: benchPostgres, kafka: benchKafka, s3: benchS3, redis: benchRedis, prometheus: benchPrometheus } as const;

/** Runs all, one after the other, and writes the page. */
export async function benchPlanes(say: (line: string) => void): Promise<void> {
  const lines: string[] = [];
  for (const [plane, bench] of Object.entries(BENCHES)) {
    const load = loadavg()[0]!.toFixed(1);
    const rows: PlaneRow[] = await bench(say);
    lines.push(...rows.map(({ what, seconds, bar, note }) => `| ${plane} | ${what} | ${seconds.toFixed(2)} | ${bar === undefined ? "–" : `${bar}${seconds > bar ? ", missed" : ""}`} | ${note} | ${load} |`));
  }
  writeFileSync(join(HOME, "bench/planes.md"), `# Planes: seconds of one audit of a store

Written by \`npm run bench -- planes\`: each store on its real component on the same machine, read under the auditor's rights, put into normal form and compared; nothing differs. There is no peer: nothing else compares these stores with git. ${availableParallelism()} cores (${cpus()[0]?.model ?? "unknown"}), Node ${process.versions.node}; load is what the machine had when the plane's turn came.

| plane | what | seconds | bar | | load |
|---|---|---|---|---|---|
${lines.join("\n")}
`);
}
