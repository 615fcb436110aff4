import { spawn } from "node:child_process";
import { accessSync, constants, statSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The root folder of the project. */
export const projectRoot = fileURLToPath(new URL("../../../", import.meta.url));

/** Where built components are kept: `BULKHEAD_CACHE`, or `.cache/` in the project root. */
export function cacheFolder(): string {
  return process.env["BULKHEAD_CACHE"] || join(projectRoot, ".cache");
}

/** A real component that this machine neither has nor can get, with the way to get it. */
export class ComponentUnavailable extends Error {
  /** The component's name, as a report shows it. */
  readonly component: string;
  /** What a person does to make it available. */
  readonly remedy: string;

  constructor(component: string, remedy: string, cause?: unknown) {
    const why = cause instanceof Error ? ` (${cause.message})` : "";
    super(`${component} is not available on this machine${why}. To get it: ${remedy}`, { cause });
    this.name = "ComponentUnavailable";
    this.component = component;
    this.remedy = remedy;
  }
}

/** Starts one component; what the machine cannot have is named and left out, except with CI=true. */
export async function attempt<T>(start: () => Promise<T>): Promise<T | null> {
  try {
    return await start();
  } catch (error) {
    if (!(error instanceof ComponentUnavailable) || process.env["CI"] === "true") throw error;
    progress(`SKIPPED ${error.message}`);
    return null;
  }
}

/** Writes one progress line to stderr. */
export function progress(message: string): void {
  process.stderr.write(`provision: ${message}\n`);
}

/** Runs an executable check without throwing: whether `path` is an executable file. */
export function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** Every executable called `name` on PATH, in PATH's order. */
export function findOnPath(name: string): string[] {
  const folders = (process.env["PATH"] ?? "").split(delimiter).filter((folder) => folder !== "");
  return [...new Set(folders.map((folder) => join(folder, name)))].filter(isExecutable);
}

/** What a finished command left behind. */
export interface CommandResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** How `run` runs a command. */
export interface RunOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly input?: string;
  readonly uid?: number;
  readonly gid?: number;
  /** Do not throw when the command ends with another code than 0. */
  readonly allowFail?: boolean;
}

/** Runs a command to its end and gives its output; throws on failure unless `allowFail`. */
export function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<CommandResult> {
  const { input, allowFail, ...rest } = options;
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { ...rest, stdio: ["pipe", "pipe", "pipe"] });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => out.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => err.push(chunk));
    child.stdin.on("error", () => undefined); // The command may end before it has read its input.
    child.on("error", reject);
    child.on("close", (exit, signal) => {
      const stdout = Buffer.concat(out).toString("utf8");
      const stderr = Buffer.concat(err).toString("utf8");
      const code = exit ?? 128;
      if (code === 0 || allowFail) return resolve({ code, stdout, stderr });
      const tail = (stderr.trim() || stdout.trim()).slice(-2000);
      reject(new Error(`${command} ${args.join(" ")} ended with ${signal ?? code}: ${tail}`));
    });
    child.stdin.end(input ?? "");
  });
}

/** The first of `candidates` whose version output matches `version`. */
export async function findVersion(
  candidates: readonly string[],
  args: readonly string[],
  version: RegExp,
): Promise<string | undefined> {
  for (const candidate of candidates) {
    if (!isExecutable(candidate)) continue;
    const result = await run(candidate, args, { allowFail: true }).catch(() => undefined);
    if (result?.code === 0 && version.test(result.stdout)) return candidate;
  }
  return undefined;
}
