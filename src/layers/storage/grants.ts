/**
 * What a bucket policy means, in normal form: who may (or may not) do what to what, and when. Read as radosgw reads it (rgw_iam_policy.cc), so that two
 * texts of one meaning are equal, however they are cut into statements:
 * - order of statements, principals, actions, resources and values, and things said twice;
 * - a text or a list of one; a principal `"*"` or `{"AWS": "*"}`; an account's number or its root's ARN; numbers and booleans with or without quotes;
 * - the case of actions, which radosgw does not tell apart;
 * - Sids and the policy's Id, which are names for people and decide nothing;
 * - a condition on what is allowed (or denied) without one as well.
 * Patterns are texts: `s3:Get*` and the actions that it stands for are a difference.
 */
import type { Normal } from "../../model/plane.ts";
import { isMap } from "../../model/value.ts";
import { AUDIT_ACTIONS, LOCKED_ACTIONS, canonicalJson } from "./policy.ts";

const ALWAYS = "always";
const SPELLING = new Map([...AUDIT_ACTIONS, ...LOCKED_ACTIONS, "s3:AbortMultipartUpload", "s3:DeleteObject", "s3:GetObject", "s3:ListBucket", "s3:PutObject"].map((action) => [action.toLowerCase(), action]));

/** Insertion into maps of maps: texts of strangers are keys here, and `__proto__` is a text like any other. */
type Branch = Map<string, Branch | true>;
const branch = (of: Branch, key: string): Branch => {
  const found = of.get(key);
  if (found instanceof Map) return found;
  const made: Branch = new Map();
  of.set(key, made);
  return made;
};
const plain = (of: Branch): { [key: string]: Normal } => Object.fromEntries([...of].sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, inner]) => [key, inner === true ? true : plain(inner)]));

/** The meaning of a policy's text, nothing where there is none; a text that is no policy is kept as it is, and equals no policy. */
export function policyMeaning(text: string | undefined): { [leaf: string]: Normal } {
  if (text === undefined) return {};
  let policy: unknown;
  try {
    policy = JSON.parse(text);
  } catch {
    return { unreadable: text };
  }
  if (!isMap(policy) || membersIn(text) !== membersOf(policy)) return { unreadable: text };
  const root: Branch = new Map();
  for (const statement of listed(policy.Statement)) addStatement(root, statement);
  // Without a version it is the older language.
  return { version: typeof policy.Version === "string" ? policy.Version : "2008-10-17", ...plain(root) };
}

/** Members that a text writes, and those that came of it: a parser keeps the last of two of one name, and radosgw obeys both. */
const membersIn = (text: string): number => [...text.matchAll(/"(?:[^"\\]|\\.)*"(\s*:)?/g)].filter(([, colon]) => colon !== undefined).length;
const membersOf = (value: unknown): number => (typeof value !== "object" || value === null ? 0 : Object.values(value).reduce<number>((sum, inner) => sum + membersOf(inner), Array.isArray(value) ? 0 : Object.keys(value).length));

function addStatement(root: Branch, statement: unknown): void {
  const parts = isMap(statement) ? partsOf(statement) : undefined;
  // What cannot be understood is shown as it stands: it is in nobody's git.
  if (parts === undefined) { branch(root, "other").set(canonicalJson(statement), true); return; }
  const { effect, principals, but, resources, actions, condition } = parts;
  for (const principal of principals ?? ["everyone but"]) for (const resource of resources) for (const action of actions) {
    const when = branch(branch(branch(branch(root, effect), principal), resource), action);
    if (principals === undefined) exempt(when, condition, but);
    else if (!when.has(ALWAYS)) {
      if (condition === ALWAYS) when.clear();
      when.set(condition, true);
    }
  }
}

/** "Everyone but A" and "everyone but B" together are everyone but those who are in both. */
function exempt(when: Branch, condition: string, but: readonly string[]): void {
  const before = when.get(condition);
  when.set(condition, new Map(but.filter((name) => !(before instanceof Map) || before.has(name)).map((name) => [name, true])));
}

