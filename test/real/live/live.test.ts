/** The reader against a real kube-apiserver, under the auditor's own rules, with a proxy of faults in between; requests are counted by the server. */
import { createServer, type Server } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { rootCertificates } from "node:tls";
import { isDeepStrictEqual } from "node:util";
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from "vitest";
import { openCluster } from "../../../src/audit/live/cluster.ts";
import { groupOf, kindName, PLATFORM_KINDS, WALL_KINDS } from "../../../src/model/kinds.ts";
import { isOrdered, keyOf } from "../../../src/audit/live/order.ts";
import { firstChoice } from "../../../src/audit/live/kind.ts";
import { openSnapshot, writeSnapshot } from "../../../src/audit/live/snapshot.ts";
import type { LiveKind, LiveObject, LiveSource } from "../../../src/audit/live/source.ts";
import type { Manifest } from "../../../src/layers/layer.ts";
import { auditorRules, notRead, WIDE_KINDS } from "../../../src/model/auditor.ts";
import { operatorCrds } from "../../support/crds.ts";
import { CONFIG_MAP, DEPLOYMENT } from "../../support/fake-cluster.ts";
import { type Fault, type Faults, startFaults } from "../../support/faults.ts";
import { file, folder, kubeconfig, QUICK, readAll, refusal } from "../../support/live.ts";
import { type ControlPlane, readAuditLog, startControlPlane } from "../provision/index.ts";
import { eventually } from "../resources/plane.ts";
import { compact, expiring, makeAccount, must, openAs, tokenOf } from "./cluster.ts";

const NAMESPACES = ["live", "live-a", "live0", "liveb"];
/** In each namespace: two pages and a bit in all. */
const EACH = 300;
const MAPS = "/api/v1/configmaps";
/** Longer than a page takes on a busy machine. */
const SILENCE = 2000;
const ADMIN_ROLE = "Ünïcode:role";

