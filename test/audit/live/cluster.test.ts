import { chmodSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { openCluster } from "../../../src/audit/live/cluster.ts";
import { type FakeCluster, kind, startFake } from "../../support/fake-cluster.ts";
import { type Fault, type Faults, startFaults } from "../../support/faults.ts";
import { file, folder, kubeconfig, openAt, QUICK, refusal, TOKEN } from "../../support/live.ts";

let fake: FakeCluster;
let faults: Faults;
beforeAll(async () => { fake = await startFake(); faults = await startFaults({ url: fake.url }); });
afterAll(async () => { await faults.close(); await fake.close(); });
beforeEach(() => {
  fake.plain = false;
  fake.kinds = [kind("v1", "ConfigMap", "configmaps"), kind("apps/v1", "Deployment", "deployments"), kind("autoscaling/v2", "HorizontalPodAutoscaler", "horizontalpodautoscalers"), kind("autoscaling/v1", "HorizontalPodAutoscaler", "horizontalpodautoscalers", { preferred: false }), kind("rbac.authorization.k8s.io/v1", "ClusterRole", "clusterroles", { namespaced: false })];
  faults.rule = () => undefined;
  faults.seen.length = 0;
});

describe("opening", () => {
  test("says the context and the server's version", async () => {
    const source = await openAt(faults.url);
    expect([source.from, source.version, source.taken]).toEqual(["here", "v1.36.3", undefined]);
    await source.close();
  });
  test.each<[string, Fault, RegExp]>([
    ["credentials that are refused", { status: 401, body: { message: "secret words" } }, /^BH7206 3 the API server 127.0.0.1:[0-9]+ refuses the credentials of "here" \(401\) \|/],
    ["a server that fails", { status: 503, body: "secret words" }, /^BH7204 3 the API server .* does not answer: the server failed \(503\), in all attempts \|/],
    ["a server that is busy", { status: 429, headers: { "Retry-After": "120" } }, /^BH7204 3 .*too many requests \(429\): the server asked to wait 120 s \|/],
    ["a connection that breaks", "reset", /^BH7204 3 .*the connection failed: ECONNRESET \|/],
    ["an answer that is cut off", { cut: 3 }, /^BH7204 3 .*the answer was cut off: ECONNRESET \|/],
    ["a silent server", "hang", /^BH7204 3 .*no byte for 0.2 s \|/],
    ["a login page", { status: 200, headers: { "Content-Type": "text/html" }, body: "<html>secret words" }, /^BH7208 3 what answers at 127.0.0.1:[0-9]+ is no API server: the answer is not JSON but text\/html/],
    ["a redirect to a login page", { status: 302, headers: { Location: "https://login.example/?token=secret words" } }, /^BH7208 3 .*points elsewhere \(302\), and credentials follow no redirect/],
    ["another server", { status: 404, body: "secret words" }, /^BH7208 3 .*not served \(404\): \/version/],
    ["JSON of something else", { status: 200, body: { secret: "words" } }, /^BH7208 3 .*the answer to \/version is none/],
  ])("%s", async (_, fault, expected) => {
    faults.rule = () => fault;
    const said = await refusal(openAt(faults.url, { timeoutMs: 200 }));
    expect(said).toMatch(expected);
    expect(said).not.toMatch(new RegExp(`secret|${TOKEN}`));
  });
  test("nobody listens", async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as { port: number };
    await new Promise((resolve) => server.close(resolve));
    expect(await refusal(openAt(`http://127.0.0.1:${port}`))).toMatch(/^BH7204 3 .*the connection failed: ECONNREFUSED/);
  });
  test("a server that speaks no TLS", async () => {
    expect(await refusal(openAt(faults.url.replace("http:", "https:")))).toMatch(/^BH7204 3 .*the connection failed: (EPROTO|ERR_SSL_[A-Z_]+)/);
  });
  test("a version that is nobody's business", async () => {
    faults.rule = ({ path }) => (path === "/version" ? { status: 403 } : undefined);
    const source = await openAt(faults.url);
    expect([source.version, (await source.kinds()).kinds.length]).toEqual([undefined, 5]);
    await source.close();
  });
  test("a token that no header can carry is not quoted", async () => {
    expect(await refusal(openAt(faults.url, {}, { token: "secret\nwords" }))).toBe("BH7202 2 here: a credential cannot be sent: ERR_INVALID_CHAR | the token holds a character that no header can carry, most often a line break");
  });
});

