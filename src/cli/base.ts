import type { RenderedFile } from "../compile/protocol.ts";
import type { Problem } from "../model/problem.ts";
import { INVENTORY, parseInventory } from "../render/inventory.ts";
import { removalProblems } from "../verify/removal.ts";
import { type SynthOptions, UsageError } from "./options.ts";

/** What the base revision's dist/ held and the new files would lose; nothing where there is no such revision yet. */
export async function baseProblems(root: string, { out, base, tenant }: SynthOptions, files: readonly RenderedFile[]): Promise<Problem[]> {
  const { simpleGit } = await import("simple-git");
  const git = simpleGit(root);
  if (!(await git.checkIsRepo().catch(() => false))) return [];
  const commit = await git.raw(["rev-parse", "--verify", "--quiet", `${base}^{commit}`]).catch(() => "");
  if (commit.trim() === "") {
    if (base === "HEAD") return [];
    throw new UsageError("BH0006", `"${base}" is no revision of this repository`, "give a branch, tag or commit, for one origin/main");
  }
  const prefix = (await git.raw(["rev-parse", "--show-prefix"])).trim();
  const listed = await git.raw(["ls-tree", "-r", "-z", "--name-only", commit.trim(), `${out}/`]);
  const after = new Map(files.filter((f) => f.path.endsWith(`/${INVENTORY}`)).map((f) => [f.path, parseInventory(f.text)?.data ?? {}]));
  const problems: Problem[] = [];
  for (const path of listed.split("\0").filter((p) => p.endsWith(`/${INVENTORY}`))) {
    const relative = path.slice(out.length + 1);
    const owner = /\/tenants\/([^/]+)\//.exec(relative)?.[1];
    if (tenant && (owner === undefined || !tenant.includes(owner))) continue;
    const before = parseInventory(await git.raw(["show", `${commit.trim()}:${prefix}${path}`]));
    if (before?.data) problems.push(...removalProblems(relative, before.data, after.get(relative) ?? {}, { file: owner ? `tenants/${owner}/tenant.ts` : "tenants/platform.ts", path: "" }, base));
  }
  return problems;
}
