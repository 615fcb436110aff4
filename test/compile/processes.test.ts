/** What becomes of the processes that run definitions when somebody ends one of them, or the command itself. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { bulkhead, home, PRODUCT, project, TENANT } from "../support/project.ts";

const LOOP = PRODUCT("", "for (;;) {}\n");
const started: ChildProcess[] = [];
afterEach(() => { for (const child of started.splice(0)) child.kill("SIGKILL"); });

function begin(root: string): { pid: number; stderr: () => string; ended: Promise<number | null> } {
  const child = spawn(process.execPath, [join(home, "build/cli/bin.js"), "check", "--no-cache"], { cwd: root, env: { ...process.env, NO_COLOR: "1" }, stdio: ["ignore", "pipe", "pipe"] });
  started.push(child);
  let text = "";
  child.stdout.resume();
  child.stderr.setEncoding("utf8").on("data", (more: string) => { text += more; });
  return { pid: child.pid!, stderr: () => text, ended: new Promise((done) => { child.on("close", done); }) };
}

/** Children of a process that run definitions, each with the CPU time it has taken, in hundredths of a second. */
function renderers(parent: number): { pid: number; cpu: number }[] {
  return readdirSync("/proc").filter((name) => /^[0-9]+$/.test(name)).flatMap((name) => {
    try {
      const fields = readFileSync(`/proc/${name}/stat`, "utf8").split(") ")[1]!.split(" ");
      return Number(fields[1]) === parent && readFileSync(`/proc/${name}/cmdline`, "utf8").includes("compile/child.js") ? [{ pid: Number(name), cpu: Number(fields[11]) + Number(fields[12]) }] : [];
    } catch { return []; }
  });
}

const runs = (pid: number): boolean => { try { return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8")); } catch { return false; } };

test.runIf(process.platform === "linux")("a definition that loops ends with the command, also when that is killed", async () => {
  const { pid, ended } = begin(project({ "tenants/acme/tenant.ts": TENANT(), "tenants/acme/sales/orders.ts": LOOP }));
  // It loops: nothing of Bulkhead's own takes so long.
  const looping = await vi.waitFor(() => { const found = renderers(pid).find(({ cpu }) => cpu > 250); if (!found) throw new Error("none yet"); return found.pid; }, { timeout: 60_000, interval: 50 });
  process.kill(pid, "SIGKILL");
  await ended;
  await vi.waitFor(() => { if (runs(looping)) throw new Error("it runs on"); }, { timeout: 5000, interval: 50 });
});

test.runIf(process.platform === "linux")("a process that is killed before it runs a definition is nobody's fault, and no bug", async () => {
  const { pid, stderr, ended } = begin(project({ "tenants/acme/tenant.ts": TENANT() }));
  const child = await vi.waitFor(() => { const [found] = renderers(pid); if (!found) throw new Error("none yet"); return found.pid; }, { timeout: 60_000, interval: 1 });
  process.kill(child, "SIGKILL");
  expect(await ended).toBe(2);
  expect(stderr()).toMatch(/error\[BH2026\] a process that renders tenants ended: SIGKILL\n +hint: /);
});

test("a package.json that is no file is said, and nothing is taken from the cache", () => {
  const root = project({ "tenants/acme/tenant.ts": TENANT() });
  rmSync(join(root, "package.json"), { force: true });
  mkdirSync(join(root, "package.json"));
  const { code, stderr } = bulkhead(root, ["check"]);
  expect(code).toBe(2);
  expect(stderr).toMatch(/error\[BH2025\].*package.json: it cannot be read \(EISDIR\)/);
});
