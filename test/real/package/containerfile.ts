/** Runs a Containerfile's steps without an engine: in a folder that stands for the image's root. */
import { cpSync, existsSync, mkdirSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { type CommandResult, run } from "../provision/component.ts";

export interface Instruction { name: string; text: string }

/** Instructions in order; comments and continued lines as engines read them. */
export function instructionsOf(text: string): Instruction[] {
  const lines = text.split("\n").filter((line) => !/^\s*(#|$)/.test(line)).join("\n").replace(/\\\n\s*/g, " ").split("\n");
  return lines.map((line) => { const [, name = "", rest = ""] = /^(\S+)\s+(.*)$/.exec(line)!; return { name, text: rest }; });
}

/** What was made: the folder, where a command starts, who runs it. */
export interface Image { root: string; workdir: string; user: string; entrypoint: string[]; from: string; /** RUN steps that need the distribution, and were not run. */ left: string[] }

/** Builds below `root`. What the distribution's package manager does is left out; absolute paths of the image are below `root`. */
export async function build(text: string, context: string, args: Record<string, string>, root: string, env: NodeJS.ProcessEnv = process.env): Promise<Image> {
  const image: Image = { root, workdir: "/", user: "0", entrypoint: [], from: "", left: [] };
  const known: Record<string, string> = {};
  const inside = (path: string): string => join(root, path.startsWith("/") ? path : join(image.workdir, path));
  for (const { name, text: raw } of instructionsOf(text)) {
    const value = raw.replace(/\$\{(\w+)\}/g, (_, key: string) => known[key] ?? "");
    if (name === "FROM") image.from = value;
    else if (name === "ARG") known[value] = args[value] ?? "";
    else if (name === "WORKDIR") { image.workdir = value; mkdirSync(inside("."), { recursive: true }); }
    else if (name === "USER") image.user = value;
    else if (name === "ENTRYPOINT") image.entrypoint = JSON.parse(value) as string[];
    else if (name === "COPY") copy(value.split(/\s+/), context, inside);
    else if (name !== "RUN") throw new Error(`${name} is not known here`);
    else if (value.includes("apt-get")) image.left.push(value);
    else await run("/bin/sh", ["-c", value.replace(/(?<=\s)\/(opt|usr|tmp)\//g, `${root}/$1/`)], { cwd: inside("."), env });
  }
  return image;
}

function copy(parts: string[], context: string, inside: (path: string) => string): void {
  const to = parts.at(-1)!;
  for (const from of parts.slice(0, -1)) {
    const source = join(context, from);
    if (!existsSync(source) || !statSync(source).isFile()) throw new Error(`COPY ${from}: no such file`);
    const target = to.endsWith("/") ? join(inside(to), basename(from)) : inside(to);
    mkdirSync(join(target, ".."), { recursive: true });
    cpSync(source, target);
  }
}

/** Whether anybody may go to a path and run what is there. */
const isOpen = (path: string): boolean => (statSync(path).mode & 0o005) === 0o005 && (dirname(path) === path || isOpen(dirname(path)));

/** Runs the entry point as the image's user, where this process may become it and that user may run this Node. */
export function runImage(image: Image, args: string[]): Promise<CommandResult> {
  const [uid, gid] = image.user.split(":").map(Number);
  const other = process.getuid?.() === 0 && isOpen(process.execPath);
  const env = { PATH: `${join(image.root, "usr/local/bin")}:${dirname(process.execPath)}:/usr/bin:/bin` };
  return run("/usr/bin/env", [...image.entrypoint, ...args], { cwd: join(image.root, image.workdir), env, allowFail: true, ...(other && { uid: uid!, gid: gid! }) });
}
