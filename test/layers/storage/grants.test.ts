import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { policyMeaning } from "../../../src/layers/storage/grants.ts";
import { type Policy, type Statement, bucketPolicy } from "../../../src/layers/storage/policy.ts";
import { suiteCount } from "../../real/provision/budget.ts";

const access = [{ prefix: "acme/sales/orders/", readers: ["r1", "r2"], writers: ["w"] }, { prefix: "acme/hr/people/", readers: ["p"], writers: [] }];
const policy = bucketPolicy("lake-acme", "owner", "audit", access);
const meaning = (value: unknown) => policyMeaning(typeof value === "string" ? value : JSON.stringify(value));
const base = meaning(policy);
const rule = (part: object): object => ({ Effect: "Allow", Principal: "*", Action: "s3:GetObject", Resource: "arn:aws:s3:::b/x", ...part });
const one = (part: object) => meaning({ Version: "2012-10-17", Statement: [rule(part)] });

/** The same policy otherwise: shuffled, cut, doubled, renamed, texts for lists of one, other ARN forms and cases. */
function rewritten(random: () => number): unknown {
  const shuffle = <T>(list: readonly T[]): T[] => list.map((item) => [random(), item] as const).sort(([a], [b]) => a - b).map(([, item]) => item);
  const loose = (list: readonly string[]): unknown => (list.length === 1 && random() < 0.5 ? list[0] : shuffle(random() < 0.3 ? [...list, list[0]!] : list));
  const cased = (action: string): string => (random() < 0.3 ? action.toLowerCase() : action);
  const cut = (statement: Statement): Statement[] => (random() < 0.5 ? [statement] : statement.Action.map((action) => ({ ...statement, Action: [action] })));
  return {
    Id: String(random()), Version: "2012-10-17",
    Statement: shuffle(policy.Statement.flatMap(cut)).map(({ Sid: _, Principal, NotPrincipal, Action, Resource, ...rest }) => ({
      ...rest, Sid: String(random()), Action: loose(Action.map(cased)), Resource: loose(Resource),
      ...(Principal && { Principal: { AWS: loose(Principal.AWS) } }), ...(NotPrincipal && { NotPrincipal: { AWS: loose(NotPrincipal.AWS) } }),
    })),
  };
}

describe("two texts of one meaning", () => {
  test("rewritings of a policy that change nothing", () => {
    fc.assert(fc.property(fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })), (stream) => { expect(meaning(rewritten(() => stream.next().value as number))).toEqual(base); }), { numRuns: suiteCount("unit", "policies") });
  });

  test.each<[string, object, object]>([
    ["everyone, twice said", { Principal: "*" }, { Principal: { AWS: "*" } }],
    ["an account and its root", { Principal: { AWS: "acme" } }, { Principal: { AWS: ["arn:aws:iam::acme:root"] } }],
    ["a number without quotes", { Condition: { NumericLessThan: { "s3:max-keys": 10 } } }, { Condition: { NumericLessThan: { "s3:max-keys": ["10"] } } }],
    ["a truth without quotes", { Condition: { Bool: { "aws:SecureTransport": true } } }, { Condition: { Bool: { "aws:SecureTransport": "true" } } }],
    ["no condition and an empty one", {}, { Condition: {} }],
  ])("%s", (_name, a, b) => expect(one(a)).toEqual(one(b)));

  test("what is allowed without a condition is not less so with one", () => {
    const both = [rule({}), rule({ Condition: { StringEquals: { "aws:username": "a" } } })];
    expect(meaning({ Version: "2012-10-17", Statement: both })).toEqual(one({}));
    expect(meaning({ Version: "2012-10-17", Statement: both.toReversed() })).toEqual(one({}));
  });

  test("everyone but A and everyone but B: everyone but those who are in both", () => {
    const but = (...names: string[]) => rule({ Principal: undefined, NotPrincipal: { AWS: names.map((name) => `arn:aws:iam:::user/${name}`) } });
    expect(meaning({ Version: "2012-10-17", Statement: [but("a", "b"), but("b", "c")] })).toEqual(meaning({ Version: "2012-10-17", Statement: [but("b")] }));
  });
});

