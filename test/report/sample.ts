import { refused, type Problem, unloadable, warning } from "../../src/model/problem.ts";
import { readCodes } from "../../src/report/codes.ts";
import type { Report } from "../../src/report/report.ts";

/** Everything a name can do to a format: markup, entities, line breaks, a terminal's escape, half a character, what GitHub's commands are made of. */
export const HOSTILE = `a<b>&amp;"c"'d'\r\n::error::x,y:z%0A\u0000\u001b[31m\ud800\ufffe]]>é😀`;

export const PROBLEMS: Problem[] = [
  unloadable("BH1001", 'unknown property "tabels"', { file: "tenants/acme/sales/orders.ts", path: "tabels", line: 3, column: 1 }, 'did you mean "tables"?'),
  refused("BH3007", HOSTILE, { file: `tenants/acme/${HOSTILE}.ts`, path: "x", line: 1, column: 7 }, HOSTILE, [{ file: "tenants/acme/a b.ts", path: "", line: 2, column: 4 }]),
  warning("BH3013", "a has no classification", { file: "tenants/acme/tenant.ts", path: "a", line: 9, column: 2 }, "classify the column"),
  refused("BH2014", '"Acme_1" is no tenant identifier', { file: "tenants/Acme_1", path: "" }),
  unloadable("BH0002", '"acne" is no tenant', undefined, "tenants: acme"),
];

export const report = (problems: Problem[] = PROBLEMS, prefix = ""): Report =>
  ({ command: "check", version: "1.2.3", problems, files: ["tenants/acme/sales/orders.ts", "tenants/acme/tenant.ts", "tenants/platform.ts"], prefix, codes: readCodes() });
