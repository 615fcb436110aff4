/** Times the stages of a synth in one process, so that one CPU profile sees all of them. Prints JSON. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import process from "node:process";
import { pathToFileURL } from "node:url";

const [home, root] = process.argv.slice(2) as [string, string];
// The shard locks the process it runs in: what is needed afterwards is taken before.
const write = process.stdout.write.bind(process.stdout);
const now = performance.now.bind(performance);
const built = (path: string): Promise<any> => import(pathToFileURL(join(home, "build", path)).href);
const [{ scan }, { importGraph }, { Shard }, { writeTree }, { settingOf }, { Orders }, { allowedPackages }] = await Promise.all([
  built("load/scan.js"), built("load/graph.js"), built("compile/shard.js"), built("render/write.js"), built("compile/setting.js"), built("compile/order.js"), built("sandbox/allow.js"),
]);

const seconds: Record<string, number> = {};
let start = now();
const lap = (name: string): void => { seconds[name] = (now() - start) / 1000; start = now(); };

const found = scan(root);
const files = found.tenants.flatMap((t: any) => [t.file, ...t.domains.map((d: any) => d.file), ...t.products.map((p: any) => p.file)].filter(Boolean));
const { allowed } = allowedPackages(root);
const graph = importGraph(root, [found.platform, ...found.helpers, ...files], allowed);
lap("scan and parse");
const shard = new Shard();
await shard.start({ type: "start", ...settingOf(root, "2026-11-24", found, graph, allowed) });
lap("lock down, load the platform");
mkdirSync(join(root, ".bulkhead/staging"), { recursive: true });
const orders = new Orders(found, graph);
const { tenants } = await shard.render({ type: "render", orders: found.tenants.map((t: any) => orders.of(t, { to: "tree", out: "dist-stages", stage: true })) }, () => []);
lap("load, resolve, render, verify, stage");
const plans = tenants.flatMap((t: any) => t.folders.map((f: any) => f.plan));
await writeTree({ root, out: "dist-stages", plans });
lap("journal and rename");
write(`${JSON.stringify(seconds)}\n`);
