import { Client } from "pg";
import { afterAll, describe, expect, inject, test } from "vitest";
import { type ControlPlaneData, connectControlPlane, connectPostgres, run } from "./provision/index.ts";

const { controlPlane, postgres15, postgres18, promtool, alertmanager } = {
  controlPlane: inject("controlPlane"),
  postgres15: inject("postgres15"),
  postgres18: inject("postgres18"),
  promtool: inject("promtool"),
  alertmanager: inject("alertmanager"),
};

describe.skipIf(controlPlane === null)("control plane", () => {
  const plane = connectControlPlane(controlPlane ?? ({} as ControlPlaneData));
  const namespace = `provision-${process.pid}`;
  const inNamespace = `/api/v1/namespaces/${namespace}`;

  afterAll(async () => {
    await plane.request("DELETE", inNamespace);
    plane.close();
  });

  test("is the pinned version", async () => {
    const { status, body } = await plane.request("GET", "/version");
    expect(status).toBe(200);
    expect(body).toMatchObject({ gitVersion: `v${plane.version}`, major: "1" });
  });

  test("stores a ConfigMap, and a controller gives a new Namespace its ServiceAccount", async () => {
    const created = await plane.request("POST", "/api/v1/namespaces", { metadata: { name: namespace } });
    expect(created.status).toBe(201);
    const map = await plane.request("POST", `${inNamespace}/configmaps`, { metadata: { name: "m" }, data: { a: "b" } });
    expect(map.status).toBe(201);
    const path = `${inNamespace}/configmaps/m`;
    expect((await plane.request("PATCH", path, { data: { a: "c" } })).body.data).toEqual({ a: "c" });
    await expect
      .poll(async () => (await plane.request("GET", `${inNamespace}/serviceaccounts/default`)).status)
      .toBe(200);
  });

  test("applies RBAC to an impersonated user and to nobody", async () => {
    const path = `${inNamespace}/configmaps`;
    const impersonate = { user: "mallory", groups: ["system:authenticated"] };
    expect((await plane.request("GET", path, undefined, { impersonate })).status).toBe(403);
    expect((await plane.request("GET", path, undefined, { token: "" })).status).toBe(403);
    expect((await plane.request("GET", path, undefined, { token: "wrong" })).status).toBe(401);
  });

  test("admits with PodSecurity and ValidatingAdmissionPolicy, and warns", async () => {
    const spec = { containers: [{ name: "c", image: "i", securityContext: { privileged: true } }] };
    const pod = { metadata: { name: "p" }, spec };
    const labels = { "pod-security.kubernetes.io/warn": "restricted" };
    await plane.request("PATCH", inNamespace, { metadata: { labels } });
    await expect
      .poll(async () => (await plane.request("POST", `${inNamespace}/pods?dryRun=All`, pod)).warnings.join())
      .toContain('would violate PodSecurity "restricted:latest"');
    const enforce = { "pod-security.kubernetes.io/enforce": "restricted" };
    await plane.request("PATCH", inNamespace, { metadata: { labels: enforce } });
    await expect
      .poll(async () => (await plane.request("POST", `${inNamespace}/pods?dryRun=All`, pod)).status)
      .toBe(403);
    const group = await plane.request("GET", "/apis/admissionregistration.k8s.io/v1");
    const kinds = group.body.resources.map((resource: { kind: string }) => resource.kind);
    expect(kinds).toContain("ValidatingAdmissionPolicy");
  });

  test("answers kubectl, also as another user", async () => {
    const { stdout } = await plane.kubectl(["get", "namespace", namespace, "-o", "name"]);
    expect(stdout.trim()).toBe(`namespace/${namespace}`);
    const refused = await plane.kubectl(["get", "secrets"], undefined, { as: "mallory", allowFail: true });
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining("Forbidden") });
    await expect(plane.kubectl(["get", "nothing"])).rejects.toThrow("doesn't have a resource type");
  });

  test("takes hundreds of requests over connections that are kept", async () => {
    const calls = Array.from({ length: 500 }, () => plane.request("GET", `${inNamespace}/configmaps/m`));
    expect(new Set((await Promise.all(calls)).map((answer) => answer.status))).toEqual(new Set([200]));
  });
});

for (const [version, data] of [
  [15, postgres15],
  [18, postgres18],
] as const) {
  describe.skipIf(data === null)(`PostgreSQL ${version}`, () => {
    const login = async (user?: string, password?: string) => {
      const url = connectPostgres(data as NonNullable<typeof data>).url("postgres", user, password);
      const client = new Client({ connectionString: url });
      await client.connect();
      return client;
    };

    test("is that version and asks for passwords", async () => {
      const client = await login();
      try {
        const { rows } = await client.query("SELECT current_setting('server_version') AS version, current_user AS who");
        expect(rows[0].version).toMatch(new RegExp(`^${version}\\.`));
        expect(rows[0].who).toBe("postgres");
        await client.query("CREATE ROLE provision_reader LOGIN PASSWORD 'p@ss/word'");
        const reader = await login("provision_reader", "p@ss/word");
        expect((await reader.query("SELECT current_user AS who")).rows[0].who).toBe("provision_reader");
        await reader.end();
        await expect(login("provision_reader", "wrong")).rejects.toThrow("password authentication failed");
      } finally {
        await client.query("DROP ROLE IF EXISTS provision_reader");
        await client.end();
      }
    });
  });
}

test.skipIf(promtool === null)("promtool tells its version", async () => {
  const { stdout, stderr } = await run(promtool as string, ["--version"]);
  expect(stdout + stderr).toMatch(/^promtool, version \d+\.\d+/);
});

test.skipIf(alertmanager === null)("alertmanager tells its version, and its package started no service", async () => {
  const { stdout, stderr } = await run(alertmanager as string, ["--version"]);
  expect(stdout + stderr).toMatch(/^alertmanager, version \d+\.\d+/);
  await expect(fetch("http://127.0.0.1:9093/-/ready")).rejects.toThrow("fetch failed");
});