interface Parts { effect: string; principals?: string[]; but: string[]; resources: string[]; actions: string[]; condition: string }

function partsOf(statement: Record<string, unknown>): Parts | undefined {
  const { Sid: _, Effect: effect, Principal, NotPrincipal, Action, NotAction, Resource, NotResource, Condition, ...rest } = statement;
  const one = (yes: unknown, no: unknown): boolean => (yes === undefined) !== (no === undefined);
  if ((effect !== "Allow" && effect !== "Deny") || Object.keys(rest).length > 0 || !one(Principal, NotPrincipal) || !one(Action, NotAction) || !one(Resource, NotResource)) return undefined;
  const who = principalsOf(Principal ?? NotPrincipal);
  const resources = texts(Resource ?? NotResource)?.map(resourceName);
  const actions = texts(Action ?? NotAction)?.map((action) => SPELLING.get(action.toLowerCase()) ?? action.toLowerCase());
  const condition = conditionText(Condition);
  if (who === undefined || resources === undefined || actions === undefined || condition === undefined) return undefined;
  return {
    effect: effect === "Allow" ? "allow" : "deny", ...(Principal !== undefined && { principals: who }), but: who, condition,
    resources: Resource === undefined ? [allBut(resources)] : resources, actions: Action === undefined ? [allBut(actions)] : actions,
  };
}

const listed = (value: unknown): unknown[] => (Array.isArray(value) ? value : value === undefined ? [] : [value]);
const allBut = (names: readonly string[]): string => `all but ${[...new Set(names)].sort().join(", ")}`;
const resourceName = (arn: string): string => (arn.startsWith("arn:aws:s3:::") ? arn.slice("arn:aws:s3:::".length) : arn);

/** Texts of a text or a list; undefined for anything else, and for none. */
function texts(value: unknown): string[] | undefined {
  const list = listed(value);
  return list.length > 0 && list.every((item) => typeof item === "string") ? list : undefined;
}

function principalsOf(value: unknown): string[] | undefined {
  if (value === "*") return ["everyone"];
  if (!isMap(value)) return undefined;
  const all = Object.entries(value).map(([type, names]) => texts(names)?.map((name) => (type === "AWS" ? awsPrincipal(name) : `${type} ${name}`)));
  return all.length > 0 && all.every((names) => names !== undefined) ? all.flat() : undefined;
}

function awsPrincipal(name: string): string {
  if (name === "*") return "everyone";
  const [, account, kind, path] = /^arn:aws:iam::([^:]*):(root|[a-z-]+\/)(.*)$/s.exec(name) ?? [];
  if (kind === undefined) return name.startsWith("arn:") ? name : `account ${name}`;
  if (kind === "root") return path === "" ? `account ${account}` : name;
  return `${kind.slice(0, -1)} ${account === "" ? "" : `${account}/`}${path}`;
}

/** One text for one condition; undefined for what is none. */
function conditionText(value: unknown): string | undefined {
  if (value === undefined) return ALWAYS;
  if (!isMap(value) || !Object.values(value).every(isMap)) return undefined;
  const clauses = Object.entries(value).flatMap(([operator, keys]) => Object.entries(keys as Record<string, unknown>).map(([key, values]) => `${operator} ${key} ${canonicalJson([...new Set(listed(values).map(String))].sort())}`));
  return clauses.length === 0 ? ALWAYS : `if ${clauses.sort().join(" and ")}`;
}

/** True where a meaning lets a user read the policy itself: who is refused then sees another policy. */
export function allows(meaning: { [leaf: string]: Normal }, uid: string, bucket: string, action: string): boolean {
  const at = [`user ${uid}`, bucket, action, ALWAYS].reduce<Normal | undefined>((inner, key) => (isMap(inner) && Object.hasOwn(inner, key) ? (inner[key] as Normal) : undefined), meaning.allow);
  return at === true;
}
