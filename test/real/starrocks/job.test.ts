/** The Job's own script with a shell and sed. `mysql` is a stand-in that writes down how it was called: StarRocks cannot be had here. */
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, expect, test } from "vitest";
import { run } from "../provision/component.ts";
import { units } from "./stage.ts";

const folder = mkdtempSync(join(tmpdir(), "bulkhead-starrocks-"));
const log = join(folder, "log");
afterAll(() => rmSync(folder, { recursive: true, force: true }));
beforeEach(() => {
  writeFileSync(log, "");
  writeFileSync(join(folder, "mysql"), `#!/bin/sh\nprintf 'ARGS %s\\n' "$*" >>"${log}"\ncase "$*" in *'SHOW RESOURCE GROUPS'*) printf '%s\\t1\\n' $GROUPS_THERE ;; *SELECT*) echo 1 ;; *) cat >>"${log}" ;; esac\n`);
  chmodSync(join(folder, "mysql"), 0o755);
});

const [unit] = units();
for (const [name, text] of Object.entries(unit!.files)) writeFileSync(join(folder, name), text);
const PASSWORDS = { PASSWORD_0: "pipeline-secret-0123", PASSWORD_1: "billing.secret~0123", PASSWORD_2: "reporting_secret_0123" };
const start = (env: Record<string, string> = {}) => run("/bin/sh", [join(folder, "starrocks.sh")], { allowFail: true, env: { PATH: `${folder}:${process.env["PATH"]}`, UNIT: folder, STARROCKS_HOST: "h", STARROCKS_PORT: "9030", STARROCKS_USER: "admin", STARROCKS_CA: "ca", GROUPS_THERE: "default_wg", ...PASSWORDS, ...env } });

test("passwords come into the SQL and into no argument", async () => {
  expect(await start()).toMatchObject({ code: 0, stderr: "" });
  const text = readFileSync(log, "utf8");
  expect(text).toContain("ALTER USER 'northwind.billing'@'%' IDENTIFIED BY 'billing.secret~0123';");
  expect(text).not.toContain("@PASSWORD_");
  expect(text.split("\n").filter((line) => line.startsWith("ARGS") && /secret/.test(line))).toEqual([]);
  expect(text.split("\n").filter((line) => line.startsWith("ARGS")).every((line) => line.includes("--ssl-mode=VERIFY_CA"))).toBe(true);
});
test.each([["no group yet", "default_wg", /^CREATE RESOURCE GROUP `northwind` TO/m, /ALTER RESOURCE GROUP/], ["its group is there", "default_wg northwind", /^ALTER RESOURCE GROUP `northwind` WITH/m, /CREATE RESOURCE GROUP/], ["a group whose name begins alike", "northwinds", /^CREATE RESOURCE GROUP/m, /ALTER RESOURCE GROUP/]])("%s", async (_name, groups, wanted, other) => {
  expect((await start({ GROUPS_THERE: groups })).code).toBe(0);
  expect(readFileSync(log, "utf8")).toMatch(wanted);
  expect(readFileSync(log, "utf8")).not.toMatch(other);
});
test.each([["a quote", "aaaaaaaaaaaaaaaa'; DROP DATABASE x; --"], ["sed's own signs", "aaaaaaaaaaaaaaaa|&\\1"], ["a line break", "aaaaaaaaaaaaaaaa\nbbbbbbbbbbbbbbbb"], ["too short", "short"], ["nothing", ""]])("a password with %s is refused before any SQL", async (_name, secret) => {
  const { code, stderr } = await start({ PASSWORD_1: secret });
  expect(code).not.toBe(0);
  expect(stderr).toContain("PASSWORD_1: no password of");
  if (secret) expect(stderr).not.toContain(secret);
  expect(readFileSync(log, "utf8")).not.toMatch(/CREATE|ALTER/);
});
