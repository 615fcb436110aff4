/** The peers, on the very objects that Bulkhead rendered: cdk8s-cli and `helm template`. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { load } from "js-yaml";
import { HOME } from "./fleet.ts";
import { type Measured, measure } from "./measure.ts";

/** Newest of Helm 3 that builds with the Go at hand. */
export const HELM = "v3.22.0";
/** Seconds a peer may take. */
export const LIMIT = 300;

/** A file of `dist/` that is a Kubernetes object. */
export interface RenderedObject { path: string; text: string }

/** Every file below a folder, as paths below it. */
export function walk(folder: string, path = ""): string[] {
  return readdirSync(join(folder, path), { withFileTypes: true }).flatMap((e) => (e.isDirectory() ? walk(folder, join(path, e.name)) : [join(path, e.name)]));
}

/** Objects are the YAML files; SQL, states, rule tests and inventories are not. */
export function readObjects(dist: string): RenderedObject[] {
  return walk(dist).filter((path) => path.endsWith(".yaml")).sort().map((path) => ({ path, text: readFileSync(join(dist, path), "utf8") }))
    .filter(({ text }) => /^apiVersion: /m.test(text));
}

/** Objects in files that a peer wrote, to be sure that it did the whole work. */
function countObjects(folder: string): number {
  return walk(folder).reduce((sum, path) => sum + (readFileSync(join(folder, path), "utf8").match(/^kind: /gm)?.length ?? 0), 0);
}

const APP = `import { readFileSync } from "node:fs";
import { ApiObject, App, Chart } from "cdk8s";
const app = new App();
for (const [name, objects] of Object.entries(JSON.parse(readFileSync("objects.json", "utf8")))) {
  const chart = new Chart(app, name, { disableResourceNameHashes: true });
  objects.forEach((object, i) => new ApiObject(chart, "o" + i, object));
}
app.synth();
`;

/** `cdk8s synth`: one App, one chart a tenant and cluster, each object an ApiObject; one file a chart, the default. */
export async function runCdk8s(folder: string, objects: readonly RenderedObject[]): Promise<Measured> {
  mkdirSync(join(folder, "node_modules"), { recursive: true });
  for (const name of ["cdk8s", "constructs"]) symlinkSync(join(HOME, "node_modules", name), join(folder, "node_modules", name));
  const charts: Record<string, unknown[]> = {};
  for (const { path, text } of objects) {
    const [cluster, part, tenant] = path.split("/");
    (charts[part === "tenants" ? `${cluster}-${tenant}` : `${cluster}-platform`] ??= []).push(load(text));
  }
  writeFileSync(join(folder, "objects.json"), JSON.stringify(charts));
  writeFileSync(join(folder, "package.json"), '{"type":"module"}');
  writeFileSync(join(folder, "app.mjs"), APP);
  writeFileSync(join(folder, "cdk8s.yaml"), "language: typescript\napp: node app.mjs\noutput: out\n");
  const result = await measure(process.execPath, [join(HOME, "node_modules/cdk8s-cli/bin/cdk8s"), "synth", "--check-upgrade=false"], folder, LIMIT);
  if (!result.cut) same("cdk8s", countObjects(join(folder, "out")), objects.length);
  return result;
}

/** `helm template`: one template an object, written with --output-dir as files. */
export async function runHelm(folder: string, objects: readonly RenderedObject[], helm: string): Promise<Measured> {
  mkdirSync(join(folder, "templates"), { recursive: true });
  writeFileSync(join(folder, "Chart.yaml"), "apiVersion: v2\nname: fleet\nversion: 0.1.0\n");
  objects.forEach(({ path, text }, i) => {
    const file = join("templates", path.split("/").slice(0, 3).join("_"), `${i}.yaml`);
    mkdirSync(join(folder, file, ".."), { recursive: true });
    writeFileSync(join(folder, file), text.replaceAll("{{", '{{ "{{" }}'));
  });
  const out = join(folder, "..", "helm-out");
  const result = await measure(helm, ["template", "fleet", folder, "--output-dir", out], folder, LIMIT);
  if (!result.cut) same("helm", countObjects(out), objects.length);
  return result;
}

function same(who: string, made: number, wanted: number): void {
  if (made !== wanted) throw new Error(`${who} wrote ${made} objects, not ${wanted}: the comparison would be void`);
}

/** Builds Helm once into .cache/; undefined, with a line that says why, where Go or the module cannot be had. */
export function provideHelm(say: (line: string) => void): string | undefined {
  const target = join(HOME, `.cache/helm-${HELM.slice(1)}`);
  const file = join(target, "helm");
  if (existsSync(file)) return file;
  say(`building helm ${HELM} from its Go module: some minutes, once`);
  const part = `${target}.${process.pid}`;
  try {
    const built = spawnSync("go", ["install", "-trimpath", `helm.sh/helm/v3/cmd/helm@${HELM}`], { encoding: "utf8", env: { ...process.env, GOBIN: part, GOTOOLCHAIN: "local" } });
    if (built.status === 0) renameSync(part, target);
    else say(`helm is left out: ${(built.error?.message ?? built.stderr).trim().split("\n").at(-1)}`);
  } finally {
    rmSync(part, { recursive: true, force: true });
  }
  return existsSync(file) ? file : undefined;
}
