/** What a folder needs to become a project. */
import type { NewFile } from "./place.ts";

/** Settings for editors and \`tsc\`; beside the definitions, so that a project's own tsconfig.json stays its own. */
const TSCONFIG = `{
  "compilerOptions": {
    "target": "es2023", "module": "nodenext", "moduleResolution": "nodenext", "strict": true, "noEmit": true,
    "allowImportingTsExtensions": true, "erasableSyntaxOnly": true, "verbatimModuleSyntax": true, "skipLibCheck": true, "types": []
  },
  "include": ["**/*.ts"]
}
`;
const CDK8S = `language: typescript
app: node node_modules/bulkhead/build/cdk8s/main.js
# Not dist/: cdk8s-cli empties its output folder before it runs the app.
output: .bulkhead/cdk8s
`;
const IGNORED = ["node_modules/", ".bulkhead/"];

/** Files beside the definitions. */
export const settingFiles = (): NewFile[] => [{ path: "tenants/tsconfig.json", text: TSCONFIG }, { path: "cdk8s.yaml", text: CDK8S }];

/** A package.json of its own, ES modules. */
export const packageText = (name: string, version: string): string =>
  `${JSON.stringify({ name, private: true, type: "module", scripts: { check: "bulkhead check", synth: "bulkhead synth" }, dependencies: { bulkhead: `^${version}` } }, undefined, 2)}\n`;

/** Adds the dependency to a package.json, its indentation kept; undefined when it has it already. Throws SyntaxError or TypeError for what is no package.json. */
export function mergePackage(before: string, version: string): string | undefined {
  const parsed = JSON.parse(before) as Record<string, Record<string, string> | undefined>;
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) throw new TypeError("it holds no object");
  if (["dependencies", "devDependencies", "optionalDependencies", "peerDependencies"].some((key) => parsed[key]?.bulkhead !== undefined)) return undefined;
  const indent = /^\{\s*\n([ \t]+)"/.exec(before)?.[1] ?? 2;
  return `${JSON.stringify({ ...parsed, dependencies: { ...parsed.dependencies, bulkhead: `^${version}` } }, undefined, indent)}\n`;
}

/** True when Node takes the package's .ts files for ES modules, which definitions are. */
export const isModule = (packageJson: string): boolean => (JSON.parse(packageJson) as { type?: string }).type === "module";

/** Adds the lines that .gitignore lacks; undefined when it has them. */
export function mergeIgnore(before: string): string | undefined {
  const lines = new Set(before.split(/\r?\n/).map((line) => line.trim().replace(/^\//, "").replace(/\/$/, "")));
  const missing = IGNORED.filter((line) => !lines.has(line.replace(/\/$/, "")));
  if (missing.length === 0) return undefined;
  return `${before}${before === "" || before.endsWith("\n") ? "" : "\n"}${missing.join("\n")}\n`;
}