describe("credentials", () => {
  const authorizations = (): (string | undefined)[] => faults.seen.map(({ headers }) => headers.authorization);
  test("a token file is read again when the token is refused", async () => {
    const tokens = file("token", "old\n");
    const source = await openAt(faults.url, {}, { tokenFile: tokens });
    writeFileSync(tokens, "new\n");
    faults.rule = ({ headers }) => (headers.authorization === "Bearer old" ? { status: 401 } : undefined);
    expect((await source.kinds()).kinds).toHaveLength(5);
    expect(authorizations()).toEqual(expect.arrayContaining(["Bearer old", "Bearer new"]));
    await source.close();
  });
  test("a token that stays refused is not sent again and again", async () => {
    const source = await openAt(faults.url);
    faults.seen.length = 0;
    faults.rule = () => ({ status: 401 });
    await expect(source.kinds()).rejects.toThrow("the credentials were refused (401)");
    expect(faults.seen).toHaveLength(2);
    await source.close();
  });
  test("impersonation, from the kubeconfig and from the call", async () => {
    const user = { username: "u", password: "p", as: "jane", "as-groups": ["a", "b"], "as-uid": "7", "as-user-extra": { "scopes/x": ["y"] } };
    await (await openAt(faults.url, {}, user)).close();
    expect(faults.seen[0]!.headers).toMatchObject({ authorization: `Basic ${Buffer.from("u:p").toString("base64")}`, "impersonate-user": "jane", "impersonate-group": "a, b", "impersonate-uid": "7", "impersonate-extra-scopes%2fx": "y" });
    await (await openAt(faults.url, { impersonate: { user: "joe", groups: ["c"] } }, { token: TOKEN })).close();
    expect(faults.seen.at(-1)!.headers).toMatchObject({ "impersonate-user": "joe", "impersonate-group": "c" });
  });

  /** A credential plugin; what it is told goes to a file beside it. */
  const plugin = (script: string, more: object = {}): { exec: object } => {
    const path = join(folder(), "plugin");
    writeFileSync(path, `#!/bin/sh\nprintf '%s' "$KUBERNETES_EXEC_INFO" > "$0.told"\n${script}\n`);
    chmodSync(path, 0o755);
    return { exec: { apiVersion: "client.authentication.k8s.io/v1", command: path, interactiveMode: "Never", ...more } };
  };
  const credential = (token: string): string => JSON.stringify({ apiVersion: "client.authentication.k8s.io/v1", kind: "ExecCredential", status: { token } });
  test("a plugin gives the token", async () => {
    const source = await openAt(faults.url, {}, plugin(`[ -n "$KUBERNETES_EXEC_INFO" ] && echo '${credential("from-plugin")}'`));
    await source.kinds();
    expect(new Set(authorizations())).toEqual(new Set(["Bearer from-plugin"]));
    await source.close();
  });
  test("a plugin is asked again when its token is refused", async () => {
    const source = await openAt(faults.url, {}, plugin(`echo '${credential("NUMBER")}' | sed "s/NUMBER/token-$(wc -c < "$0.count" 2>/dev/null || echo 0)/"; printf x >> "$0.count"`));
    const [first] = authorizations();
    faults.rule = ({ headers }) => (headers.authorization === first ? { status: 401 } : undefined);
    expect((await source.kinds()).kinds).toHaveLength(5);
    expect(new Set(authorizations()).size).toBe(2);
    await source.close();
  });
  test.each<[string, object, RegExp]>([
    ["fails, and what it printed is not shown", plugin("echo secret words >&2; echo secret words; exit 1"), /^BH7207 3 the credential plugin ".*plugin" gave no credentials \|/],
    ["prints something else, which is not shown", plugin("echo secret words"), /^BH7207 3 the credential plugin ".*plugin" gave no credentials \|/],
    ["is not installed", { exec: { apiVersion: "client.authentication.k8s.io/v1", command: "no-such-plugin-anywhere" } }, /^BH7202 2 the credential plugin "no-such-plugin-anywhere" cannot be run: ENOENT/],
  ])("a plugin that %s", async (_, user, expected) => {
    const said = await refusal(openAt(faults.url, {}, user));
    expect(said).toMatch(expected);
    expect(said).not.toContain("secret");
  });
});

