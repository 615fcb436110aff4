import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { cacheFolder, ComponentUnavailable, findOnPath, findVersion, progress } from "./component.ts";
import { provisionEtcd } from "./debian.ts";
import { buildGo } from "./go.ts";
import { withLock } from "./lock.ts";

/** The module that pins Kubernetes and all it is built from, by version and checksum. */
const moduleFolder = fileURLToPath(new URL("./kubernetes/", import.meta.url));

const programs = ["kube-apiserver", "kube-controller-manager", "kubectl"] as const;

/** The executables of a Kubernetes control plane. */
export interface ControlPlanePrograms {
  readonly apiserver: string;
  readonly controllerManager: string;
  readonly kubectl: string;
  readonly etcd: string;
}

/** The pinned version of Kubernetes, such as `1.36.3`, as the module file has it. */
export function kubernetesVersion(): string {
  const text = readFileSync(join(moduleFolder, "go.mod"), "utf8");
  const version = /^require k8s\.io\/kubernetes v(\S+)$/m.exec(text)?.[1];
  if (version === undefined) throw new Error("kubernetes/go.mod requires no version of k8s.io/kubernetes");
  return version;
}

async function find(program: string, version: string, cached: string): Promise<string | undefined> {
  const args = program === "kubectl" ? ["version", "--client"] : ["--version"];
  const exact = new RegExp(`\\bv${version.replaceAll(".", "\\.")}(\\s|$)`, "m");
  return findVersion([...findOnPath(program), join(cached, program)], args, exact);
}

async function findAll(version: string, cached: string): Promise<string[] | undefined> {
  const found = await Promise.all(programs.map((program) => find(program, version, cached)));
  return found.every((path) => path !== undefined) ? found : undefined;
}

/** Builds the three programs. */
async function build(go: string, version: string, target: string): Promise<void> {
  const [major, minor] = version.split(".");
  const values = [`gitVersion=v${version}`, `gitMajor=${major}`, `gitMinor=${minor}`, "gitTreeState=clean"];
  const flags = ["-s", "-w", ...values.map((value) => `-X k8s.io/component-base/version.${value}`)].join(" ");
  const packages = programs.map((program) => `k8s.io/kubernetes/cmd/${program}`);
  await buildGo(go, moduleFolder, "kubernetes", packages, flags, target);
}

async function provisionPrograms(): Promise<string[]> {
  const version = kubernetesVersion();
  const target = join(cacheFolder(), `kubernetes-${version}`);
  const found = await findAll(version, target);
  if (found !== undefined) return found;
  const name = `Kubernetes control plane ${version}`;
  const remedy = `install Go 1.26 or newer, from which it is built, or put ${programs.join(", ")} ${version} on PATH`;
  const go = findOnPath("go")[0];
  if (go === undefined) throw new ComponentUnavailable(name, remedy);
  return withLock("kubernetes", async () => {
    const meanwhile = existsSync(target) ? await findAll(version, target) : undefined;
    if (meanwhile !== undefined) return meanwhile;
    progress(`${name}: building from Go modules (4 to 8 minutes, once)`);
    const start = Date.now();
    try {
      await build(go, version, target);
    } catch (error) {
      throw new ComponentUnavailable(name, remedy, error);
    }
    progress(`${name}: built in ${Math.round((Date.now() - start) / 1000)} s`);
    const built = await findAll(version, target);
    if (built === undefined) throw new ComponentUnavailable(name, remedy);
    return built;
  });
}

/** Finds, or builds once, kube-apiserver, kube-controller-manager and kubectl, and finds etcd. */
export async function provisionControlPlane(): Promise<ControlPlanePrograms> {
  const [paths, etcd] = await Promise.all([provisionPrograms(), provisionEtcd()]);
  const [apiserver, controllerManager, kubectl] = paths as [string, string, string];
  return { apiserver, controllerManager, kubectl, etcd };
}
