/** Ctrl-C and SIGTERM while a cluster is read: the exit code of the signal, and nothing half written. */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type FakeCluster, startFake } from "../support/fake-cluster.ts";
import { type Fault, type Faults, startFaults } from "../support/faults.ts";
import { kubeconfig } from "../support/live.ts";
import { home, project, write } from "../support/project.ts";

let fake: FakeCluster;
let faults: Faults;
let root = "";
const children: ChildProcess[] = [];
beforeAll(async () => { fake = await startFake(); faults = await startFaults({ url: fake.url }); });
afterAll(async () => { await faults.close(); await fake.close(); });
afterEach(() => { for (const child of children.splice(0)) child.kill("SIGKILL"); });
beforeEach(() => {
  root = project({ "manifests/a.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: c, namespace: shop }\ndata: { k: v }\n" });
  write(root, { config: kubeconfig(faults.url) });
  faults.seen.length = 0;
});

interface Ended { code: number | null; signal: NodeJS.Signals | null; stdout: string; stderr: string }
/** Starts a command, sends signals once the server was asked for `path`, and waits for its end. */
async function stopped(args: string[], path: RegExp, fault: Fault, ...signals: NodeJS.Signals[]): Promise<Ended> {
  faults.rule = (seen) => (path.test(seen.path) ? fault : undefined);
  const child = spawn(process.execPath, [join(home, "build/cli/bin.js"), ...args, "--kubeconfig", "config"], { cwd: root, stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, NO_COLOR: "1" } });
  children.push(child);
  const text = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) child[name].setEncoding("utf8").on("data", (more: string) => { text[name] += more; });
  const ended = new Promise<Ended>((resolve) => { child.once("close", (code, signal) => { resolve({ code, signal, ...text }); }); });
  await Promise.race([ended, expect.poll(() => faults.seen.some((seen) => path.test(seen.path)), { timeout: 30_000 }).toBe(true)]);
  for (const signal of signals) child.kill(signal);
  return ended;
}

const AUDIT = ["audit", "--desired", "manifests", "--state", "state", "--report", "out/report.json", "--write-patches", "patches", "--format", "json", "--events", "events.jsonl"];
const LISTS = /\/configmaps$/;

describe("audit", () => {
  beforeEach(() => { mkdirSync(join(root, "out")); });
  test.each<[string, RegExp, NodeJS.Signals, number]>([
    ["while a list is read", LISTS, "SIGINT", 130],
    ["while a list is read, by whoever ends a pod", LISTS, "SIGTERM", 143],
    ["during discovery", /^\/apis$/, "SIGINT", 130],
    ["before the server has said who it is", /^\/version$/, "SIGTERM", 143],
    ["by a terminal that closes", LISTS, "SIGHUP", 129],
  ])("%s", async (_, path, signal, code) => {
    expect(await stopped(AUDIT, path, "hang", signal)).toEqual({ code, signal: null, stdout: "", stderr: `stopped by ${signal} before it had a result\n` });
    expect([readdirSync(join(root, "out")), existsSync(join(root, "state")), existsSync(join(root, "patches"))]).toEqual([[], false, false]);
    expect(JSON.parse(readFileSync(join(root, "events.jsonl"), "utf8"))).toMatchObject({ data: { exit: code, outcome: "failure" } });
  });
  test("what is found already is told: only receivers are waited for, and not for ever", async () => {
    const receiver = await startFaults({ url: fake.url });
    try {
      receiver.rule = () => "hang";
      const child = stopped([...AUDIT, "--alertmanager", receiver.url], /nothing/, "hang");
      await expect.poll(() => receiver.seen.length, { timeout: 30_000 }).toBeGreaterThan(0);
      children.at(-1)!.kill("SIGINT");
      const { code, stdout, stderr } = await child;
      expect([code, stderr]).toEqual([130, "stopped by SIGINT\n"]);
      expect(stdout).toBe(readFileSync(join(root, "out/report.json"), "utf8"));
      expect(JSON.parse(stdout)).toMatchObject({ findings: [{ status: "missing", age: "new" }] });
      expect(readdirSync(join(root, "state")).filter((name) => name.endsWith(".json"))).toEqual(["_platform.json"]);
    } finally { await receiver.close(); }
  });
  test("twice ends at once", async () => {
    const receiver = await startFaults({ url: fake.url });
    try {
      receiver.rule = () => "hang";
      const child = stopped([...AUDIT, "--alertmanager", receiver.url], /nothing/, "hang");
      await expect.poll(() => receiver.seen.length, { timeout: 30_000 }).toBeGreaterThan(0);
      for (const signal of ["SIGINT", "SIGTERM"] as const) children.at(-1)!.kill(signal);
      expect(await child).toMatchObject({ code: expect.toSatisfy((code: number) => [130, 143].includes(code)), stderr: expect.stringMatching(/^stopped by SIG(INT|TERM)\n$/) });
    } finally { await receiver.close(); }
  });
});

describe("snapshot", () => {
  test.each<[NodeJS.Signals, number, RegExp]>([["SIGINT", 130, LISTS], ["SIGTERM", 143, /^\/apis$/]])("%s leaves no folder", async (signal, code, path) => {
    const before = readdirSync(root);
    expect(await stopped(["snapshot", "evidence"], path, "hang", signal)).toEqual({ code, signal: null, stdout: "", stderr: `stopped by ${signal} before it had a result\n` });
    expect(readdirSync(root)).toEqual(before);
  });
  test("that is not stopped says nothing of it", async () => {
    expect(await stopped(["snapshot", "evidence"], /nothing/, "hang")).toMatchObject({ code: 0, stderr: expect.stringMatching(/^evidence: 0 objects of 2 kinds\n$/) });
  });
});
