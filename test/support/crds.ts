/** The CRDs of the operators that Bulkhead works with, for suites on a real API server. */
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { loadAll } from "js-yaml";
import type { SchemaFile } from "../../src/imports/structural.ts";
import type { Manifest } from "../../src/layers/layer.ts";
import { atHand, CRDS } from "./shared.ts";
import { definitionsOf } from "./structural.ts";

const schemas = resolve(import.meta.dirname, "../../imports/schemas");
const byName = (a: Manifest, b: Manifest): number => (a.metadata.name < b.metadata.name ? -1 : 1);

/** Upstream's own, as published; empty where the folder is absent. */
export function publishedCrds(): Manifest[] {
  if (!atHand(CRDS)) return [];
  const files = readdirSync(CRDS, { recursive: true, encoding: "utf8" }).filter((path) => /\.ya?ml$/.test(path));
  const documents = files.flatMap((path) => loadAll(readFileSync(join(CRDS, path), "utf8")) as (Manifest | null)[]);
  return documents.filter((document): document is Manifest => document?.kind === "CustomResourceDefinition").sort(byName);
}

/** Made back from the compact schemas in `imports/`. */
export function importedCrds(): Manifest[] {
  return readdirSync(schemas).flatMap((name) => definitionsOf(JSON.parse(readFileSync(join(schemas, name), "utf8")) as SchemaFile)).sort(byName);
}

/** Upstream's where they lie beside the checkout, else those made from `imports/`. */
export function operatorCrds(): Manifest[] {
  const published = publishedCrds();
  return published.length > 0 ? published : importedCrds();
}
