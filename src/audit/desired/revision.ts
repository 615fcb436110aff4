import { posix } from "node:path";
import { openRevision, type Revision } from "../../difference/revision.ts";
import { didYouMean } from "../../model/suggest.ts";
import { catalogue, parseDocuments } from "./catalogue.ts";
import { DesiredError, notAsIndexed } from "./error.ts";
import { identify, identityOf, isProblem } from "./manifest.ts";
import { isMap } from "../../model/value.ts";
import { placer } from "./place.ts";
import type { DesiredEntry, DesiredSide } from "./side.ts";

export interface RevisionOptions { /** The project's folder. */ root: string; /** Branch, tag or commit. */ ref: string; /** Rendered tree, from the root. */ out: string; cluster: string }

/**
 * `<out>/<cluster>/` of a revision, streamed from the object database without a checkout. Throws errors with code and hint: BH0006 for a ref that is none,
 * BH0011 for git that fails, BH7301 for a revision without the tree, BH7302 for a cluster that it does not have.
 */
export async function openRevisionSide({ root, ref, out: asked, cluster }: RevisionOptions): Promise<DesiredSide> {
  const out = posix.join(asked).replace(/\/$/, "");
  const revision = await openRevision(root, ref);
  if (!revision) throw new DesiredError("BH0006", "the repository has no commit yet: there is nothing to audit against", "commit the rendered tree first: bulkhead synth --commit");
  const tree = await revision.tree(`${out}/${cluster}`);
  if (cluster.includes("/") || !tree.some(({ path }) => ROOMS.test(path))) throw await absent(revision, { ref, out, cluster });
  const blobs = revision.blobs();
  try {
    const { history } = revision;
    const index = await catalogue({ out, cluster }, tree, blobs);
    const committed = await history.committed();
    const behind = await history.behind();
    const late = behind && behind.count > 0 ? [`${ref} is ${behind.count} ${behind.count === 1 ? "commit" : "commits"} behind ${behind.upstream}: what was merged since is not in this audit`] : [];
    const others = remembering((id: string) => openCommit(root, id, revision));
    const folders = remembering(async (key: string) => { const at = key.indexOf(":"); return (await others(key.slice(0, at))).list(key.slice(at + 1)); });
    const blobOf = ({ file, ...entry }: DesiredEntry): string => { const id = index.blobs.get(file); if (id === undefined) throw notAsIndexed(`${out}/${file}`, identityOf(entry), "ask for entries of this side only"); return id; };
    return {
      from: ref, commit: revision.commit, committed, ...(behind && { behind: behind.count }),
      entries: index.entries, texts: index.texts, tenants: index.tenants, notices: [...late, ...index.notices], problems: index.problems,
      read: async (entries) => {
        const files = runs(entries);
        const values: Record<string, unknown>[] = [];
        let n = 0;
        for await (const bytes of blobs.read(files.map(({ entries: [first] }) => blobOf(first!)))) {
          const { file, entries: wanted } = files[n++]!;
          const documents = parsed(bytes);
          for (const entry of wanted) values.push(checked(documents[entry.document], entry, `${out}/${file}`, FORGED));
        }
        return values;
      },
      readTexts: (texts) => blobs.texts(texts.map(({ file }) => index.blobs.get(file)!)),
      place: placer((file) => (posix.normalize(file) === file && !file.startsWith("..") && !posix.isAbsolute(file) ? revision.file(file) : Promise.resolve(undefined))),
      at: async (id, file) => {
        const path = posix.join(out, file);
        const blob = (await folders(`${id}:${posix.dirname(path)}`)).get(posix.basename(path));
        return blob === undefined ? undefined : (await blobs.texts([blob]))[0];
      },
      changed: async (id, file) => ((await history.resolve(id)) !== undefined && (await history.contains(id)) ? history.changed(id, posix.join(out, file)) : undefined),
      close: () => blobs.close(),
    };
  } catch (error) {
    await blobs.close();
    throw error;
  }
}

async function openCommit(root: string, id: string, { history }: Revision): Promise<Revision> {
  const commit = await history.resolve(id);
  const opened = commit === undefined ? undefined : await openRevision(root, commit);
  if (!opened) throw new DesiredError("BH7310", `this repository does not have commit ${id.slice(0, 40)}`, "fetch it: git fetch, and not with --depth");
  return opened;
}

/** What a cluster's folder holds. */
const ROOMS = /^(platform|tenants)\//;

/** Why there is nothing: no rendered tree, or another cluster's. */
async function absent(revision: Revision, { ref, out, cluster }: { ref: string; out: string; cluster: string }): Promise<DesiredError> {
  const clusters = clustersOf(await revision.tree(out));
  if (clusters.length === 0) return new DesiredError("BH7301", `${ref} has no ${out}/: nothing was rendered there`, "render and commit it (bulkhead synth --commit), or name another revision with --ref");
  return new DesiredError("BH7302", `${out}/ of ${ref} has no cluster "${cluster}"`, didYouMean(cluster, clusters));
}

/** The clusters that the rendered tree of a revision has, sorted. */
export async function clustersAt({ root, ref, out }: Omit<RevisionOptions, "cluster">): Promise<string[]> {
  const revision = await openRevision(root, ref);
  return revision ? clustersOf(await revision.tree(posix.join(out).replace(/\/$/, ""))) : [];
}

const clustersOf = (tree: readonly { path: string }[]): string[] => [...new Set(tree.flatMap(({ path }) => { const [name, ...rest] = path.split("/"); return ROOMS.test(rest.join("/")) ? [name!] : []; }))].sort();

/** Entries that follow each other in one file are read at once. */
function runs(entries: readonly DesiredEntry[]): { file: string; entries: DesiredEntry[] }[] {
  const found: { file: string; entries: DesiredEntry[] }[] = [];
  for (const entry of entries) {
    const last = found.at(-1);
    if (last?.file === entry.file) last.entries.push(entry); else found.push({ file: entry.file, entries: [entry] });
  }
  return found;
}

const FORGED = "the inventory beside it was edited too: render the tree again (bulkhead synth) and commit it";

/** Documents of a file that was read before; none where it cannot be parsed, which only an inventory that lies can hide until here. */
function parsed(bytes: Uint8Array): unknown[] {
  try { return parseDocuments(bytes); } catch { return []; }
}

/** The value, if it is what the index said. Throws BH7309: an inventory that lies about a file must not pass. */
export function checked(value: unknown, entry: DesiredEntry, file: string, hint: string): Record<string, unknown> {
  const identity = identify(value, { file, path: "" });
  if (isProblem(identity) || identityOf(identity) !== identityOf(entry) || identity.apiVersion !== entry.apiVersion || !isMap(value)) throw notAsIndexed(file, identityOf(entry), hint);
  return value;
}

/** Asks once for each key. */
function remembering<T>(ask: (key: string) => Promise<T>): (key: string) => Promise<T> {
  const known = new Map<string, Promise<T>>();
  return (key) => {
    const answer = known.get(key) ?? ask(key);
    known.set(key, answer);
    return answer;
  };
}
