/** Ends child processes that outlive their parent: a definition that loops never hears that its parent was killed. */
import { type ChildProcess, spawn } from "node:child_process";

/** Holds the last line it was told, and kills those processes when nobody can tell it anything any more. */
const SCRIPT = "while read -r line; do pids=$line; done; [ -z \"$pids\" ] || kill -9 $pids";

const watched = new Set<number>();
let shell: ChildProcess | undefined;

/** Has a process ended should this one die, however it dies. */
export function watchOver(pid: number): void {
  watched.add(pid);
  shell ??= start();
  tell();
}

/** Of a process that has ended: its number may be another's soon. */
export function forgetProcess(pid: number): void {
  if (watched.delete(pid)) tell();
}

function start(): ChildProcess {
  // Its own process group: what kills this one's whole group leaves it.
  const started = spawn("/bin/sh", ["-c", SCRIPT], { detached: true, stdio: ["pipe", "ignore", "ignore"] });
  // Where there is no shell, children end as soon as they listen, and a loop runs on until somebody sees it.
  started.on("error", () => {});
  started.stdin!.on("error", () => {});
  // Whoever ends in order ends its children itself, and their numbers may be another's at once.
  process.on("exit", () => { started.kill("SIGKILL"); });
  started.unref();
  (started.stdin as unknown as { unref(): void }).unref();
  return started;
}

const tell = (): void => { shell?.stdin?.write(`${[...watched].join(" ")}\n`); };
