import { join } from "node:path";
import { ComponentUnavailable, cacheFolder, findOnPath, isExecutable, progress, run } from "./component.ts";
import { withLock } from "./lock.ts";

const version = "30.30.0";

async function has(python: string): Promise<boolean> {
  const result = await run(python, ["-c", "import sqlglot; print(sqlglot.__version__)"], { allowFail: true }).catch(() => undefined);
  return result?.code === 0 && result.stdout.trim() === version;
}

/** A Python that has sqlglot, a parser of SQL dialects: one on PATH, else a virtual environment in the cache, filled from PyPI. */
export async function provisionSqlglot(): Promise<string> {
  const folder = join(cacheFolder(), `sqlglot-${version}`);
  const cached = join(folder, "bin", "python3");
  for (const python of [...findOnPath("python3"), cached]) if (isExecutable(python) && (await has(python))) return python;
  const remedy = `run \`pip install sqlglot==${version}\` for the python3 on PATH`;
  const [python] = findOnPath("python3");
  if (python === undefined) throw new ComponentUnavailable("sqlglot", remedy);
  return withLock("sqlglot", async () => {
    if (isExecutable(cached) && (await has(cached))) return cached;
    progress(`sqlglot: installing ${version} from PyPI`);
    try {
      await run(python, ["-m", "venv", "--clear", folder]);
      await run(cached, ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", `sqlglot==${version}`]);
    } catch (error) {
      throw new ComponentUnavailable("sqlglot", remedy, error);
    }
    return cached;
  });
}
