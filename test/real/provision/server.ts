import { type ChildProcess, spawn } from "node:child_process";
import { openSync, closeSync, readFileSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";

/** How a server is started. */
export interface ServerSpec {
  /** Its name in reports; also names its log file in `folder`. */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** Its own folder: working directory and place of its log. */
  readonly folder: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly uid?: number;
  readonly gid?: number;
  /** Asks it to end in order; the default is SIGTERM. */
  readonly stopSignal?: NodeJS.Signals;
  /** Ends it at once; the default is SIGKILL. */
  readonly killSignal?: NodeJS.Signals;
}

/** A server that runs as a child of this process. */
export interface RunningServer {
  readonly name: string;
  readonly pid: number;
  /** Whether it still runs. */
  running(): boolean;
  /** The end of its log. */
  logTail(): string;
  /** Ends it by its own pid and waits until it is gone. */
  stop(): Promise<void>;
}

const stopDeadlineMs = 15_000;
const live = new Map<ChildProcess, NodeJS.Signals>();
const folders = new Set<string>();

function endAll(): void {
  for (const [child, signal] of live) child.kill(signal);
  live.clear();
  for (const folder of folders) {
    try {
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    } catch {
      // The guard of each server removes what a dying server still writes.
    }
  }
  folders.clear();
}

let hooked = false;
function hookExit(): void {
  if (hooked) return;
  hooked = true;
  process.on("exit", endAll);
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    const onSignal = () => {
      endAll();
      process.off(signal, onSignal);
      if (process.listenerCount(signal) === 0) process.kill(process.pid, signal);
    };
    process.on(signal, onSignal);
  }
}

/** Remembers a temporary folder, so that it is removed when this process ends in whatever way. */
export function ownFolder(folder: string): string {
  hookExit();
  folders.add(folder);
  return folder;
}

/** Removes a folder that `ownFolder` remembered. */
export function dropFolder(folder: string): void {
  folders.delete(folder);
  rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
}

/** A shell that waits for this process to die (end of its stdin), then ends the server and its folder. */
function guard(pid: number, spec: ServerSpec): ChildProcess {
  const signal = (spec.killSignal ?? "SIGKILL").slice(3);
  const script = `read -r _; kill -${signal} "$1" 2>/dev/null; while kill -0 "$1" 2>/dev/null; do sleep 0.1; done; rm -rf "$2"`;
  const shell = spawn("/bin/sh", ["-c", script, "guard", String(pid), spec.folder], {
    stdio: ["pipe", "ignore", "ignore"],
    detached: true,
    cwd: "/",
  });
  shell.on("error", () => undefined);
  shell.stdin?.on("error", () => undefined);
  shell.unref();
  (shell.stdin as unknown as { unref?: () => void } | null)?.unref?.();
  return shell;
}

/** Starts a server as a child of this process; it ends with this process, even when that is killed. */
export async function startServer(spec: ServerSpec): Promise<RunningServer> {
  hookExit();
  const logFile = join(spec.folder, `${spec.name}.log`);
  const log = openSync(logFile, "a");
  const child = spawn(spec.command, spec.args, {
    cwd: spec.folder,
    env: spec.env ?? process.env,
    stdio: ["ignore", log, log],
    detached: true,
    ...(spec.uid === undefined ? {} : { uid: spec.uid, gid: spec.gid }),
  });
  closeSync(log);
  const exited = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  await new Promise<void>((resolve, reject) => {
    child.once("spawn", resolve);
    child.once("error", reject);
  });
  const pid = child.pid as number;
  live.set(child, spec.killSignal ?? "SIGKILL");
  const watch = guard(pid, spec);
  child.once("exit", () => {
    live.delete(child);
    watch.kill("SIGKILL");
  });
  child.unref();
  const running = () => child.exitCode === null && child.signalCode === null;
  const logTail = () => readFileSync(logFile, "utf8").slice(-3000);
  const stop = async () => {
    if (!running()) return;
    child.ref();
    child.kill(spec.stopSignal ?? "SIGTERM");
    const timer = setTimeout(() => child.kill("SIGKILL"), stopDeadlineMs);
    await exited;
    clearTimeout(timer);
  };
  return { name: spec.name, pid, running, logTail, stop };
}

/** Polls `ready` until it gives true; throws when the server ends or the deadline passes. */
export async function waitReady(
  server: RunningServer,
  ready: () => Promise<boolean>,
  deadlineMs = 120_000,
): Promise<void> {
  const end = Date.now() + deadlineMs;
  let last: unknown;
  while (Date.now() < end) {
    if (!server.running()) throw new Error(`${server.name} ended before it was ready:\n${server.logTail()}`);
    try {
      if (await ready()) return;
    } catch (error) {
      last = error;
    }
    await pause(50);
  }
  throw new Error(`${server.name} was not ready after ${deadlineMs} ms (${String(last)}):\n${server.logTail()}`);
}

/** Different free ports on 127.0.0.1. */
export async function freePorts(count: number): Promise<number[]> {
  const open: Server[] = [];
  try {
    for (let i = 0; i < count; i++) {
      const server = createServer();
      open.push(server);
      await new Promise<void>((resolve, reject) => {
        server.once("error", reject);
        server.listen(0, "127.0.0.1", resolve);
      });
    }
    return open.map((server) => (server.address() as { port: number }).port);
  } finally {
    await Promise.all(open.map((server) => new Promise((resolve) => server.close(resolve))));
  }
}

/** Starts again with other ports when another process took a free port in between. */
export async function retryPorts<T>(start: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await start();
    } catch (error) {
      if (attempt === 3 || !/address already in use/i.test(String(error))) throw error;
    }
  }
}
