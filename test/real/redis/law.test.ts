/** read(apply(render(state))) = state on a real Redis, under the rendered auditor's rights. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { absent, password, type Stage, stage } from "./stage.ts";

let one: Stage;
beforeAll(async () => { if (!absent) one = await stage(); });
afterAll(() => one?.stop());

/** Root stands for whoever changes things by hand; it is the one user that git does not know. */
const others = (audit: Awaited<ReturnType<Stage["audit"]>>) => audit.differences.filter(({ name }) => name !== "root");

describe.skipIf(absent)("the example fleet", () => {
  test("is what was applied: nothing differs, every kind was read", async () => {
    const audit = await one.audit();
    expect(others(audit)).toEqual([]);
    expect(audit.unknown).toEqual([]);
    expect(audit.reading.coverage.map(({ what, state }) => [what, state])).toEqual([["user", "read"], ["setting", "read"], ["module", "read"], ["library", "read"]]);
    expect(audit.reading.items.filter(({ kind }) => kind === "user").map(({ name }) => name).sort()).toEqual([
      "bulkhead-admin", "bulkhead-auditor", "bulkhead-prober", "default", "helvetia-insurance.actuarial", "helvetia-insurance.pipeline", "northwind.billing", "northwind.pipeline", "northwind.reporting", "root",
    ]);
  });

  test("a user that may do everything is found, and said what it reaches", async () => {
    const [root] = (await one.audit()).differences;
    expect(root).toMatchObject({ name: "root", status: "unmanaged" });
    expect(root!.live!.note).toMatch(/^reaches keys of helvetia-insurance, northwind; channels of helvetia-insurance, northwind; what is everybody's, by @all, acl/);
  });

  test("Jobs in either order, and one again, leave the others' state as it was", async () => {
    const state = () => one.server.cli(["ACL", "LIST"]);
    const before = await state();
    for (const job of [...one.jobs].reverse()) await one.runJob(job);
    expect(await state()).toBe(before);
    await one.runJob(one.jobs.find((job) => job.includes("northwind"))!);
    expect(await state()).toBe(before);
  });

  test("a tenant's Job heals its own users and touches nobody else's", async () => {
    const northwind = one.jobs.find((job) => job.includes("northwind"))!;
    const users = async () => new Map((await one.server.cli(["ACL", "LIST"])).split("\n").map((line) => [line.split(" ")[1]!, line] as const));
    const before = await users();
    await one.server.cli(["ACL", "SETUSER", "northwind.reporting", "~*", "+@all", "nopass"]);
    await one.server.cli(["ACL", "SETUSER", "northwind.left-over", "on", ">x", "~*", "+@all"]);
    await one.server.cli(["ACL", "SETUSER", "helvetia-insurance.pipeline", "+keys"]);
    await one.server.cli(["ACL", "SETUSER", "northwinds.pipeline", "on", ">x"]);
    const others = [await users()].map((u) => [u.get("helvetia-insurance.pipeline"), u.get("northwinds.pipeline"), u.get("default")])[0];
    await one.runJob(northwind);
    const after = await users();
    expect(after.get("northwind.reporting")).toBe(before.get("northwind.reporting"));
    expect(after.has("northwind.left-over")).toBe(false);
    expect([after.get("helvetia-insurance.pipeline"), after.get("northwinds.pipeline"), after.get("default")]).toEqual(others);
    await one.server.cli(["ACL", "DELUSER", "northwinds.pipeline"]);
    await one.runJob(one.jobs.find((job) => job.includes("helvetia"))!);
    expect((await one.audit()).differences.map(({ name }) => name)).toEqual(["root"]);
  });

  test.each([["nothing", ""], ["a password", "hunter2"], ["half a hash", "0".repeat(32)], ["two lines", `${"0".repeat(64)}\n~*`], ["rules behind it", `${"0".repeat(64)} ~*`]])("a Secret that holds %s instead of a hash changes nothing", async (_name, text) => {
    const before = await one.server.cli(["ACL", "LIST"]);
    const run = one.runJob(one.jobs.find((job) => job.includes("northwind"))!, (script) => script.replace('"$HASH_0"', `'${text}'`));
    await expect(run).rejects.toThrow("northwind.pipeline: no SHA-256 of a password");
    expect(await one.server.cli(["ACL", "LIST"])).toBe(before);
  });

  test("what was set is in the aclfile: it is there after the server read it again", async () => {
    const before = await one.audit();
    expect(await one.server.cli(["ACL", "LOAD"])).toBe("OK");
    expect(await one.audit()).toEqual(before);
  });

  test("each principal logs in with its password from the secret store, and does its work", async () => {
    const as = (user: string, key: string) => ({ user, password: password(key) });
    const pipeline = as("northwind.pipeline", "northwind/redis/pipeline");
    const reporting = as("northwind.reporting", "northwind/redis/reporting");
    const key = "northwind:sales:orders:orders:42";
    expect(await one.server.cli(["HSET", key, "amount", "7"], pipeline)).toBe("1");
    expect(await one.server.cli(["HGETALL", key], reporting)).toBe("amount\n7");
    expect(await one.server.cli(["HSET", key, "amount", "8"], reporting)).toMatch(/NOPERM/);
    expect(await one.server.cli(["HGETALL", "northwind:logistics:tracking:positions:7"], reporting)).toMatch(/NOPERM/);
    expect(await one.server.cli(["HGETALL", "northwind:logistics:tracking:positions:7"], as("northwind.billing", "northwind/redis/billing"))).not.toMatch(/NOPERM/);
    await one.server.cli(["DEL", key], pipeline);
  });
});