describe("another meaning", () => {
  /** Every leaf of every statement, changed alone. */
  const changes: [string, (statements: any[]) => void][] = policy.Statement.flatMap((statement, i) => [
    [`${statement.Sid} dropped`, (s) => { s.splice(i, 1); }],
    [`${statement.Sid} of the other effect`, (s) => { s[i].Effect = s[i].Effect === "Allow" ? "Deny" : "Allow"; }],
    [`${statement.Sid} of one action more`, (s) => { s[i].Action.push("s3:PutObjectTagging"); }],
    ...statement.Action.map((action, a): [string, (s: any[]) => void] => [`${statement.Sid} without ${action}`, (s) => { s[i].Action.splice(a, 1); if (s[i].Action.length === 0) s.splice(i, 1); }]),
    [`${statement.Sid} of a resource more`, (s) => { s[i].Resource.push("arn:aws:s3:::lake-acme/other/*"); }],
    [`${statement.Sid} of another resource`, (s) => { s[i].Resource[0] = s[i].Resource[0].replace(/.$/, "*"); s[i].Resource[0] += "*"; }],
    [`${statement.Sid} for one more`, (s) => { (s[i].Principal ?? s[i].NotPrincipal).AWS.push("arn:aws:iam:::user/mallory"); }],
    [`${statement.Sid} for everyone`, (s) => { delete s[i].NotPrincipal; s[i].Principal = "*"; }],
    [`${statement.Sid} with another condition`, (s) => { s[i].Condition = { StringLike: { "s3:prefix": ["*"] } }; }],
    [`${statement.Sid} where a condition may be absent`, (s) => { s[i].Condition = { StringLikeIfExists: { "s3:prefix": ["acme/sales/orders/*"] } }; }],
  ]);
  test.each(changes)("%s", (_name, change) => {
    const copy = structuredClone(policy) as Policy;
    change(copy.Statement);
    expect(meaning(copy)).not.toEqual(base);
  });

  test.each<[string, unknown]>([
    ["no policy", undefined], ["no JSON", "{"], ["a list", "[]"], ["a comment, which radosgw reads over", `/*x*/${JSON.stringify(policy)}`],
    ["a condition named twice: radosgw obeys both, a parser keeps one", JSON.stringify(policy).replace('"Condition":{"StringLike"', '"Condition":{"StringLike":{"s3:prefix":["never"]},"StringLike"')],
    ["the older language", { ...policy, Version: "2008-10-17" }], ["no version", { Statement: policy.Statement }],
    ["Principal and NotPrincipal", { ...policy, Statement: [...policy.Statement, rule({ NotPrincipal: { AWS: "arn:aws:iam:::user/a" } })] }],
    ["no Principal", { ...policy, Statement: [...policy.Statement, rule({ Principal: undefined })] }], ["no action", { ...policy, Statement: [...policy.Statement, rule({ Action: [] })] }],
    ["an unknown member", { ...policy, Statement: policy.Statement.map((statement) => ({ ...statement, Foo: 1 })) }], ["another effect", { ...policy, Statement: [...policy.Statement, rule({ Effect: "Maybe" })] }],
    ["a canonical user", { ...policy, Statement: [...policy.Statement, rule({ Principal: { CanonicalUser: "owner" } })] }],
    ["everything but", { ...policy, Statement: [...policy.Statement, rule({ Action: undefined, NotAction: "s3:GetObject" })] }],
  ])("%s", (_name, value) => expect(value === undefined ? policyMeaning(undefined) : meaning(value)).not.toEqual(base));

  test("names of strangers are keys like any other", () => {
    const found = one({ Principal: { AWS: "arn:aws:iam:::user/__proto__" }, Resource: "arn:aws:s3:::__proto__" });
    expect(JSON.stringify(found)).toContain('"user __proto__":{"__proto__"');
  });
});
