import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { readCrd } from "../imports/crd.ts";
import { schemaFile } from "../imports/intern.ts";
import type { KindEntry, SchemaFile, Scope } from "../imports/structural.ts";
import { Check, type SchemaIssue } from "./schema/check.ts";
import { checkEnvelope, unknownKind } from "./schema/envelope.ts";
import { type Node, Nodes } from "./schema/node.ts";
import { normalize } from "./schema/normalize.ts";
import { KIND_RULES } from "./schema/rules.ts";


/** What is known of a kind besides its schema. */
interface KindInfo { scope: Scope; /** Name in URLs; known for custom kinds. */ plural?: string }

/** Answers for all kinds that the cluster knows. */
export interface Schemas {
  /** Everything that the API server would refuse, and unknown fields, which it would drop in silence. */
  validate(manifest: object): SchemaIssue[];
  /** The manifest as the API server reads it: nulls dropped, defaults set. A copy; unchanged for a kind that is unknown. */
  withDefaults<T extends object>(manifest: T): T;
  /** Scope and plural of a kind, or undefined when it is unknown. */
  kind(apiVersion: string, kind: string): KindInfo | undefined;
  /** The schema of a kind, to walk along. */
  node(apiVersion: string, kind: string): Node | undefined;
  /** All kinds, as `apiVersion/kind`, sorted. */
  kinds(): string[];
}

interface Loaded { file: SchemaFile; nodes: Nodes }
interface Found { entry: KindEntry; node: Node }

/**
 * Loads what `npm run imports` wrote, one group when its first object comes. `extraCrds` are CRD manifests of the same
 * run (the platform's own); they win over files.
 */
export function loadSchemas(importsDir: string = fileURLToPath(new URL("../../imports", import.meta.url)), extraCrds: object[] = []): Schemas {
  const folder = join(importsDir, "schemas");
  if (!existsSync(join(folder, "core.json"))) throw new Error(`${folder}: core.json is missing; run \`npm run imports\``);
  const groups = new Set(readdirSync(folder).filter((name) => name.endsWith(".json")).map((name) => name.slice(0, -".json".length)));
  const loaded = new Map<string, Loaded>();
  const open = (group: string): Loaded => {
    let file = loaded.get(group);
    if (!file) {
      const parsed = JSON.parse(readFileSync(join(folder, `${group}.json`), "utf8")) as SchemaFile;
      file = { file: parsed, nodes: new Nodes(parsed.defs) };
      loaded.set(group, file);
    }
    return file;
  };
  const extra = schemaFile(extraCrds.flatMap((manifest) => readCrd(manifest) ?? []));
  const extras: Loaded = { file: extra, nodes: new Nodes(extra.defs) };

  const found = new Map<string, Found | undefined>();
  const find = (apiVersion: string, kind: string): Found | undefined => {
    const key = `${apiVersion}/${kind}`;
    if (found.has(key)) return found.get(key);
    const group = apiVersion.includes("/") ? apiVersion.slice(0, apiVersion.indexOf("/")) : "";
    const homes = [extras, open(groups.has(group) && group !== "core" ? group : "core")];
    const home = homes.find((one) => Object.hasOwn(one.file.kinds, key));
    const entry = home?.file.kinds[key];
    const result = home && entry ? { entry, node: home.nodes.of(entry.schema) } : undefined;
    found.set(key, result);
    return result;
  };
  const kinds = (): string[] => [...new Set([extras, ...[...groups].map(open)].flatMap((one) => Object.keys(one.file.kinds)))].sort();
  const metadataNode = open("core").nodes.of({ $ref: "meta.v1.ObjectMeta" });

  return {
    kinds,
    kind(apiVersion, kind) {
      const entry = find(apiVersion, kind)?.entry;
      return entry && { scope: entry.scope, ...(entry.plural && { plural: entry.plural }) };
    },
    node: (apiVersion, kind) => find(apiVersion, kind)?.node,
    validate: (manifest) => validate(manifest as Record<string, unknown>, find, metadataNode, kinds),
    withDefaults(manifest) {
      const { apiVersion, kind } = manifest as Record<string, unknown>;
      const known = find(String(apiVersion), String(kind));
      return structuredClone(known ? normalize(manifest, known.node) : manifest) as typeof manifest;
    },
  };
}

function validate(manifest: Record<string, unknown>, find: (apiVersion: string, kind: string) => Found | undefined, metadataNode: Node, kinds: () => string[]): SchemaIssue[] {
  const { apiVersion, kind } = manifest;
  if (typeof apiVersion !== "string" || apiVersion === "") return [{ path: "/apiVersion", message: "apiVersion is missing" }];
  if (typeof kind !== "string" || kind === "") return [{ path: "/kind", message: "kind is missing" }];
  const known = find(apiVersion, kind);
  if (!known) return [unknownKind(apiVersion, kind, kinds())];
  const { entry, node } = known;

  const { apiVersion: _a, kind: _k, metadata, ...body } = manifest;
  const issues = checkEnvelope(apiVersion, kind, entry.scope, metadata);
  if (metadata !== null && typeof metadata === "object") {
    const check = new Check(undefined, ["metadata"]);
    const normal = normalize(metadata, metadataNode);
    check.value(normal, metadataNode);
    // A CRD may narrow metadata.name further.
    const own = node.field("metadata");
    if (own) check.value(normal, own);
    issues.push(...check.issues);
  }
  const check = new Check(metadataNode);
  check.value(normalize(body, node), node);
  issues.push(...check.issues);
  if (issues.length === 0) for (const rule of KIND_RULES[`${apiVersion}/${kind}`] ?? []) issues.push(...rule(manifest));
  return issues;
}
