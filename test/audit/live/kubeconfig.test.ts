import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { LiveError } from "../../../src/audit/live/failure.ts";
import { type Access, type AccessOptions, isLoopback, readAccess } from "../../../src/audit/live/kubeconfig.ts";
import { file, folder, kubeconfig } from "../../support/live.ts";

/** No kubeconfig, no pod. */
const nowhere = { env: {}, home: "/nonexistent", account: "/nonexistent/account" };
const access = (text: string, options: AccessOptions = {}): Promise<Access> => readAccess({ kubeconfig: file("config", text), ...options }, nowhere);
async function refused(reading: Promise<Access>): Promise<string> {
  try {
    await reading;
    return "read";
  } catch (error) {
    const { code, exit, message, hint } = error as LiveError;
    return `${code} ${exit} ${message} | ${hint}`;
  }
}

const HTTPS = "https://api.example:6443";
const TWO = JSON.stringify({
  contexts: [{ name: "prod-eu", context: { cluster: "eu", user: "u" } }, { name: "prod-us", context: { cluster: "us", user: "u" } }, { name: "lost", context: { cluster: "gone", user: "u" } }, { name: "nobody", context: { cluster: "eu", user: "gone" } }, { name: "empty", context: {} }],
  clusters: [{ name: "eu", cluster: { server: "https://eu.example" } }, { name: "us", cluster: { server: "https://us.example/" } }],
  users: [{ name: "u", user: { token: "secret" } }], "current-context": "prod-eu",
});

describe("a context", () => {
  test.each([[undefined, "prod-eu", "https://eu.example"], ["prod-us", "prod-us", "https://us.example"]])("%s gives %s", async (context, from, server) => {
    expect(await access(TWO, { context })).toMatchObject({ from, server, token: "secret" });
  });
  test.each<[string, string, AccessOptions, RegExp]>([
    ["misspelt", TWO, { context: "prd-eu" }, /^BH7201 2 there is no context "prd-eu" in .*config \| did you mean "prod-eu"\?$/],
    ["unknown", TWO, { context: "somewhere-else-entirely" }, /^BH7201 2 .* \| known: prod-eu, prod-us, lost, nobody, empty$/],
    ["with a line break in its name", TWO, { context: "a\nerror" }, /^BH7201 2 there is no context "a error"/],
    ["not chosen", '{"contexts":[{"name":"a","context":{"cluster":"c"}}]}', {}, /^BH7201 2 .* sets no current context \| choose one with --context: a$/],
    ["of an empty file", "", {}, /^BH7201 2 .* sets no current context \| it defines no context at all$/],
    ["of a cluster that is not defined", TWO, { context: "lost" }, /^BH7202 2 context "lost" names the cluster "gone", which .* does not define \| known: eu, us$/],
    ["of a user that is not defined", TWO, { context: "nobody" }, /^BH7202 2 context "nobody" names the user "gone"/],
    ["of no cluster", TWO, { context: "empty" }, /^BH7202 2 context "empty" of .* names no cluster/],
    ["whose server is no URL", kubeconfig("api.example:6443"), {}, /^BH7202 2 the cluster "c" of .* has no server that is a URL of http or https/],
    ["whose server has another protocol", kubeconfig("file:///etc/passwd"), {}, /^BH7202 2 the cluster "c"/],
    ["over plain HTTP to elsewhere", kubeconfig("http://api.example"), {}, /^BH7202 2 .*is asked over plain HTTP, where anybody on the way reads and changes the answers/],
    ["whose CA file is missing", kubeconfig(HTTPS, {}, { "certificate-authority": "ca.pem" }), {}, /^BH7202 2 "certificate-authority" of "c" in .* cannot be read: \/.*ca.pem: ENOENT/],
    ["whose token file is missing", kubeconfig(HTTPS, { tokenFile: "/nonexistent/token" }), {}, /^BH7202 2 "tokenFile" of "u" in .* cannot be read: \/nonexistent\/token: ENOENT/],
    ["of a file that is a list", "[]", {}, /^BH7202 2 the kubeconfig .* is no mapping/],
    ["of a file with lists that are none", '{"contexts": {}}', {}, /^BH7202 2 the kubeconfig .* has "contexts" that is no list/],
    ["of a file with entries without a name", '{"users": [{"user": {}}]}', {}, /^BH7202 2 the kubeconfig .* has no name at users\[0\]/],
    ["of a file with entries that are none", '{"users": [{"name": "a", "user": "secret"}]}', {}, /^BH7202 2 the kubeconfig .* has "user" that is no mapping at users\[0\]/],
    ["of a file that is no YAML, which is not quoted", "users:\n- token: secret\n  - x: [", {}, /^BH7202 2 the kubeconfig .* is not YAML: line 3/],
  ])("%s is refused", async (_, text, options, expected) => {
    const said = await refused(access(text, options));
    expect(said).toMatch(expected);
    expect(said).not.toContain("secret");
  });
});