describe.skipIf(inject("controlPlane") === null)("a real API server", () => {
  let plane: ControlPlane;
  let faults: Faults;
  let token: string;
  let source: LiveSource;
  let maps: string[];

  beforeAll(async () => {
    plane = await startControlPlane({
      auditRules: [{ level: "Metadata" }],
      // Its cache goes on with lists that etcd has forgotten; without, compaction makes them expire as time does.
      apiserverArgs: ["--watch-cache-sizes=configmaps#0"],
    });
    const crds = operatorCrds() as (Manifest & { spec: { group: string; names: { kind: string; plural: string }; versions: { name: string; served: boolean }[] } })[];
    await Promise.all(crds.map((crd) => must(plane, "POST", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", crd)));
    for (const name of NAMESPACES) await must(plane, "POST", "/api/v1/namespaces", { metadata: { name } });
    await Promise.all(NAMESPACES.map(async (namespace) => {
      await Promise.all(Array.from({ length: EACH }, (_, i) => must(plane, "POST", `/api/v1/namespaces/${namespace}/configmaps`, { metadata: { name: `m${i}${i % 2 === 0 ? "" : "-x.y"}` }, data: { text: `words ${i}` } })));
      await must(plane, "POST", `/api/v1/namespaces/${namespace}/secrets`, { metadata: { name: "s" }, stringData: { password: "hunter2-canary" } });
      await must(plane, "POST", `/apis/apps/v1/namespaces/${namespace}/deployments`, { metadata: { name: "d" }, spec: { replicas: 0, selector: { matchLabels: { a: "b" } }, template: { metadata: { labels: { a: "b" } }, spec: { containers: [{ name: "c", image: "i" }] } } } });
    }));
    await must(plane, "POST", "/apis/rbac.authorization.k8s.io/v1/clusterroles", { metadata: { name: ADMIN_ROLE }, rules: [] });
    await makeAccount(plane, "auditor", auditorRules());
    await makeAccount(plane, "narrow", [{ apiGroups: [""], resources: ["configmaps"], verbs: ["get", "list"] }]);
    token = await tokenOf(plane, "auditor");
    // Deployments get their ReplicaSets, namespaces their account and kube-root-ca.crt: only then nothing changes any more.
    for (const { spec } of crds) for (const { name, served } of spec.versions) if (served) await eventually(`${spec.names.kind} served`, async () => (await plane.request("GET", `/apis/${spec.group}/${name}`)).body?.resources?.some((one: { name: string }) => one.name === spec.names.plural) === true);
    await eventually("a ReplicaSet each", async () => (await plane.request("GET", "/apis/apps/v1/replicasets")).body.items.length === NAMESPACES.length);
    await eventually("kube-root-ca.crt in each namespace", async () => (await plane.request("GET", `${MAPS}?fieldSelector=metadata.name=kube-root-ca.crt`)).body.items.length >= NAMESPACES.length + 3);
    maps = ((await plane.request("GET", MAPS)).body.items as LiveObject[]).map(({ metadata }) => keyOf(metadata));
    faults = await startFaults({ url: plane.url, ca: readFileSync(plane.caFile) }, { cert: readFileSync(plane.caFile), key: readFileSync(plane.keyFile) });
  });
  afterAll(async () => {
    await source?.close();
    await faults?.close();
    await plane?.stop();
  });
  beforeEach(async () => {
    faults.rule = () => undefined;
    await source?.close();
    source = await openAs(plane, token, faults.url, { retry: QUICK.retry });
    faults.seen.length = 0;
  });

  /** What a server may be asked for: each kind once, but for what is never read. */
  const readable = async (from: LiveSource): Promise<LiveKind[]> => {
    const { kinds } = await from.kinds();
    return kinds.filter((one) => one.verbs.includes("list") && notRead(groupOf(one.apiVersion), one.kind) === undefined && firstChoice(one, kinds) === one);
  };
  const asked = (user: string, since = 0): ReturnType<typeof readAuditLog> => readAuditLog(plane).slice(since).filter((event) => event.user.username === `system:serviceaccount:default:${user}`);

  describe("under the auditor's rules", () => {
    test("all namespaced kinds are read whole, with the real CRDs; Secrets are neither read nor readable", async () => {
      const kinds = await readable(source);
      const namespaced = kinds.filter((kind) => kind.namespaced);
      expect(namespaced.length).toBeGreaterThan(45);
      const unread: string[] = [];
      for (const kind of namespaced) {
        const { reason, objects } = await readAll(source, kind);
        if (reason !== undefined) unread.push(`${kindName(kind)}: ${reason}`);
        expect(isOrdered(objects)).toBe(true);
      }
      expect(unread).toEqual([]);
      for (const verb of ["secrets", "secrets/s", "secrets?limit=1"]) expect((await plane.request("GET", `/api/v1/namespaces/live/${verb}`, undefined, { token })).status).toBe(403);
      expect((await plane.request("PATCH", "/api/v1/namespaces/live/configmaps/m0", { data: {} }, { token })).status).toBe(403);
    });
    test("of kinds without a namespace those that the platform writes, and those that reach into one, are read, the others say what is lacking", async () => {
      const outcome: Record<string, string | undefined> = {};
      for (const kind of (await readable(source)).filter((one) => !one.namespaced)) outcome[kindName(kind)] = (await readAll(source, kind)).reason;
      const read = Object.keys(outcome).filter((name) => outcome[name] === undefined);
      const named = [...WALL_KINDS, ...PLATFORM_KINDS, ...WIDE_KINDS].map(({ group, kind }) => (group === "" ? kind : `${kind}.${group}`));
      expect(read.sort()).toEqual(Object.keys(outcome).filter((name) => named.includes(name)).sort());
      expect(read).toEqual(expect.arrayContaining(["ClusterRoleBinding.rbac.authorization.k8s.io", "CustomResourceDefinition.apiextensions.k8s.io", "MutatingWebhookConfiguration.admissionregistration.k8s.io", "Namespace", "PersistentVolume", "ValidatingAdmissionPolicyBinding.admissionregistration.k8s.io"]));
      expect(outcome["Node"]).toBe("forbidden (403): the account needs get and list on nodes");
      expect(outcome["PriorityLevelConfiguration.flowcontrol.apiserver.k8s.io"]).toBe("forbidden (403): the account needs get and list on prioritylevelconfigurations.flowcontrol.apiserver.k8s.io");
    });
    test("requests grow with pages, not with objects, and all are lists, says the server", async () => {
      await source.close();
      const before = readAuditLog(plane).length;
      source = await openAs(plane, token);
      const kinds = (await readable(source)).filter((kind) => kind.namespaced);
      let [objects, pages] = [0, 0];
      for (const kind of kinds) {
        const { keys } = await readAll(source, kind);
        objects += keys.length;
        pages += Math.max(1, Math.ceil(keys.length / 500));
      }
      const events = asked("auditor", before);
      expect(objects).toBeGreaterThan(NAMESPACES.length * EACH);
      expect(events.filter(({ objectRef }) => objectRef !== undefined)).toHaveLength(pages);
      expect(pages).toBeLessThan(kinds.length + 5);
      // Version and discovery.
      expect(events.filter(({ objectRef }) => objectRef === undefined).map(({ requestURI }) => requestURI).sort()).toEqual(["/api", "/apis", "/version"]);
      expect(new Set(events.map(({ verb, responseStatus }) => `${verb} ${responseStatus?.code}`))).toEqual(new Set(["get 200", "list 200"]));
    });
  });

  describe("what the server says is what is read", () => {
    test("its order is by namespace and a slash, then by name, byte by byte", async () => {
      const { keys } = await readAll(source, CONFIG_MAP);
      expect(keys).toEqual(maps);
      const of = (namespace: string): number => keys.findIndex((key) => key.startsWith(`${namespace}/`));
      expect(NAMESPACES.toSorted((a, b) => of(a) - of(b))).toEqual(["live-a", "live", "live0", "liveb"]);
      const roles = (await readAll(source, (await source.kinds()).kinds.find(({ kind }) => kind === "ClusterRole")!)).keys;
      expect(roles.at(-1)).toBe(ADMIN_ROLE);
    });
    test("aggregated and plain discovery agree", async () => {
      const aggregated = await source.kinds();
      expect(faults.seen.map(({ path }) => path).sort()).toEqual(["/api", "/apis"]);
      faults.rule = ({ path }) => (/^\/apis?(\/|$)/.test(path) ? { accept: "application/json" } : undefined);
      const plain = await openAs(plane, token, faults.url);
      const sorted = (kinds: LiveKind[]): LiveKind[] => kinds.toSorted((a, b) => (`${a.apiVersion} ${a.plural}` < `${b.apiVersion} ${b.plural}` ? -1 : 1));
      expect(sorted((await plain.kinds()).kinds)).toEqual(sorted(aggregated.kinds));
      expect([aggregated.unknown, (await plain.kinds()).unknown]).toEqual([[], []]);
      expect(faults.seen.length).toBeGreaterThan(20);
      await plain.close();
    });
    test("an API server behind it that does not answer makes its group unknown", async () => {
      const name = "v1.gone.example";
      await must(plane, "POST", "/apis/apiregistration.k8s.io/v1/apiservices", { metadata: { name }, spec: { group: "gone.example", version: "v1", groupPriorityMinimum: 100, versionPriority: 100, insecureSkipTLSVerify: true, service: { namespace: "live", name: "gone" } } });
      const unknown = async (): Promise<string[]> => { const own = await openAs(plane, token); const served = await own.kinds(); await own.close(); return served.unknown.map(({ what, reason }) => `${what}: ${reason}`); };
      await expect.poll(unknown, { timeout: 30_000 }).toEqual(["*.gone.example: discovery: the API server of gone.example/v1 does not answer"]);
      await must(plane, "DELETE", `/apis/apiregistration.k8s.io/v1/apiservices/${name}`);
      await expect.poll(unknown, { timeout: 30_000 }).toEqual([]);
    });
    test("metadata only gives the metadata of whole objects", async () => {
      const [whole, metadata] = [await readAll(source, CONFIG_MAP, { namespace: "live" }), await readAll(source, CONFIG_MAP, { namespace: "live", metadataOnly: true })];
      expect(metadata.objects).toEqual(whole.objects.map(({ apiVersion, kind, metadata: only }) => ({ apiVersion, kind, metadata: only })));
      expect(whole.keys).toEqual(maps.filter((key) => key.startsWith("live/")));
      expect(whole.objects[0]!.metadata.managedFields).toBeDefined();
    });
    test("a snapshot gives the same as the server, and what kubectl printed too", async () => {
      const target = join(folder(), "snapshot");
      const { coverage } = await writeSnapshot(source, target);
      const snapshot = await openSnapshot(target);
      expect([snapshot.version, (await snapshot.kinds()).kinds]).toEqual([`v${plane.version}`, (await source.kinds()).kinds]);
      const differing: string[] = [];
      // Leases are renewed while one looks.
      for (const kind of (await readable(source)).filter(({ kind: name }) => name !== "Lease")) {
        const [live, recorded] = [await readAll(source, kind), await readAll(snapshot, kind)];
        if (!isDeepStrictEqual([live.objects, live.reason], [recorded.objects, recorded.reason])) differing.push(`${kindName(kind)}: ${live.reason} ${recorded.reason}`);
      }
      expect(differing).toEqual([]);
      expect(coverage.filter(({ state }) => state === "unknown").map(({ what }) => what)).toContain("Node");
      for (const form of ["yaml", "json"]) {
        const dump = await openSnapshot(file("dump", (await plane.kubectl(["get", "configmaps,deployments,secrets", "-A", "--show-managed-fields", "-o", form])).stdout));
        for (const kind of [CONFIG_MAP, DEPLOYMENT]) expect((await readAll(dump, kind)).objects, form).toEqual((await readAll(source, kind)).objects);
      }
    });
  });

  describe("faults that pass", () => {
    test("a list that etcd has forgotten: the server's own 410, and every object that lived all the time comes once", async () => {
      faults.rule = async ({ path, query }, count) => {
        if (path !== MAPS || !query.has("continue")) return undefined;
        // Before the second page: one that was handed out and one that was not are deleted, new ones stand on both sides.
        if (count === 1) {
          for (const key of ["live-a/m10", "liveb/m10"]) await must(plane, "DELETE", `/api/v1/namespaces/${key.replace("/", "/configmaps/")}`);
          for (const namespace of ["live-a", "liveb"]) await must(plane, "POST", `/api/v1/namespaces/${namespace}/configmaps`, { metadata: { name: "m10-new" } });
          await compact(plane);
        }
        return undefined;
      };
      const { keys, reason } = await readAll(source, CONFIG_MAP);
      for (const namespace of ["live-a", "liveb"]) {
        await must(plane, "DELETE", `/api/v1/namespaces/${namespace}/configmaps/m10-new`);
        await must(plane, "POST", `/api/v1/namespaces/${namespace}/configmaps`, { metadata: { name: "m10" } });
      }
      expect([reason, faults.seen.filter(({ path }) => path === MAPS).map(({ query }) => query.has("continue"))]).toEqual([undefined, [false, true, true, true]]);
      expect(asked("auditor").some(({ responseStatus }) => responseStatus?.code === 410)).toBe(true);
      expect(keys).toEqual(maps.flatMap((key) => (key === "liveb/m10" ? ["liveb/m10-new"] : [key])));
    });
    test("the same, where the list must begin again", async () => {
      faults.rule = async ({ path, query }, count) => {
        if (path !== MAPS) return undefined;
        if (count === 2 && query.has("continue")) {
          // A state that is newer than the list's is what makes it old.
          await must(plane, "PATCH", "/api/v1/namespaces/liveb/configmaps/m1-x.y", { data: { touched: "yes" } });
          await compact(plane);
        }
        return count === 2 ? { change: (body) => body.replace(/"continue":"[^"]*"/, '"x":""') } : undefined;
      };
      const { keys, reason } = await readAll(source, CONFIG_MAP);
      expect([reason, keys]).toEqual([undefined, maps]);
      expect(faults.seen.filter(({ path }) => path === MAPS).map(({ query }) => query.has("continue"))).toEqual([false, true, true, false, true, true]);
    });
    test.each<[string, Fault, number]>([
      ["the connection breaks", "reset", 1], ["an answer is cut off", { cut: 5000 }, 1], ["an answer is cut off without a trace", { cut: 5000, closing: true }, 1],
      ["too many requests", { status: 429, headers: { "Retry-After": "1" } }, 0], ["the server fails", { status: 503 }, 2], ["silence", "hang", 1],
    ])("%s: nothing is left out, nothing comes twice", async (_, fault, at) => {
      const own = await openAs(plane, token, faults.url, { ...QUICK, timeoutMs: SILENCE });
      faults.rule = ({ path }, count) => (path === MAPS && count === at ? fault : undefined);
      const { keys, reason } = await readAll(own, CONFIG_MAP);
      expect([reason, keys]).toEqual([undefined, maps]);
      await own.close();
    });
    test("a page of 20 MB", async () => {
      const big = "x".repeat(1_000_000);
      await must(plane, "POST", "/api/v1/namespaces", { metadata: { name: "big" } });
      for (let i = 0; i < 20; i++) await must(plane, "POST", "/api/v1/namespaces/big/configmaps", { metadata: { name: `big-${10 + i}` }, data: { big } });
      const { objects, reason } = await readAll(source, CONFIG_MAP, { namespace: "big" });
      await must(plane, "DELETE", "/api/v1/namespaces/big");
      const large = objects.filter(({ metadata }) => metadata.name.startsWith("big-"));
      expect([reason, large.length, new Set(large.map(({ data }) => (data as { big: string }).big.length))]).toEqual([undefined, 20, new Set([1_000_000])]);
      await expect.poll(async () => (await plane.request("GET", "/api/v1/namespaces/big/configmaps?limit=1")).body.items.length, { timeout: 60_000 }).toBe(0);
    });
  });

  describe("what stays is never whole", () => {
    test.each<[string, Fault, RegExp]>([
      ["cut off", { cut: 5000 }, /^the answer was cut off/], ["cut off without a trace", { cut: 5000, closing: true }, /^the answer is not JSON, or was cut off$/], ["silent", "hang", /^no byte for 2 s$/],
      ["silent in the middle", { stall: 5000 }, /^no byte for 2 s$/], ["broken", "reset", /^the connection failed: ECONNRESET$/], ["busy", { status: 429, headers: { "Retry-After": "900" } }, /^too many requests \(429\): the server asked to wait 900 s$/],
      ["forbidden half way", { status: 403 }, /^forbidden \(403\)/],
    ])("%s in its last page", async (_, fault, expected) => {
      const own = await openAs(plane, token, faults.url, { ...QUICK, timeoutMs: SILENCE });
      faults.rule = ({ path }, count) => (path === MAPS && count >= 2 ? fault : undefined);
      const { keys, reason } = await readAll(own, CONFIG_MAP);
      expect(reason).toMatch(expected);
      expect(keys).toEqual(maps.slice(0, 1000));
      await own.close();
    });
    test("403 on some kinds", async () => {
      const narrow = await openAs(plane, await tokenOf(plane, "narrow"));
      expect((await readAll(narrow, CONFIG_MAP)).keys).toEqual(maps);
      expect(await readAll(narrow, DEPLOYMENT)).toEqual({ keys: [], objects: [], pages: 0, reason: "forbidden (403): the account needs get and list on deployments.apps" });
      await narrow.close();
    });
    test("a kind that went away", async () => {
      const names = { kind: "Thing", plural: "things" };
      const crd = { metadata: { name: "things.live.example" }, spec: { group: "live.example", scope: "Namespaced", names, versions: [{ name: "v1", served: true, storage: true, schema: { openAPIV3Schema: { type: "object" } } }] } };
      await must(plane, "POST", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", crd);
      const admin = await openCluster({ kubeconfig: plane.kubeconfig });
      const thing: LiveKind = { ...names, apiVersion: "live.example/v1", namespaced: true, verbs: ["list"], preferred: true };
      await expect.poll(async () => (await readAll(admin, thing)).reason, { timeout: 30_000 }).toBeUndefined();
      expect((await readAll(source, thing)).reason).toBe("forbidden (403): the account needs get and list on things.live.example");
      await must(plane, "DELETE", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/things.live.example");
      await expect.poll(async () => (await readAll(admin, thing)).reason, { timeout: 30_000 }).toBe("not served (404): things.live.example");
      await admin.close();
    });
    test("a token that expires between two lists", async () => {
      await makeAccount(plane, "leaving", [{ apiGroups: [""], resources: ["configmaps"], verbs: ["list"] }]);
      const own = await openAs(plane, await tokenOf(plane, "leaving"));
      expect((await readAll(own, CONFIG_MAP)).reason).toBeUndefined();
      // Tokens of an account die with it; the server believes for ten seconds what it has seen.
      await must(plane, "DELETE", "/api/v1/namespaces/default/serviceaccounts/leaving");
      await expect.poll(async () => (await readAll(own, CONFIG_MAP)).reason, { timeout: 60_000, interval: 500 }).toBe("the credentials were refused (401): expired, or never valid here");
      await own.close();
    });
  });

  describe("opening", () => {
    test("an expired token is refused, and the same token in its time is not", async () => {
      expect(await refusal(openAs(plane, expiring(plane, token, -60)))).toMatch(/^BH7206 3 the API server 127.0.0.1:[0-9]+ refuses the credentials of "here" \(401\) \| they have expired/);
      expect(await refusal(openAs(plane, expiring(plane, token, 600)))).toBe("opened");
      expect(await refusal(openAs(plane, "nonsense"))).toMatch(/^BH7206 3 /);
    });
    test.each<[string, () => object, RegExp]>([
      ["an authority that did not sign it", () => ({ "certificate-authority-data": Buffer.from(rootCertificates[0]!).toString("base64") }), /^BH7205 3 127.0.0.1:[0-9]+: the server's certificate is not trusted: (DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_[A-Z_]+) \| give its certificate-authority/],
      ["no authority", () => ({}), /^BH7205 3 .*not trusted/],
      ["another name", () => ({ "certificate-authority": plane.caFile, "tls-server-name": "evil.example" }), /^BH7205 3 .*not trusted: ERR_TLS_CERT_ALTNAME_INVALID/],
      ["an authority that is no certificate", () => ({ "certificate-authority-data": Buffer.from("nonsense").toString("base64") }), /^BH7202 2 certificate-authority, client-certificate or client-key of "here" cannot be used: ERR_OSSL_PEM_NO_START_LINE/],
      ["a file that is missing", () => ({ "certificate-authority": "/nonexistent" }), /^BH7202 2 .*\/nonexistent: ENOENT/],
      ["its name", () => ({ "certificate-authority": plane.caFile, "tls-server-name": "kubernetes.default.svc" }), /^opened$/],
      ["no check on purpose", () => ({ "insecure-skip-tls-verify": true }), /^opened$/],
    ])("with %s", async (_, cluster, expected) => {
      expect(await refusal(openAs(plane, token, plane.url, {}, cluster()))).toMatch(expected);
    });
    test("impersonation needs the right to it, and takes the rights of the other", async () => {
      expect((await readAll(await openCluster({ kubeconfig: plane.kubeconfig, impersonate: { user: "system:serviceaccount:default:narrow", groups: ["system:authenticated"] } }), DEPLOYMENT)).reason).toMatch(/^forbidden/);
      expect(await refusal(openAs(plane, token, plane.url, { impersonate: { user: "admin", groups: ["system:masters"] } }))).toBe("opened");
      const own = await openAs(plane, token, plane.url, { impersonate: { user: "admin", groups: ["system:masters"] } });
      await expect(own.kinds()).rejects.toThrow(/^forbidden \(403\)/);
      await own.close();
    });
    test("through the proxy that the kubeconfig names, by the official client", async () => {
      const tunnels: string[] = [];
      const proxy: Server = createServer();
      proxy.on("connect", (call, socket, head) => {
        tunnels.push(call.url ?? "");
        const [host, port] = (call.url ?? "").split(":");
        const further = connect(Number(port), host, () => { socket.write("HTTP/1.1 200 OK\r\n\r\n"); further.write(head); further.pipe(socket).pipe(further); });
        for (const one of [further, socket]) one.on("error", () => { further.destroy(); socket.destroy(); });
      });
      await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
      const url = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
      const own = await openAs(plane, token, plane.url, {}, { "certificate-authority": plane.caFile, "proxy-url": url });
      expect((await readAll(own, CONFIG_MAP)).keys).toEqual(maps);
      expect(new Set(tunnels)).toEqual(new Set([new URL(plane.url).host]));
      expect(tunnels.length, "connections are kept").toBeLessThan(3);
      await own.close();
      expect(await refusal(openAs(plane, token, plane.url, {}, { "proxy-url": url })), "and its certificate is checked").toMatch(/^BH7205 3 /);
      await new Promise((resolve) => { proxy.close(resolve); proxy.closeAllConnections(); });
    });
    test("unreachable once the server is gone", async () => {
      const own = await startFaults({ url: plane.url, ca: readFileSync(plane.caFile) });
      await own.close();
      expect(await refusal(openCluster({ kubeconfig: file("config", kubeconfig(own.url)), ...QUICK }))).toMatch(/^BH7204 3 .*ECONNREFUSED/);
    });
  });

  test("no secret of the cluster in anything that was read", async () => {
    const target = join(folder(), "snapshot");
    const admin = await openCluster({ kubeconfig: plane.kubeconfig });
    await writeSnapshot(admin, target, { select: () => "whole" });
    const snapshot = await openSnapshot(target);
    for (const kind of (await snapshot.kinds()).kinds) expect(JSON.stringify((await readAll(snapshot, kind)).objects)).not.toMatch(/hunter2-canary|aHVudGVyMi1jYW5hcnk/);
    expect(asked("auditor").filter(({ objectRef, verb }) => objectRef?.resource === "secrets" && verb === "list" && objectRef.subresource === undefined).length).toBe(2);
    await admin.close();
  });
});
