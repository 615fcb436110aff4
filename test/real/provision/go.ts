import { cp, mkdir, mkdtemp, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { cacheFolder, run } from "./component.ts";

/** Builds programs of a Go module, which pins all they are built from, in a draft folder of the cache; moves them to `target` when all are there. */
export async function buildGo(go: string, module: string, name: string, packages: readonly string[], flags: string, target: string): Promise<void> {
  await mkdir(cacheFolder(), { recursive: true });
  const drafts = (await readdir(cacheFolder())).filter((entry) => entry.startsWith(`build-${name}-`));
  // Under the lock no other build runs: what is there was left by one that was killed.
  for (const entry of drafts) await rm(join(cacheFolder(), entry), { recursive: true, force: true });
  const draft = await mkdtemp(join(cacheFolder(), `build-${name}-`));
  try {
    await cp(module, draft, { recursive: true });
    const args = ["build", "-mod=readonly", "-trimpath", "-ldflags", flags, "-o", "bin/", ...packages];
    const env = { ...process.env, CGO_ENABLED: "0", GOWORK: "off", GOFLAGS: "-buildvcs=false" };
    await run(go, args, { cwd: draft, env });
    await rm(target, { recursive: true, force: true });
    await rename(join(draft, "bin"), target);
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}
