import { type ChildProcess, spawn } from "node:child_process";
import { join, resolve } from "node:path";
import { afterEach, expect, test } from "vitest";
import { bulkhead, PRODUCT, project, TENANT, write } from "../support/project.ts";

const bin = resolve(import.meta.dirname, "../../build/cli/bin.js");
let running: ChildProcess | undefined;
afterEach(() => { running?.kill("SIGKILL"); running = undefined; });

/** A watching process, and a way to wait for its next answer. */
function watching(root: string): { next: () => Promise<string>; interrupt: () => Promise<number | null> } {
  const child = spawn(process.execPath, [bin, "check", "--watch"], { cwd: root, stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, NO_COLOR: "1" } });
  running = child;
  let text = "";
  let wake = (): void => {};
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => { text += chunk; wake(); });
  return {
    next: async () => {
      const end = /watching tenants\/\n/;
      while (!end.test(text)) await new Promise<void>((done) => { wake = done; });
      const answer = text.slice(0, text.search(end));
      text = text.slice(text.search(end) + "watching tenants/\n".length);
      return answer;
    },
    interrupt: () => new Promise((done) => { child.once("exit", (code) => done(code)); child.kill("SIGINT"); }),
  };
}

test("check --watch answers after each save, also of new files, and leaves on Ctrl-C with 130", async () => {
  const root = project({ "tenants/acme/tenant.ts": TENANT() });
  const { next, interrupt } = watching(root);
  expect(await next()).toMatch(/^1 tenant, [0-9]+ files: all checks passed \([0-9]+ ms\); $/);
  write(root, { "tenants/acme/sales/orders.ts": PRODUCT("tabels: {},") });
  const broken = await next();
  expect(broken).toMatch(/^error\[BH1001\][^]*orders.ts:3:1[^]*1 error, 0 warnings/);
  expect(broken).not.toContain("\u001b");
  write(root, { "tenants/acme/sales/orders.ts": PRODUCT("") });
  expect(await next()).toMatch(/all checks passed/);
  write(root, { "tenants/acme/tenant.ts": TENANT().replace("standard", "standrad") });
  expect(await next()).toMatch(/BH3009/);
  expect(await interrupt()).toBe(130);
});

test("--watch is for people: another format is a wrong call", () => {
  expect(bulkhead(project({ "tenants/acme/tenant.ts": TENANT() }), ["check", "--watch", "--format", "json"])).toMatchObject({ code: 2, stderr: expect.stringMatching(/BH0001\] --watch has no --format json/) });
});

test("--watch where there is nothing to watch is a wrong call, not a bug", () => {
  expect(bulkhead(join(project(), "node_modules"), ["check", "--watch"])).toMatchObject({ code: 2, stderr: expect.stringMatching(/BH2010/) });
});
