/** What 16.2 does not have, from answers as Ceph's documentation and source write them: user-info-without-keys, and more users than a page holds. */
import { expect, test } from "vitest";
import type { Answer, Client } from "../../../src/layers/storage/client.ts";
import type { StoreState } from "../../../src/layers/storage/desired.ts";
import { Gaps } from "../../../src/layers/storage/gaps.ts";
import { readUsers } from "../../../src/layers/storage/users.ts";

const none = { enabled: false, check_on_raw: false, max_size: -1, max_objects: -1 };
const shown = (uid: string, more: object = {}): Answer => ({ status: 200, body: JSON.stringify({ user_id: uid, display_name: uid, email: "", suspended: 0, max_buckets: -1, subusers: [], op_mask: "read", system: false, admin: false, caps: [], bucket_quota: none, user_quota: none, ...more }) });
const refused: Answer = { status: 403, code: "AccessDenied", body: "" };
const state = { auditor: "bulkhead.audit.lake", users: [{ uid: "bulkhead.audit.lake" }, { uid: "acme--a", tenant: "acme" }, { uid: "acme--b", tenant: "acme" }], buckets: [] } as unknown as StoreState;

async function read(answer: (query: Readonly<Record<string, string>>) => Answer) {
  const asked: Readonly<Record<string, string>>[] = [];
  const client: Client = { get: async (_path, query) => { asked.push(query); return answer(query); }, close: () => undefined };
  const gaps = new Gaps();
  const { items, counted } = await readUsers(client, state, gaps);
  return { items, counted, asked, unknown: gaps.coverage(items).filter(({ state: one }) => one === "unknown").map(({ what }) => what) };
}

test("user-info-without-keys: declared users are read, without keys, and others stay unknown", async () => {
  const { items, counted, unknown } = await read((query) => ("list" in query ? refused : query.uid === "acme--b" ? { status: 404, code: "NoSuchUser", body: "" } : shown(query.uid!)));
  expect(items.map(({ name }) => name)).toEqual(["bulkhead.audit.lake", "acme--a"]);
  expect([counted, unknown]).toEqual([false, ["users beside git's"]]);
});

test("one user refused: users are unknown", async () => {
  expect((await read((query) => ("list" in query || query.uid === "acme--a" ? refused : shown(query.uid!)))).unknown).toEqual(["user", "users beside git's"]);
});

test("pages: all of them, each user once", async () => {
  const pages: Record<string, object> = { "": { keys: ["acme--a", "acme--x"], truncated: true, marker: "m" }, m: { keys: ["zed", "mallory"], truncated: "false" } };
  const { items, unknown } = await read((query) => ("list" in query ? { status: 200, body: JSON.stringify(pages[query.marker ?? ""]) } : shown(query.uid!, query.uid === "mallory" ? { caps: [{ type: "metadata", perm: "*" }] } : {})));
  expect(items.map(({ name, tenant, note }) => [name, tenant, note])).toEqual([["bulkhead.audit.lake", undefined, undefined], ["acme--a", "acme", undefined], ["acme--b", "acme", undefined], ["acme--x", "acme", "its name is a user's of the tenant"], ["mallory", undefined, "it reaches every tenant: metadata=*"]]);
  expect(unknown).toEqual([]);
});

test.each<[string, object]>([["begins again", { keys: ["a"], truncated: true, marker: "m" }], ["is empty and goes on", { keys: [], truncated: true, marker: "n" }], ["is no list", { keys: 1 }]])("a list that %s: unknown", async (_name, page) => {
  expect(await read((query) => ("list" in query ? { status: 200, body: JSON.stringify(page) } : shown(query.uid!)))).toMatchObject({ items: [], unknown: ["user", "users beside git's"] });
});

test("a list that breaks off: unknown", async () => {
  let page = 0;
  expect((await read((query) => ("list" in query ? (page++ < 2 ? { status: 200, body: JSON.stringify({ keys: ["a"], truncated: true, marker: `m${page}` }) } : { status: 500, body: "" }) : shown(query.uid!)))).unknown).toEqual(["user", "users beside git's"]);
});