describe("discovery", () => {
  const kindsOf = async (): Promise<{ kinds: string[]; unknown: string[] }> => {
    const source = await openAt(faults.url);
    const { kinds, unknown } = await source.kinds().finally(() => source.close());
    return { kinds: kinds.map((one) => `${one.apiVersion} ${one.kind} ${one.plural} ${one.namespaced ? "namespaced" : "cluster"}${one.preferred ? "" : " other"} ${one.verbs.join()}`), unknown: unknown.map(({ what, state, reason }) => `${what} ${state}: ${reason}`) };
  };
  const ALL = ["v1 ConfigMap configmaps namespaced get,list", "apps/v1 Deployment deployments namespaced get,list", "autoscaling/v2 HorizontalPodAutoscaler horizontalpodautoscalers namespaced get,list", "autoscaling/v1 HorizontalPodAutoscaler horizontalpodautoscalers namespaced other get,list", "rbac.authorization.k8s.io/v1 ClusterRole clusterroles cluster get,list"];

  test("aggregated: two requests", async () => {
    expect(await kindsOf()).toEqual({ kinds: ALL, unknown: [] });
    expect(faults.seen.map(({ path }) => path).sort()).toEqual(["/api", "/apis", "/version"]);
  });
  test("plain, of older servers: the same", async () => {
    fake.plain = true;
    expect(await kindsOf()).toEqual({ kinds: ALL, unknown: [] });
    expect(faults.seen.map(({ path }) => path)).toContain("/apis/autoscaling/v1");
  });
  test("kinds are asked for once", async () => {
    const source = await openAt(faults.url);
    await Promise.all([source.kinds(), source.kinds()]);
    expect(faults.seen).toHaveLength(3);
    await source.close();
  });

  const only = (path: string, fault: Fault) => { faults.rule = (seen) => (seen.path === path ? fault : undefined); };
  const without = (text: string): string[] => ALL.filter((one) => !one.startsWith(text));
  test.each<[string, boolean, string, Fault, string[], string[]]>([
    ["a group that fails", true, "/apis/autoscaling/v1", { status: 503 }, without("autoscaling/v1"), ["*.autoscaling unknown: discovery: the server failed (503), in all attempts"]],
    ["a group that is gone", true, "/apis/apps/v1", { status: 404 }, without("apps/v1"), ["*.apps unknown: discovery: not served (404): /apis/apps/v1"]],
    ["a group that answers with something else", true, "/apis/apps/v1", { status: 200, body: { kind: "Status" } }, without("apps/v1"), ["*.apps unknown: discovery: the answer to discovery is none"]],
    ["core kinds that fail", false, "/api", { status: 500 }, without("v1"), ["*.core unknown: discovery: the server failed (500), in all attempts"]],
    ["all groups forbidden", false, "/apis", { status: 403 }, ALL.slice(0, 1), ["* unknown: discovery: forbidden (403): the account needs get and list on /apis"]],
    ["the answer of a group cut off", true, "/apis/apps/v1", { cut: 20 }, without("apps/v1"), ["*.apps unknown: discovery: the answer was cut off: ECONNRESET"]],
  ])("%s is unknown, and the rest is read", async (_, plain, path, fault, kinds, unknown) => {
    fake.plain = plain;
    only(path, fault);
    expect(await kindsOf()).toEqual({ kinds, unknown });
  });
  test("a group of another API server that does not answer is unknown", async () => {
    only("/apis", { change: (body) => body.replace(/("version":"v1","freshness":)"Current"/, '$1"Stale"') });
    expect(await kindsOf()).toEqual({ kinds: ALL, unknown: ["*.apps unknown: discovery: the API server of apps/v1 does not answer"] });
  });
  test("nothing can be asked for: Unreadable, and nothing of the server's words", async () => {
    const source = await openAt(faults.url);
    faults.rule = () => ({ status: 403, body: { message: "secret words" } });
    await expect(source.kinds()).rejects.toThrow(/^forbidden \(403\): the account needs get and list on \/api$/);
    await source.close();
  });
});

test("a path in the server's URL is kept", async () => {
  const below = await startFaults({ url: fake.url });
  below.rule = ({ path }) => (path.startsWith("/k8s/clusters/c-1/") ? undefined : { status: 404 });
  const source = await openCluster({ kubeconfig: file("config", kubeconfig(`${below.url}/k8s/clusters/c-1/`)), ...QUICK }).catch((error: unknown) => error);
  expect(below.seen.map(({ path }) => path)).toEqual(["/k8s/clusters/c-1/version"]);
  expect(source).toMatchObject({ code: "BH7208" });
  await below.close();
});
