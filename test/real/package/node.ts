import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { cacheFolder, ComponentUnavailable, findVersion, progress, run } from "../provision/component.ts";
import { withLock } from "../provision/lock.ts";

/** The folder with the `node` of exactly this version, from the npm package of that name; fetched once into the cache. */
export async function provisionNode(version: string): Promise<string> {
  const target = join(cacheFolder(), `node-${version}`);
  const bin = join(target, "node_modules/node/bin");
  const find = (): Promise<string | undefined> => findVersion([join(bin, "node")], ["--version"], new RegExp(`^v${version.replaceAll(".", "\\.")}\\s*$`));
  if (await find()) return bin;
  return await withLock(`node-${version}`, async () => {
    if (await find()) return bin;
    progress(`Node ${version}: fetching the npm package`);
    const draft = `${target}.new`;
    try {
      await rm(draft, { recursive: true, force: true });
      await rm(target, { recursive: true, force: true });
      await mkdir(draft, { recursive: true });
      await writeFile(join(draft, "package.json"), JSON.stringify({ private: true, allowScripts: { node: true } }));
      await run("npm", ["install", "--no-audit", "--no-fund", "--loglevel=error", "--save-exact", `node@${version}`], { cwd: draft });
      await rename(draft, target);
    } catch (error) {
      throw new ComponentUnavailable(`Node ${version}`, "run it where npm reaches a registry", error);
    }
    if (!(await find())) throw new ComponentUnavailable(`Node ${version}`, `npm has no node@${version} for this machine`);
    return bin;
  });
}
