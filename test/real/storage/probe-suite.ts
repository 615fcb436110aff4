/** Anonymous requests, made only when asked for: refused in the declared state, and told where they are not. */
import { describe, expect, test } from "vitest";
import { s3Audit } from "../../../src/layers/storage/plane.ts";
import { done } from "../apply/s3.ts";
import { BUCKET, OWNER, TENANT, writePolicy } from "./mutations.ts";
import type { Stage } from "./stage.ts";

export function probeSuite(stage: () => Stage): void {
  const probe = () => s3Audit.probe!({ store: "lake-eu", endpoint: stage().ceph.endpoint, plain: true, timeoutMs: 10_000 }, stage().store.state);
  const notes = async () => (await probe()).failures.map(({ name, tenant, note }) => `${name} ${tenant} ${note}`);
  const may = (what: string): string => `${BUCKET} ${TENANT} an anonymous request may ${what}`;

  describe("anonymous requests", () => {
    test("are refused", async () => expect(await probe()).toEqual({ failures: [], coverage: [{ what: "anonymous requests", state: "read", objects: 12 }] }));

    test.each<[string, () => Promise<unknown>, string[]]>([
      ["a policy that lets everyone list", () => writePolicy(stage(), (p) => { p.Statement = [{ Sid: "x", Effect: "Allow", Principal: "*" as never, Action: ["s3:ListBucket"], Resource: [`arn:aws:s3:::${BUCKET}`] }]; }), ["list the bucket", "read an object"]],
      ["a policy that lets everyone read", () => writePolicy(stage(), (p) => { p.Statement = [{ Sid: "x", Effect: "Allow", Principal: "*" as never, Action: ["s3:GetObject", "s3:GetBucketPolicy"], Resource: [`arn:aws:s3:::${BUCKET}`, `arn:aws:s3:::${BUCKET}/*`] }]; }), ["read its policy"]],
      ["a policy for the root of no account, which is everyone", () => writePolicy(stage(), (p) => { p.Statement = [{ Sid: "x", Effect: "Allow", Principal: { AWS: ["arn:aws:iam:::root"] }, Action: ["s3:GetBucketAcl"], Resource: [`arn:aws:s3:::${BUCKET}`] }]; }), ["read its ACL"]],
      ["an ACL for everyone, without the wall", async () => { await writePolicy(stage(), (p) => { p.Statement = p.Statement.filter(({ Sid }) => Sid !== "wall"); }); await done(stage().as(OWNER)("PUT", `/${BUCKET}`, { query: { acl: "" }, headers: { "x-amz-acl": "public-read" } })); }, ["list the bucket", "list its versions", "list its unfinished uploads"]],
    ])("%s", async (_name, change, found) => {
      try {
        await change();
        expect(await notes()).toEqual(expect.arrayContaining(found.map(may)));
      } finally {
        await writePolicy(stage(), () => {});
        await done(stage().as(OWNER)("PUT", `/${BUCKET}`, { query: { acl: "" }, headers: { "x-amz-acl": "private" } }));
      }
      expect(await notes()).toEqual([]);
    });

    test("an ACL for everyone, behind the wall: the audit finds it, and nobody comes in", async () => {
      await done(stage().as(OWNER)("PUT", `/${BUCKET}`, { query: { acl: "" }, headers: { "x-amz-acl": "public-read" } }));
      expect((await stage().audit()).differences.map(({ kind }) => kind)).toEqual(["acl"]);
      expect(await notes()).toEqual([]);
      await done(stage().as(OWNER)("PUT", `/${BUCKET}`, { query: { acl: "" }, headers: { "x-amz-acl": "private" } }));
    });
  });
}
