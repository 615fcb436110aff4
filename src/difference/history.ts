/** What git says of a commit's place in time: when it was made, what is newer, since when a file is as it is. */

export interface History {
  /** Committer's time of the commit, RFC 3339. */
  committed(): Promise<string>;
  /** The upstream of the branch that was asked for, and how many commits it is ahead; undefined for tags, ids, and branches without one. */
  behind(): Promise<{ upstream: string; count: number } | undefined>;
  /** Id of the commit that a name or an id stands for; undefined when this repository does not have it. */
  resolve(revision: string): Promise<string | undefined>;
  /** True when the commit contains the revision. */
  contains(revision: string): Promise<boolean>;
  /**
   * When the branch first had another text of this file after the revision, RFC 3339; undefined when it has not. Along first parents: a merge counts when
   * it was made, however old what it brought.
   */
  changed(revision: string, path: string): Promise<string | undefined>;
}

/** `ask` runs git and throws BH0011 when it fails; `prefix` is the project's folder below the repository's top. */
export function historyOf(ask: (args: string[]) => Promise<string>, { base, commit, prefix }: { base: string; commit: string; prefix: string }): History {
  const resolve = async (revision: string): Promise<string | undefined> => {
    // Only a whole id: what a live system says must not be read as an option, a range or a branch.
    if (!/^[0-9a-f]{40}([0-9a-f]{24})?$/.test(revision)) return undefined;
    return (await ask(["rev-list", "--no-walk", "--ignore-missing", revision, "--"])).trim() || undefined;
  };
  return {
    committed: async () => times(await ask(["rev-list", "--no-walk", "--format=%cI", commit, "--"]))[0]!,
    behind: async () => {
      const branch = base === "HEAD" ? (await ask(["rev-parse", "--symbolic-full-name", "HEAD"])).trim() : `refs/heads/${base}`;
      const lines = (await ask(["for-each-ref", "--format=%(refname)%09%(upstream:short)%09%(upstream:track,nobracket)", branch])).split("\n").map((line) => line.split("\t"));
      const [, upstream = "", track = ""] = lines.find(([name]) => name === branch) ?? [];
      return upstream === "" || track === "gone" ? undefined : { upstream, count: Number(/behind ([0-9]+)/.exec(track)?.[1] ?? 0) };
    },
    resolve,
    contains: async (revision) => (await ask(["rev-list", "--count", "--max-count=1", revision, `^${commit}`, "--"])).trim() === "0",
    changed: async (revision, path) => times(await ask(["rev-list", "--first-parent", "--format=%cI", `${revision}..${commit}`, "--", `:(top,literal)${prefix}${path}`])).at(-1),
  };
}

/** Plumbing prints a line with the id before each time, and no setting of the user's changes it. */
const times = (text: string): string[] => text.split("\n").filter((line) => line !== "" && !line.startsWith("commit "));
