/** The example fleet's StarRocks parts, as `dist/` holds them. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { load } from "js-yaml";
import { projectRoot } from "../provision/component.ts";

/** Texts of each tenant's ConfigMap. */
export function units(): { tenant: string; files: Record<string, string> }[] {
  const folder = join(projectRoot, "dist/prod-eu/tenants");
  return readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((file) => /serving\/.*\/configmap\.starrocks-[^/]*\.yaml$/.test(file)).sort().map((file) => {
    const { data } = load(readFileSync(join(folder, file), "utf8")) as { data: Record<string, string> };
    return { tenant: file.split("/")[0]!, files: data };
  });
}
/** Statements of a text: no literal in them holds a semicolon. */
export const statements = (text: string): string[] => text.split(";\n").filter((one) => one.trim() !== "");
