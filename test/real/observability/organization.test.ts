/** The organization Job's script, run by sh and curl against a stand-in for Grafana's API (no Grafana is started here). */
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ORGANIZATION_SCRIPT, organizationLogin } from "../../../src/layers/observability/organization.ts";

interface User { id: number; login: string; password: string; admin: boolean; orgs: Map<number, string> }
/** Grafana as far as the script asks: organizations, users, memberships; basic authentication. */
class GrafanaStandIn {
  orgs = new Map<number, string>([[1, "Main Org."]]);
  users: User[] = [{ id: 1, login: "root", password: 'r"o\\ot', admin: true, orgs: new Map([[1, "Admin"]]) }];
  writes: string[] = [];
  answer(request: IncomingMessage, body: string): [number, unknown] {
    const [login, password] = Buffer.from((request.headers.authorization ?? "").replace("Basic ", ""), "base64").toString().split(/:(.*)/s) as [string, string];
    const caller = this.users.find((u) => u.login === login && u.password === password);
    if (!caller) return [401, { message: "Invalid username or password" }];
    const url = new URL(request.url!, "http://x");
    const key = `${request.method} ${url.pathname}`;
    if (key === "GET /api/org") { const [id] = [...caller.orgs.keys()]; return [200, { id, name: this.orgs.get(id!) }]; }
    if (!caller.admin) return [403, { message: "Permission denied" }];
    const data = body ? JSON.parse(body) : {};
    if (request.method !== "GET") this.writes.push(key);
    let m: RegExpExecArray | null;
    if ((m = /^GET \/api\/orgs\/name\/(.+)$/.exec(key))) {
      const found = [...this.orgs].find(([, name]) => name === m![1]);
      return found ? [200, { id: found[0], name: found[1], address: { address1: "", city: "" } }] : [404, { message: "Organization not found" }];
    }
    if (key === "POST /api/orgs") { const orgId = Math.max(...this.orgs.keys()) + 1; this.orgs.set(orgId, data.name); return [200, { message: "Organization created", orgId }]; }
    if (key === "GET /api/users/lookup") { const u = this.users.find((x) => x.login === url.searchParams.get("loginOrEmail")); return u ? [200, { id: u.id, uid: "u", email: "", name: u.login, login: u.login, orgId: 1, isGrafanaAdmin: u.admin }] : [404, { message: "user not found" }]; }
    if (key === "POST /api/admin/users") { const u = { id: this.users.length + 1, login: data.login, password: data.password, admin: false, orgs: new Map([[data.OrgId, "Viewer"]]) }; this.users.push(u); return [200, { id: u.id, uid: "u", message: "User created" }]; }
    if ((m = /^PUT \/api\/admin\/users\/(\d+)\/(permissions|password)$/.exec(key))) { const u = this.user(m[1]!); if (m[2] === "password") u.password = data.password; else u.admin = data.isGrafanaAdmin; return [200, { message: "done" }]; }
    if ((m = /^GET \/api\/users\/(\d+)\/orgs$/.exec(key))) return [200, [...this.user(m[1]!).orgs].map(([orgId, role]) => ({ orgId, name: this.orgs.get(orgId), role }))];
    if ((m = /^POST \/api\/orgs\/(\d+)\/users$/.exec(key))) {
      const u = this.users.find((x) => x.login === data.loginOrEmail)!;
      if (u.orgs.has(Number(m[1]))) return [409, { message: "User is already member of this organization" }];
      u.orgs.set(Number(m[1]), data.role); return [200, { message: "User added to organization", userId: u.id }];
    }
    if ((m = /^(PATCH|DELETE) \/api\/orgs\/(\d+)\/users\/(\d+)$/.exec(key))) { const u = this.user(m[3]!); if (m[1] === "PATCH") u.orgs.set(Number(m[2]), data.role); else u.orgs.delete(Number(m[2])); return [200, { message: "done" }]; }
    return [404, { message: `not in the stand-in: ${key}` }];
  }
  user(id: string): User { return this.users.find((u) => u.id === Number(id))!; }
  /** Everything there is, by name. */
  state(): unknown { return { orgs: [...this.orgs.values()].sort(), users: this.users.map((u) => ({ login: u.login, password: u.password, admin: u.admin, orgs: [...u.orgs].map(([id, role]) => `${this.orgs.get(id)}:${role}`).sort() })).sort((a, b) => (a.login < b.login ? -1 : 1)) }; }
}

