/**
 * Argo CD's directory source, modelled: which files of a folder it takes and which objects it makes of them (D5a).
 * A stand-in for tests, written from a reading of its repo server (getPotentiallyValidManifests, findManifests,
 * splitYAMLOrJSON, GenerateManifests in reposerver/repository/repository.go); it was not run beside Argo CD.
 */
import { Buffer } from "node:buffer";
import { loadAll } from "js-yaml";
import { isMap } from "../../model/value.ts";

export interface SourceFile { /** POSIX, from the repository's root */ path: string; text: string }
/** The fields of an Application's source that decide. An empty include takes every manifest file. */
export interface SelectionApp { path: string; recurse?: boolean; include?: string; exclude?: string }
interface SelectedObject { path: string; object: Record<string, unknown> }
export interface Selection { /** Files taken, in order. */ files: string[]; objects: SelectedObject[]; /** Bytes of the files taken; Argo CD fails above `ARGO_LIMIT`. */ bytes: number; /** What would fail the sync. */ errors: string[] }

/** `--max-combined-directory-manifests-size`, 10M by default: decimal megabytes. */
const ARGO_LIMIT = 10_000_000;
/** A file that holds this text anywhere, a string value included, is not read at all. */
export const SKIP_MARKER = "+argocd:skip-file-rendering";
const MANIFEST_FILE = /\.(yaml|yml|json|jsonnet)$/;

/**
 * Glob as Argo CD matches it (gobwas/glob without separators): `*` and `?` cross slashes, unlike in a shell.
 * Supports `*`, `**`, `?`, `[...]`, `[!...]`, `{a,b}` and backslash escapes; a pattern it cannot read matches nothing.
 */
export function globMatch(pattern: string, text: string): boolean {
  let source = "";
  let depth = 0;
  for (let i = 0; i < pattern.length; i++) {
    const c = pattern.charAt(i);
    if (c === "\\") source += escapeRegExp(pattern.charAt(++i));
    else if (c === "*") source += "[^]*";
    else if (c === "?") source += "[^]";
    else if (c === "[") {
      const end = pattern.indexOf("]", i + 2);
      if (end < 0) return false;
      const body = pattern.slice(i + 1, end);
      source += `[${body.startsWith("!") ? "^" : ""}${body.replace(/^!/, "").replaceAll("\\", "\\\\").replaceAll("^", "\\^")}]`;
      i = end;
    } else if (c === "{") { depth++; source += "(?:"; }
    else if (c === "}" && depth > 0) { depth--; source += ")"; }
    else if (c === "," && depth > 0) source += "|";
    else source += escapeRegExp(c);
  }
  if (depth > 0) return false;
  try {
    return new RegExp(`^(?:${source})$`, "u").test(text);
  } catch {
    return false;
  }
}

const escapeRegExp = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");

/** The path below the Application's folder, or undefined when it lies elsewhere. */
function relative(file: string, folder: string): string | undefined {
  const root = folder.split("/").filter((part) => part !== "" && part !== ".").join("/");
  if (root === "") return file;
  return file.startsWith(`${root}/`) ? file.slice(root.length + 1) : undefined;
}

/** In the order of Go's filepath.Walk: lexical, segment by segment. */
function walkOrder(a: string, b: string): number {
  const left = a.split("/");
  const right = b.split("/");
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    const order = Buffer.compare(Buffer.from(left[i] ?? ""), Buffer.from(right[i] ?? ""));
    if (order !== 0) return order;
  }
  return left.length - right.length;
}


/** Documents of a file, or the error that Argo CD reports. A YAML file that does not look like a manifest is passed over in silence. */
function documents(path: string, text: string): { objects: Record<string, unknown>[]; error?: string } {
  const objects: Record<string, unknown>[] = [];
  try {
    if (path.endsWith(".json")) {
      const value: unknown = JSON.parse(text);
      if (!isMap(value) || typeof value.kind !== "string" || value.kind === "") throw new Error("Object 'Kind' is missing");
      return { objects: [value] };
    }
    for (const value of loadAll(text)) {
      if (value === null || value === undefined) continue;
      if (!isMap(value) || typeof value.kind !== "string" || value.kind === "") throw new Error("Object 'Kind' is missing");
      objects.push(value);
    }
    return { objects };
  } catch (error) {
    const message = error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error);
    const manifest = ["apiVersion:", "kind:", "metadata:"].every((word) => text.includes(word));
    return path.endsWith(".json") || objects.length > 0 || manifest ? { objects: [], error: `failed to unmarshal ${path}: ${message}` } : { objects: [] };
  }
}

/** Lists (`kind: …List` with items, or items null) are taken apart. */
function expand(object: Record<string, unknown>): Record<string, unknown>[] {
  if (Array.isArray(object.items)) return object.items.filter(isMap);
  if (object.items === null && !("spec" in object) && !("status" in object)) return [];
  return [object];
}

/** What Argo CD would apply for an Application of this source over these files. */
export function argoSelection(files: readonly SourceFile[], app: SelectionApp): Selection {
  const selection: Selection = { files: [], objects: [], bytes: 0, errors: [] };
  const below = files.flatMap((file) => {
    const path = relative(file.path, app.path);
    return path === undefined ? [] : [{ ...file, relative: path }];
  }).sort((a, b) => walkOrder(a.relative, b.relative));
  for (const { path, text, relative: name } of below) {
    if (!MANIFEST_FILE.test(name) || (app.recurse !== true && name.includes("/"))) continue;
    if (app.exclude && globMatch(app.exclude, name)) continue;
    if (app.include && !globMatch(app.include, name)) continue;
    if (!name.endsWith(".jsonnet")) selection.bytes += Buffer.byteLength(text);
    if (text.includes(SKIP_MARKER)) continue;
    selection.files.push(path);
    if (name.endsWith(".jsonnet")) {
      selection.errors.push(`${path}: jsonnet would be run`);
      continue;
    }
    const { objects, error } = documents(path, text);
    if (error) selection.errors.push(error);
    for (const object of objects.flatMap(expand)) selection.objects.push({ path, object });
  }
  if (selection.bytes > ARGO_LIMIT) selection.errors.unshift(`exceeded max combined manifest file size (${selection.bytes} > ${ARGO_LIMIT})`);
  return selection;
}
