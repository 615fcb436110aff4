/** The lines behind the first: what the syntax did not show, and what an allowed package tries. */
import { existsSync, globSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { compile } from "../../build/compile/compile.js";
import { Worker } from "../../build/compile/processes.js";
import { PRODUCT, project, TENANT } from "../support/project.ts";

/** A real addon, which loads without the permission model. */
const addon = globSync(join(import.meta.dirname, "../../node_modules/@oxc-parser/*/*.node"))[0]!;
const P = "tenants/acme/sales/orders.ts";

describe("import hooks refuse what the graph of imports was not asked about", () => {
  test.each<[string, string, string]>([
    ["a part of Node", 'import "node:fs";', "BH2016"],
    ["a package", 'import "zod";', "BH2016"],
    ["a data: URL", 'import "data:text/javascript,0";', "BH2016"],
    ["a file outside", 'import "../../../../../etc/hostname";', "BH2006"],
  ])("%s", async (_, line, code) => {
    const root = project({ [P]: PRODUCT("", `${line}\n`) });
    const worker = new Worker({ root, allowed: ["bulkhead"] });
    try {
      const nothing = { broken: [], helpers: [], allowed: ["bulkhead"], packages: ["bulkhead"], imports: {}, common: [] };
      await worker.start({ type: "start", root, asOf: "2026-11-24", platform: "tenants/platform.ts", ...nothing }, (file) => [file]);
      const files = { id: "acme", domains: [], products: [{ domain: "sales", id: "orders", file: P }] };
      const { tenants } = await worker.render({ type: "render", orders: [{ files, imports: {}, foreign: [], shared: { ids: [] }, output: { to: "nothing" } }] });
      const problems = tenants.flatMap((t) => t.problems);
      expect(problems.map((p) => [p.code, p.source?.file])).toEqual([[code, P]]);
    } finally { worker.end(); }
  });
});

describe("Node's permissions stop an allowed package that is asked to", () => {
  test.each<[string, string, boolean]>([
    ["read outside the project", 'import { readFileSync } from "node:fs";\nexport const f = () => readFileSync("/etc/passwd", "utf8");', true],
    ["write into the project", 'import { writeFileSync } from "node:fs";\nexport const f = () => writeFileSync("tenants/left.txt", "x");', true],
    ["start a process", 'import { execFileSync } from "node:child_process";\nexport const f = () => execFileSync("true");', true],
    ["start a thread", 'import { Worker } from "node:worker_threads";\nexport const f = () => new Worker("0", { eval: true });', true],
    ["load an addon", `import { createRequire } from "node:module";\nexport const f = () => createRequire("/")(${JSON.stringify(addon)});`, true],
    ["read the project", 'import { readFileSync } from "node:fs";\nexport const f = () => readFileSync("package.json", "utf8");', false],
  ])("%s", async (_, text, refused) => {
    const root = project({
      "tenants/acme/tenant.ts": TENANT(), [P]: PRODUCT("", 'import { f } from "helper";\nf();\n'),
      "package.json": '{ "type": "module", "bulkhead": { "allow": ["helper"] } }',
      "node_modules/helper/package.json": '{ "name": "helper", "type": "module", "exports": "./i.js" }', "node_modules/helper/i.js": text,
    });
    const { problems } = await compile({ root, asOf: "2026-11-24" });
    expect(problems.map((p) => p.code)).toEqual(refused ? ["BH2004"] : []);
    expect(existsSync(join(root, "tenants/left.txt"))).toBe(false);
  });

  test("the environment of the caller does not reach a package", async () => {
    process.env.CDK8S_TOLD = "1";
    const root = project({
      "tenants/acme/tenant.ts": TENANT(), [P]: PRODUCT("", 'import { names } from "helper";\nif (names !== "LANG,TZ") throw new Error(names);\n'),
      "package.json": '{ "type": "module", "bulkhead": { "allow": ["helper"] } }',
      "node_modules/helper/package.json": '{ "name": "helper", "type": "module", "exports": "./i.js" }',
      "node_modules/helper/i.js": 'export const names = Object.keys(process.env).filter((n) => !n.startsWith("NODE_CHANNEL_")).sort().join();',
    });
    try { expect((await compile({ root, asOf: "2026-11-24" })).problems).toEqual([]); } finally { delete process.env.CDK8S_TOLD; }
  });
});
