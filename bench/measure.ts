/** Runs a command and measures its wall time and the memory of its whole process tree. */
import { spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { loadavg } from "node:os";

export interface Measured {
  seconds: number;
  /** User and system time of all its processes: what other work on the machine disturbs least. Unknown when cut off. */
  cpuSeconds: number | undefined;
  /** Largest sum of resident memory over the process tree, sampled every 50 ms. */
  peakMiB: number;
  /** Largest resident memory of any one of its processes. */
  processMiB: number;
  /** Of the whole machine, one minute, when the command started. */
  load: number;
  /** Cut off at the time limit: the seconds are a lower bound. */
  cut: boolean;
  stdout: string;
  /** Fastest and slowest of several runs, in seconds. */
  range?: [fastest: number, slowest: number];
}

/** The median of each quantity, and the range of the seconds; cut off when any run was. */
export function median(runs: readonly Measured[]): Measured {
  const middle = (of: (run: Measured) => number): number => runs.map(of).sort((a, b) => a - b)[runs.length >> 1]!;
  const cut = runs.some((run) => run.cut);
  const times = runs.map((run) => run.seconds);
  return {
    seconds: middle((run) => run.seconds), cpuSeconds: cut ? undefined : middle((run) => run.cpuSeconds!), peakMiB: middle((run) => run.peakMiB), processMiB: middle((run) => run.processMiB),
    load: Math.max(...runs.map((run) => run.load)), cut, stdout: runs[0]!.stdout, ...(runs.length > 1 && { range: [Math.min(...times), Math.max(...times)] as [number, number] }),
  };
}

/** Throws with the command's last words when it fails; a command over the time limit is ended and marked. */
export function measure(command: string, args: string[], cwd: string, limitSeconds = 900): Promise<Measured> {
  return new Promise((resolve, reject) => {
    const load = loadavg()[0]!;
    const cpu = childrenCpuSeconds();
    const start = performance.now();
    const child = spawn(command, args, { cwd, detached: true, stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, NO_COLOR: "1" } });
    let [stdout, stderr, peak, single, cut] = ["", "", 0, 0, false];
    child.stdout.setEncoding("utf8").on("data", (text: string) => { stdout = (stdout + text).slice(-20_000); });
    child.stderr.setEncoding("utf8").on("data", (text: string) => { stderr = (stderr + text).slice(-4000); });
    const end = (): void => { try { process.kill(-child.pid!, "SIGKILL"); } catch { /* it has ended */ } };
    const sampler = setInterval(() => {
      const each = residentMiB(child.pid!);
      peak = Math.max(peak, each.reduce((sum, one) => sum + one, 0));
      single = Math.max(single, ...each);
    }, 50);
    const timer = setTimeout(() => { cut = true; end(); }, limitSeconds * 1000);
    process.once("exit", end);
    child.once("error", reject);
    child.once("close", (code) => {
      clearInterval(sampler);
      clearTimeout(timer);
      process.off("exit", end);
      if (code !== 0 && !cut) reject(new Error(`${args.join(" ")} ended with ${code}: ${stderr || stdout}`));
      else resolve({ seconds: (performance.now() - start) / 1000, cpuSeconds: cut ? undefined : childrenCpuSeconds() - cpu, peakMiB: peak, processMiB: single, load, cut, stdout });
    });
  });
}

/** VmRSS of a process and of all below it; nothing of what has ended. Pages that processes share count in each. */
function residentMiB(pid: number): number[] {
  try {
    const kib = Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0);
    const children = readdirSync(`/proc/${pid}/task`).flatMap((task) => readFileSync(`/proc/${pid}/task/${task}/children`, "utf8").split(" ").filter(Boolean).map(Number));
    return [kib / 1024, ...children.flatMap(residentMiB)];
  } catch {
    return [];
  }
}

/** Of all children that ended, and of theirs; the kernel counts in hundredths of a second. */
function childrenCpuSeconds(): number {
  const fields = readFileSync("/proc/self/stat", "utf8").split(") ")[1]!.split(" ");
  return (Number(fields[13]) + Number(fields[14])) / 100;
}