describe("the organization Job", () => {
  let grafana: GrafanaStandIn;
  let server: Server;
  let folder: string;
  beforeEach(async () => {
    grafana = new GrafanaStandIn();
    server = createServer((request, response) => {
      let body = "";
      request.on("data", (chunk) => (body += chunk)).on("end", () => {
        const [status, answer] = grafana.answer(request, body);
        response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(answer));
      });
    });
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    folder = mkdtempSync(join(tmpdir(), "bulkhead-grafana-"));
  });
  afterEach(() => { server.close(); rmSync(folder, { recursive: true, force: true }); });

  const run = (tenant: string, password: string, admin = 'r"o\\ot') => promisify(execFile)("sh", ["-c", ORGANIZATION_SCRIPT.replaceAll("/tmp/", `${folder}/`)], {
    env: { PATH: process.env["PATH"], GRAFANA_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, GRAFANA_USER: "root", GRAFANA_PASSWORD: admin, TENANT: tenant, LOGIN: organizationLogin(tenant), PASSWORD: password },
  });
  const of = (tenant: string) => grafana.users.find((u) => u.login === organizationLogin(tenant))!;

  test("makes the organization and its administrator, who is nothing else anywhere", async () => {
    await run("acme", 'p"a\\ss $(x)');
    expect(grafana.state()).toEqual({ orgs: ["Main Org.", "acme"], users: [
      { login: "bulkhead-acme", password: 'p"a\\ss $(x)', admin: false, orgs: ["acme:Admin"] }, { login: "root", password: 'r"o\\ot', admin: true, orgs: ["Main Org.:Admin"] }] });
  });

  test("a second run changes nothing, and does not set the password again", async () => {
    await run("acme", "one");
    const before = grafana.state();
    grafana.writes = [];
    await run("acme", "one");
    expect(grafana.state()).toEqual(before);
    expect(grafana.writes.filter((w) => w.endsWith("/password") || w === "POST /api/orgs" || w === "POST /api/admin/users")).toEqual([]);
  });

  test("takes back what was changed by hand: role, server administration, another organization, password", async () => {
    await run("acme", "one");
    await run("umbrella", "two");
    const before = grafana.state();
    const user = of("acme");
    user.admin = true;
    user.password = "changed";
    for (const id of grafana.orgs.keys()) user.orgs.set(id, "Viewer");
    await run("acme", "one");
    expect(grafana.state()).toEqual(before);
  });

  test("a rotated password is set", async () => {
    await run("acme", "one");
    await run("acme", "two");
    expect(of("acme").password).toBe("two");
  });

  test("two tenants in either order end the same, and one re-run leaves the other alone (D19)", async () => {
    await run("acme", "one"); await run("umbrella", "two");
    const first = grafana.state();
    const umbrella = structuredClone({ ...of("umbrella") });
    await run("acme", "one");
    expect(of("umbrella")).toEqual(umbrella);
    grafana = new GrafanaStandIn();
    await run("umbrella", "two"); await run("acme", "one");
    expect(grafana.state()).toEqual(first);
  });

  test("a wrong administrator's password fails and says so, and neither password is printed", async () => {
    const error = await run("acme", "tenant-secret", "admin-secret").then(() => undefined, (e: { stderr: string; stdout: string; code: number }) => e);
    expect(error?.code).toBe(1);
    expect(error?.stderr).toContain("Grafana answered 401");
    expect(error!.stderr + error!.stdout).not.toMatch(/admin-secret|tenant-secret/);
  });
});
