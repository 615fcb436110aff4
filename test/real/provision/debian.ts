import { existsSync } from "node:fs";
import { rm, writeFile } from "node:fs/promises";
import { ComponentUnavailable, findOnPath, isExecutable, progress, run } from "./component.ts";
import { withLock } from "./lock.ts";

const policyFile = "/usr/sbin/policy-rc.d";

/** Installs without starting the services that a package brings, and leaves the policy as it was. */
async function withoutServices<T>(work: () => Promise<T>): Promise<T> {
  if (existsSync(policyFile)) {
    const verdict = await run(policyFile, [], { allowFail: true }).catch(() => undefined);
    if (verdict?.code === 101) return work();
    throw new Error(`${policyFile} exists and lets services start; remove it or let it exit with 101`);
  }
  await writeFile(policyFile, "#!/bin/sh\nexit 101\n", { mode: 0o755, flag: "wx" });
  try {
    return await work();
  } finally {
    await rm(policyFile, { force: true });
  }
}

async function install(debianPackage: string): Promise<void> {
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive", RUNLEVEL: "1" };
  const wait = ["-o", "DPkg::Lock::Timeout=300"];
  const args = [...wait, "install", "-y", "--no-install-recommends", debianPackage];
  await withoutServices(async () => {
    const first = await run("apt-get", args, { env, allowFail: true });
    if (first.code === 0) return;
    await run("apt-get", [...wait, "update"], { env });
    await run("apt-get", args, { env });
  });
}

/** What `provisionDebian` looks for. */
export interface DebianComponent {
  /** The component's name in reports. */
  readonly name: string;
  /** The package that holds it. */
  readonly debianPackage: string;
  /** Finds the executable, wherever the machine may have it. */
  readonly find: () => Promise<string | undefined>;
}

/** Finds a component, else installs its Debian package (as root), once for all processes. */
export async function provisionDebian(component: DebianComponent): Promise<string> {
  const { name, debianPackage } = component;
  const found = await component.find();
  if (found !== undefined) return found;
  const remedy = `run \`apt-get install ${debianPackage}\` as root on Debian, or put it on PATH`;
  if (findOnPath("apt-get").length === 0 || process.getuid?.() !== 0) {
    throw new ComponentUnavailable(name, remedy);
  }
  return withLock("apt", async () => {
    const meanwhile = await component.find();
    if (meanwhile !== undefined) return meanwhile;
    progress(`${name}: installing the Debian package ${debianPackage}`);
    try {
      await install(debianPackage);
    } catch (error) {
      throw new ComponentUnavailable(name, remedy, error);
    }
    const installed = await component.find();
    if (installed === undefined) throw new ComponentUnavailable(name, remedy);
    return installed;
  });
}

/** Finds the executable `binary` on PATH, else installs the Debian package that holds it. */
export function provisionDebianBinary(binary: string, debianPackage: string): Promise<string> {
  const find = async () => findOnPath(binary).find(isExecutable);
  return provisionDebian({ name: binary, debianPackage, find });
}

/** The path of promtool: on PATH, else from the Debian package `prometheus`. */
export function provisionPromtool(): Promise<string> {
  return provisionDebianBinary("promtool", "prometheus");
}

/** The path of Prometheus: on PATH, else from the Debian package `prometheus`. */
export function provisionPrometheus(): Promise<string> {
  return provisionDebianBinary("prometheus", "prometheus");
}

/** The path of etcd: on PATH, else from the Debian package `etcd-server`. */
export function provisionEtcd(): Promise<string> {
  return provisionDebianBinary("etcd", "etcd-server");
}

/** The path of Alertmanager: on PATH by upstream's name or Debian's, else from the Debian package `prometheus-alertmanager`. */
export function provisionAlertmanager(): Promise<string> {
  const find = async () => ["alertmanager", "prometheus-alertmanager"].flatMap(findOnPath).find(isExecutable);
  return provisionDebian({ name: "alertmanager", debianPackage: "prometheus-alertmanager", find });
}

/** The path of amtool, Alertmanager's command line: on PATH, else from the Debian package `prometheus-alertmanager`. */
export function provisionAmtool(): Promise<string> {
  return provisionDebianBinary("amtool", "prometheus-alertmanager");
}