describe("where a kubeconfig is looked for", () => {
  const at = (path: string, server: string, more: object = {}): string => { mkdirSync(join(path, ".kube"), { recursive: true }); writeFileSync(join(path, ".kube/config"), JSON.stringify({ ...JSON.parse(kubeconfig(server)), ...more })); return join(path, ".kube/config"); };
  test("the home folder, unless KUBECONFIG says another", async () => {
    const [home, other] = [folder(), folder()];
    at(home, "https://home.example");
    const env = { KUBECONFIG: at(other, "https://env.example") };
    expect((await readAccess({}, { ...nowhere, home })).server).toBe("https://home.example");
    expect((await readAccess({}, { ...nowhere, home, env })).server).toBe("https://env.example");
  });
  test("of several files the first that says something wins, and those that are missing are left out", async () => {
    const [a, b] = [folder(), folder()];
    const env = { KUBECONFIG: `/nonexistent:${at(a, "https://a.example")}:${at(b, "https://b.example", { contexts: [{ name: "there", context: { cluster: "c", user: "u" } }], "current-context": "there" })}` };
    expect(await readAccess({}, { ...nowhere, env })).toMatchObject({ from: "here", server: "https://a.example" });
    expect(await readAccess({ context: "there" }, { ...nowhere, env })).toMatchObject({ from: "there", server: "https://a.example" });
  });
  test.each<[string, AccessOptions, NodeJS.ProcessEnv, RegExp]>([
    ["none", {}, {}, /^BH7202 2 there is no kubeconfig: \/nonexistent\/.kube\/config does not exist \| give --kubeconfig FILE/],
    ["none of those in KUBECONFIG", {}, { KUBECONFIG: "/a:/b" }, /^BH7202 2 there is no kubeconfig: \/a, \/b do not exist/],
    ["not the one that the call names", { kubeconfig: "/nonexistent/config" }, {}, /^BH7202 2 the kubeconfig \/nonexistent\/config cannot be read: ENOENT/],
    ["a folder in its place", { kubeconfig: "/" }, {}, /^BH7202 2 the kubeconfig \/ cannot be read: EISDIR/],
    ["no pod", { inCluster: true }, {}, /^BH7203 2 this process runs in no pod/],
    ["a pod without an account", { inCluster: true }, { KUBERNETES_SERVICE_HOST: "10.0.0.1" }, /^BH7203 2 the pod's service account cannot be read: \/nonexistent\/account\/token: ENOENT/],
  ])("%s", async (_, options, env, expected) => {
    expect(await refused(readAccess(options, { ...nowhere, env }))).toMatch(expected);
  });
  test.each([["10.0.0.1", "https://10.0.0.1:443"], ["fd00::1", "https://[fd00::1]:443"]])("a pod's account, at %s", async (KUBERNETES_SERVICE_HOST, server) => {
    const account = folder();
    for (const name of ["token", "ca.crt"]) writeFileSync(join(account, name), name);
    const env = { KUBERNETES_SERVICE_HOST, KUBERNETES_SERVICE_PORT: "443" };
    const expected = { from: "in-cluster", server, tls: { ca: Buffer.from("ca.crt") }, headers: {}, tokenFile: join(account, "token") };
    expect(await readAccess({ inCluster: true }, { ...nowhere, env, account })).toEqual(expected);
    expect(await readAccess({}, { ...nowhere, env, account })).toEqual(expected);
  });
});

describe("what a user and a cluster say", () => {
  const pem = (text: string): string => Buffer.from(text).toString("base64");
  test("certificates, from the text or from files beside the kubeconfig", async () => {
    const path = file("config", kubeconfig(HTTPS, { "client-certificate": "cert.pem", "client-key-data": pem("key") }, { "certificate-authority-data": pem("ca"), "certificate-authority": "/nonexistent", "tls-server-name": "name.example" }));
    writeFileSync(join(path, "../cert.pem"), "cert");
    expect((await readAccess({ kubeconfig: path }, nowhere)).tls).toEqual({ ca: Buffer.from("ca"), cert: Buffer.from("cert"), key: Buffer.from("key"), servername: "name.example" });
  });
  test("a certificate is believed unseen only where the kubeconfig says so", async () => {
    expect((await access(kubeconfig(HTTPS, {}, { "insecure-skip-tls-verify": true }))).tls).toEqual({ rejectUnauthorized: false });
    expect((await access(kubeconfig(HTTPS, {}, { "insecure-skip-tls-verify": "true" }))).tls).toEqual({});
  });
  test("what only the official client can do is left to it", async () => {
    const path = file("config", kubeconfig(HTTPS, { exec: { command: "./bin/login" } }, { "proxy-url": "socks5://proxy.example" }));
    expect((await readAccess({ kubeconfig: path }, nowhere)).official).toEqual({ exec: { command: join(path, "../bin/login") }, proxyUrl: "socks5://proxy.example" });
    expect((await access(kubeconfig(HTTPS, { exec: { command: "login" }, "auth-provider": { name: "oidc" } }))).official).toEqual({ exec: { command: "login" }, authProvider: { name: "oidc" } });
    expect((await access(kubeconfig(HTTPS))).official).toBeUndefined();
  });
  test("plain HTTP to this machine is a proxy of one's own", async () => {
    expect((await access(kubeconfig("http://localhost:8001"))).server).toBe("http://localhost:8001");
    expect(["localhost", "127.0.0.1", "127.1.2.3", "[::1]", "localhost.example", "128.0.0.1", "127.0.0.1.example"].map(isLoopback)).toEqual([true, true, true, true, false, false, false]);
  });
});
