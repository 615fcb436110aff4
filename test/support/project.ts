import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { afterAll } from "vitest";

export const home = resolve(import.meta.dirname, "../..");
const made: string[] = [];
afterAll(() => { for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true }); });

/** A throw-away project: files by path; `base` starts from the example fleet's platform.ts. */
export function project(files: Record<string, string> = {}, { base = true }: { base?: boolean } = {}): string {
  const root = mkdtempSync(join(tmpdir(), "bulkhead-"));
  made.push(root);
  mkdirSync(join(root, "node_modules"));
  symlinkSync(home, join(root, "node_modules/bulkhead"));
  for (const name of ["cdk8s", "constructs"]) symlinkSync(join(home, "node_modules", name), join(root, "node_modules", name));
  writeFileSync(join(root, "package.json"), '{"type":"module"}');
  mkdirSync(join(root, "tenants"));
  if (base) cpSync(join(home, "tenants/platform.ts"), join(root, "tenants/platform.ts"));
  write(root, files);
  return root;
}

/** Writes files into a project. */
export function write(root: string, files: Record<string, string>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
}

/** Runs the built command line. */
export function bulkhead(root: string, args: string[], env: Record<string, string> = {}): { code: number; stdout: string; stderr: string } {
  const result = spawnSync(process.execPath, [join(home, "build/cli/bin.js"), ...args], { cwd: root, encoding: "utf8", env: { ...process.env, NO_COLOR: "1", ...env } });
  return { code: result.status ?? -1, stdout: result.stdout, stderr: result.stderr };
}

export const TENANT = (extra = ""): string => `import { defineTenant } from "bulkhead";
export default defineTenant({ displayName: "Acme", owner: { team: "acme", email: "data@acme.example" }, plan: "standard", clusters: ["prod-eu"],${extra} });
`;
export const PRODUCT = (body: string, imports = ""): string => `import { defineProduct } from "bulkhead";
${imports}export default defineProduct({ description: "x", owner: { team: "acme", email: "data@acme.example" },
${body}
});
`;
