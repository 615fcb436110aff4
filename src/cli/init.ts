import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { platformText, productText, tenantText } from "../create/definition.ts";
import { nameTrouble, slug, title } from "../create/name.ts";
import { type NewFile, placeFiles, textOf } from "../create/place.ts";
import { isModule, mergeIgnore, mergePackage, packageText, settingFiles } from "../create/project.ts";
import { UsageError } from "./options.ts";
import { print } from "./terminal.ts";
import { version } from "./version.ts";

export interface InitOptions { tenant: string; cluster: string }

/** `bulkhead init`: makes a folder a project whose `check` passes. What exists stays; package.json and .gitignore are added to. */
export function init(folder: string, { tenant, cluster }: InitOptions): number {
  const root = resolve(folder);
  const trouble = nameTrouble("tenant", tenant);
  if (trouble) throw new UsageError("BH0010", trouble.message, trouble.hint);
  if (!/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(cluster)) throw new UsageError("BH0010", `"${cluster}" cannot name a cluster`, "lower-case letters, digits and dashes, at most 63");
  const name = slug(basename(root)).slice(0, 20).replace(/-+$/, "") || "platform";
  const merged = mergeSettings(root, name);
  mkdirSync(root, { recursive: true });
  for (const { path, text } of merged.write) writeFileSync(join(root, path), text);
  const { created, left } = placeFiles(root, [...settingFiles(), ...merged.create, ...definitions(root, name, tenant, cluster)]);
  const lines = (items: string[], what: string): string => items.map((item) => `  ${what}  ${item}\n`).join("");
  print(process.stdout, lines(created, "created") + lines(merged.write.map((f) => f.path), "added to") + lines([...merged.left, ...left], "left as it is"));
  const install = existsSync(join(root, "node_modules/bulkhead")) ? "" : "  npm install\n";
  print(process.stdout, `\nnext:\n${root === process.cwd() ? "" : `  cd ${/^[\w./-]+$/.test(folder) ? folder : JSON.stringify(folder)}\n`}${install}  npx bulkhead check\n  npx bulkhead synth            # renders dist/: commit it\n  npx bulkhead synth --check --format github    # in CI\n`);
  return 0;
}

/** An example tenant comes with the first platform only: a fleet that exists gets none. */
function definitions(root: string, name: string, tenant: string, cluster: string): NewFile[] {
  const platform = { path: "tenants/platform.ts", text: platformText(name, cluster) };
  if (existsSync(join(root, platform.path))) return [platform];
  const owner = { team: `${tenant}-data`, email: `data@${tenant}.example` };
  return [
    platform,
    { path: `tenants/${tenant}/tenant.ts`, text: tenantText({ displayName: title(tenant), ...owner, plan: "standard", clusters: [cluster] }) },
    { path: `tenants/${tenant}/sales/orders.ts`, text: productText({ description: "Orders, one row an order", ...owner, table: { name: "orders", store: "postgres" } }) },
  ];
}

function mergeSettings(root: string, name: string): { write: NewFile[]; create: NewFile[]; left: string[] } {
  const write: NewFile[] = [];
  const create: NewFile[] = [];
  const left: string[] = [];
  const merge = (path: string, text: string | undefined): void => { if (text === undefined) left.push(path); else write.push({ path, text }); };
  const settings = textOf(join(root, "package.json"));
  if (settings === undefined) create.push({ path: "package.json", text: packageText(name, version()) });
  else {
    try {
      merge("package.json", mergePackage(settings, version()));
    } catch (error) {
      throw new UsageError("BH0009", `package.json cannot be read: ${(error as Error).message}`, "mend it, then run init again; nothing was written");
    }
    // Changing the package's own type would break its other files.
    if (!isModule(settings)) create.push({ path: "tenants/package.json", text: '{ "private": true, "type": "module" }\n' });
  }
  const ignored = textOf(join(root, ".gitignore"));
  if (ignored === undefined) create.push({ path: ".gitignore", text: mergeIgnore("")! });
  else merge(".gitignore", mergeIgnore(ignored));
  return { write, create, left };
}
