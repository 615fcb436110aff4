import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { readCrdFolder } from "./crd.ts";
import { generate } from "./generate.ts";
import { REDPANDA_GROUP } from "./redpanda.ts";

const USAGE = "usage: npm run imports -- [--crds DIR] [--core FILE] [--out DIR]";
const CRDS = "../shared/crds";
const CORE = "../shared/schemas/kubernetes-1.36-definitions.json";

/** A call that cannot be carried out, with what to do instead. */
class Refusal extends Error {}

const must = (path: string, is: "folder" | "file", hint: string): string => {
  const there = existsSync(path) && (is === "folder" ? statSync(path).isDirectory() : statSync(path).isFile());
  if (!there) throw new Refusal(`${path}: no such ${is}\n  hint: ${hint}`);
  return path;
};

/** `npm run imports`: writes classes, types and schemas below `imports/`. Groups that the folder lacks keep their files. */
function main(): void {
  let options: { crds?: string; core?: string; out?: string };
  try {
    options = parseArgs({ options: { crds: { type: "string" }, core: { type: "string" }, out: { type: "string" } } }).values;
  } catch (error) {
    throw new Refusal(`${(error as Error).message}\n  hint: ${USAGE}`);
  }
  const out = resolve(options.out ?? "imports");
  const folder = must(options.crds ?? CRDS, "folder", "give the folder that holds your CRD files: --crds DIR (a cluster writes its own with `kubectl get crds -o yaml > DIR/crds.yaml`)");
  const core = options.core ?? (existsSync(CORE) ? CORE : undefined);
  if (core) must(core, "file", "give Kubernetes' definitions as JSON: --core FILE");
  else if (!existsSync(join(out, "schemas/core.json"))) throw new Refusal(`${CORE}: no such file, and ${join(out, "schemas/core.json")} was never made\n  hint: give Kubernetes' definitions as JSON: --core FILE`);

  const crds = readCrdFolder(folder);
  if (crds.length === 0) throw new Refusal(`${folder}: holds no CustomResourceDefinition\n  hint: ${USAGE}`);
  const files = generate(crds, core ? JSON.parse(readFileSync(core, "utf8")) : undefined);
  let bytes = 0;
  for (const [name, text] of files) {
    const path = join(out, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    bytes += Buffer.byteLength(text);
  }
  if (crds.some((crd) => crd.group === REDPANDA_GROUP)) console.log(`${REDPANDA_GROUP}: CRD files passed over, the subset in src/imports/redpanda.ts stands for them`);
  console.log(`${files.size} files, ${Math.round(bytes / 1024)} KiB written to ${options.out ?? "imports"}${core ? "" : "; schemas/core.json kept as it was"}`);
}

try {
  main();
} catch (error) {
  console.error(`imports: ${(error as Error).message}`);
  process.exitCode = 2;
}
