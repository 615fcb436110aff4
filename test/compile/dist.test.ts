import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { argoSelection, BOOTSTRAP, isBootstrap } from "../../src/layers/gitops/index.ts";
import { parseInventory } from "../../src/render/inventory.ts";
import { bulkhead } from "../support/project.ts";

const home = resolve(import.meta.dirname, "../..");
const files = readdirSync(join(home, "dist"), { recursive: true, withFileTypes: true }).filter((e) => e.isFile()).map((e) => { const full = join(e.parentPath, e.name); return { path: full.slice(home.length + 1), text: readFileSync(full, "utf8") }; });
const inventories = files.filter((f) => f.path.endsWith("/inventory.json"));
const TENANTS = ["aurora-health", "helvetia-insurance", "northwind"];

describe("the committed dist/", () => {
  test("is what the definitions say", () => {
    expect(bulkhead(home, ["synth", "--check", "--as-of", "2026-11-24"])).toMatchObject({ code: 0, stderr: expect.stringContaining("is what the definitions say") });
  });

  test("has an inventory for each folder, and nothing lies outside", () => {
    const listed = inventories.flatMap(({ path, text }) => [path, ...parseInventory(text)!.files.map((f) => `${path.slice(0, -"inventory.json".length)}${f.path}`)]);
    expect(listed.sort()).toEqual(files.map((f) => f.path).sort());
  });

  // D5a: what Argo CD would parse of each Application's folder is exactly what the inventory says.
  test.each(inventories.flatMap(({ path, text }) => {
    const base = path.slice(0, -"/inventory.json".length);
    const all = parseInventory(text)!.files;
    return (base.endsWith("/platform") ? [""] : ["walls/", "content/"]).map((part) => ({ app: `${base}/${part}`.replace(/\/$/, ""), expected: all.filter((f) => f.object && f.path.startsWith(part)).map((f) => `${base}/${f.path}`).sort() }));
  }))("Argo CD selects exactly the inventory's objects of $app", ({ app, expected }) => {
    const selection = argoSelection(files, { path: app, recurse: true, include: "*.yaml" });
    expect(selection.objects.map((o) => o.path).sort()).toEqual(expected);
  });

  test.each(["prod-eu", "prod-us"])("%s holds every object of the bootstrap once", (cluster) => {
    const objects = argoSelection(files, { path: `dist/${cluster}/platform`, recurse: true, include: "*.yaml" }).objects;
    expect(objects.filter((o) => isBootstrap(o.object as never))).toHaveLength(BOOTSTRAP.length);
  });

  test("names no tenant below platform/", () => {
    const naming = files.filter((f) => /^dist\/[^/]+\/platform\//.test(f.path) && !f.path.endsWith("inventory.json")).filter((f) => TENANTS.some((t) => f.text.includes(t) || f.path.includes(t)));
    expect(naming.map((f) => f.path)).toEqual([]);
  });

  test("names only its own tenant in each tenant's folder", () => {
    const naming = files.flatMap((f) => { const own = /\/tenants\/([^/]+)\//.exec(f.path)?.[1]; return own ? TENANTS.filter((t) => t !== own && new RegExp(`\\b${t}\\b`).test(f.text)).map((t) => `${f.path} names ${t}`) : []; });
    expect(naming).toEqual([]);
  });
});
