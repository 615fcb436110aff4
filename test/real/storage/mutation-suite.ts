/** Every mutation of the list is found, that and nothing else, and the printed commands put it back. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { s3Audit } from "../../../src/layers/storage/plane.ts";
import type { ItemDifference } from "../../../src/model/plane.ts";
import { EQUAL, type Expected, MUTATIONS, type Mutation, OWNER } from "./mutations.ts";
import type { Audited, Stage } from "./stage.ts";

const AUDITOR = "bulkhead.audit.lake-eu";
/** Each difference with the expected beginnings of its pointers that were found; what begins otherwise stands as it is. */
const found = (differences: readonly ItemDifference[], expected: Expected): Record<string, string[]> => Object.fromEntries(differences.map(({ status, kind, name, changes }) => {
  const key = `${status} ${kind} ${name}`;
  return [key, [...new Set(changes.map(({ pointer }) => expected[key]?.filter((start) => pointer.startsWith(start)).sort().at(-1) ?? pointer))].sort()];
}));
const sorted = (expected: Expected): Expected => Object.fromEntries(Object.entries(expected).map(([key, starts]) => [key, [...new Set(starts)].sort()]));

const same = (differences: readonly ItemDifference[], expected: Expected): void => { expect(found(differences, expected)).toEqual(sorted(expected)); };

export function mutationSuite(stage: () => Stage): void {
  /** With the right to see users, the auditor sees that it has it: one difference too many, and none else. */
  const [clean, seeing]: [Expected, Expected] = [{}, { [`changed user ${AUDITOR}`]: ["/capabilities/users"] }];
  const putBack = async ({ differences }: Audited): Promise<void> => {
    for (const difference of differences.filter(({ name }) => name !== AUDITOR)) await stage().revert(s3Audit.revert(difference, stage().store).commands, OWNER);
  };
  const tried = async (mutation: Mutation, base: Expected): Promise<void> => {
    await mutation.change(stage());
    const audited = await stage().audit();
    try {
      judge(audited, mutation, base);
    } finally {
      await putBack(audited);
      await mutation.undo?.(stage());
    }
    same((await stage().audit()).differences, base);
  };
  const judge = (audited: Audited, mutation: Mutation, base: Expected): void => {
    same(audited.differences, { ...base, ...mutation.expected });
    expect(audited.coverage.filter(({ state }) => state !== "read").map(({ what }) => what).filter((what) => !what.startsWith("user"))).toEqual(mutation.unknown ?? []);
    for (const { tenant, live, status } of audited.differences.filter(({ name }) => name !== AUDITOR)) {
      if (status === "unmanaged") expect(live?.note).toBeDefined();
      else expect(tenant).toBe("northwind");
    }
  };

  describe("what anyone changes is found, and put back by the printed commands", () => {
    test.each(MUTATIONS.filter(({ users }) => !users).map((mutation) => [mutation.name, mutation] as const))("%s", async (_name, mutation) => { await tried(mutation, clean); });

    test.each(EQUAL)("no difference: $name", async ({ change }) => {
      await change(stage());
      expect((await stage().audit()).differences).toEqual([]);
    });

    test("users that are gone or changed are not seen, and said not to be", async () => {
      await stage().ceph.admin(["user", "create", "--uid=northwind--unseen", "--display-name=x"]);
      const { differences, coverage } = await stage().audit();
      expect(differences).toEqual([]);
      expect(coverage.find(({ what }) => what === "user")).toMatchObject({ state: "unknown", objects: 0 });
      await stage().ceph.admin(["user", "rm", "--uid=northwind--unseen"]);
    });
  });

  describe("where users may be read", () => {
    beforeAll(() => stage().ceph.admin(["caps", "add", `--uid=${AUDITOR}`, "--caps=users=read"]));
    afterAll(() => stage().ceph.admin(["caps", "rm", `--uid=${AUDITOR}`, "--caps=users=read"]));

    test("every user is as declared, but the auditor, who now may too much; no key is in the reading", async () => {
      const { differences, coverage, reading } = await stage().audit();
      same(differences, seeing);
      expect(coverage.every(({ state }) => state === "read")).toBe(true);
      const text = JSON.stringify(reading);
      for (const { accessKey, secretKey } of [...stage().keys.values(), stage().ceph.operator]) {
        expect(text).not.toContain(secretKey);
        expect(text).not.toContain(`"${accessKey}"`);
      }
    });

    test.each(MUTATIONS.filter(({ users }) => users).map((mutation) => [mutation.name, mutation] as const))("%s", async (_name, mutation) => { await tried(mutation, seeing); });

    test("the auditor's own right is taken back by the printed commands", async () => {
      const [own] = (await stage().audit()).differences;
      await stage().revert(s3Audit.revert(own!, stage().store).commands, OWNER);
      const { differences, coverage } = await stage().audit();
      expect(differences).toEqual([]);
      expect(coverage.find(({ what }) => what === "user")?.state).toBe("unknown");
    });
  });
}
