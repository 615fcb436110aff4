import { symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { bulkhead, project, TENANT } from "../support/project.ts";
import { ESCAPES, type Escape } from "./cases.ts";

interface Found { code: string; source: { file: string; line: number } }

/** Line 1 holds the imports, line 2 the top of the case, line 4 the attempt. */
const definition = ({ top = "", line }: Escape, where: "load" | "extend"): string => `import { defineProduct } from "bulkhead";
${top}
const attempt = (): void => {
  ${line}
};
${where === "load" ? "attempt();" : ""}
export default defineProduct({ description: "x", owner: { team: "acme", email: "data@acme.example" }, ${where === "extend" ? "extend: attempt, " : ""}});
`;

describe.each(["load", "extend"] as const)("an escape tried in %s is refused with its code and line", (where) => {
  let found: Found[] = [];
  let code = 0;
  const file = (i: number): string => `tenants/acme/sales/e${i}.ts`;
  beforeAll(() => {
    const root = project({
      "tenants/acme/tenant.ts": TENANT(),
      "tenants/_shared/labels.ts": "export const labels = { a: { b: 1 } };\n",
      "lib/addon.node": "", "lib/common.cjs": "module.exports = 1;\n",
      ...Object.fromEntries(ESCAPES.map((escape, i) => [file(i), definition(escape, where)])),
    });
    const outside = join(tmpdir(), `outside-${process.pid}.ts`);
    writeFileSync(outside, "export default 1;\n");
    symlinkSync(outside, join(root, "lib/link.ts"));
    const run = bulkhead(root, ["check", "--format", "json"]);
    code = run.code;
    found = (JSON.parse(run.stdout) as { problems: Found[] }).problems;
  }, 60_000);

  test.each(ESCAPES.map((escape, i) => ({ ...escape, file: file(i) })))("$name", (escape) => {
    const line = escape.atTop ? 2 : 4;
    expect(found.filter((p) => p.source.file === escape.file).map((p) => [p.code, p.source.line])).toEqual([[escape.code, line]]);
  });
  test("and nothing else is", () => {
    expect(code).toBe(2);
    expect(found.filter((p) => !p.source.file.startsWith("tenants/acme/sales/e"))).toEqual([]);
  });
});
