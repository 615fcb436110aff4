/** Times the stages of a synth in one process, so that one CPU profile sees all of them. Prints JSON. */
import { pathToFileURL } from "node:url";
import { join } from "node:path";

const [home, root] = process.argv.slice(2) as [string, string];
const built = (path: string): Promise<any> => import(pathToFileURL(join(home, "build", path)).href);
const [{ scan }, { importGraph }, { Shard }, { writeTree }] = await Promise.all([built("load/scan.js"), built("load/graph.js"), built("compile/shard.js"), built("render/write.js")]);

const seconds: Record<string, number> = {};
let start = performance.now();
const lap = (name: string): void => { seconds[name] = (performance.now() - start) / 1000; start = performance.now(); };

const found = scan(root);
importGraph(root, [found.platform, ...found.helpers, ...found.tenants.flatMap((t: any) => [t.file, ...t.domains.map((d: any) => d.file), ...t.products.map((p: any) => p.file)].filter(Boolean))]);
lap("scan and parse");
const shard = new Shard();
await shard.load({ type: "load", root, platform: found.platform, tenants: found.tenants, helpers: found.helpers, broken: [], foreign: [] });
lap("load definitions");
const { tenants } = shard.render({ type: "render", shared: [], asOf: "2026-11-24" });
lap("resolve, render, verify");
await writeTree({ root, out: "dist-stages", files: tenants.flatMap((t: any) => t.files) });
lap("write, made durable");
console.log(JSON.stringify(seconds));
