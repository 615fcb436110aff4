/** The rendered Job's own command, with a real psql: engine, unit, passwords out of the environment, and waiting. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { App, Chart } from "cdk8s";
import { afterAll, beforeAll, expect, test } from "vitest";
import { databaseLayer } from "../../../src/layers/database/index.ts";
import type { Output } from "../../../src/layers/layer.ts";
import { makeTenant, platform, sharedTables } from "../../layers/database/fleet.ts";
import { provisionPostgres, run, startPostgres } from "../provision/index.ts";
import pg from "pg";

let server: Awaited<ReturnType<typeof startPostgres>>;
let folder: string;
beforeAll(async () => {
  server = await startPostgres(15);
  folder = mkdtempSync(join(tmpdir(), "bulkhead-job-"));
});
afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

// biome-ignore lint/suspicious/noExplicitAny: manifests are read as what they are.
function objects(write: (output: Output) => void): any[] {
  const chart = new Chart(new App(), "c");
  write({ chart, file: () => undefined });
  return chart.apiObjects.map((o) => o.toJson());
}

test("Jobs apply in any order until all have, and set the passwords they are given", async () => {
  const bin = await provisionPostgres(15);
  const all = objects((o) => {
    databaseLayer.renderPlatform!(databaseLayer.platformState!({ platform, cluster: "prod-eu", sharedTables })!, o);
    databaseLayer.renderTenant!(databaseLayer.tenantState!({ platform, tenant: makeTenant("acme"), cluster: "prod-eu" })!, o);
  });
  const config = new Map(all.filter((o) => o.kind === "ConfigMap").map((o) => [o.metadata.name, o.data]));
  const secret = (key: string): string => `s p\\ace'"$HOME\`x\`-${key}`;
  let waiting = all.filter((o) => o.kind === "Job").reverse();
  expect(waiting).toHaveLength(4);
  for (let round = 0; waiting.length > 0; round++) {
    expect(round).toBeLessThan(5);
    const next = [];
    for (const job of waiting) {
      const pod = job.spec.template.spec;
      const root = mkdtempSync(join(folder, "pod-"));
      for (const v of pod.volumes) {
        mkdirSync(join(root, v.name));
        for (const [name, text] of Object.entries(config.get(v.configMap.name))) writeFileSync(join(root, v.name, name), text as string);
      }
      const c = pod.containers[0];
      const env: Record<string, string> = { PATH: `${bin}:${process.env["PATH"]}` };
      for (const e of c.env) env[e.name] = e.value ?? (e.name === "PGUSER" ? server.superuser : e.name === "PGPASSWORD" ? server.password : secret(e.valueFrom.secretKeyRef.key));
      Object.assign(env, { PGHOST: server.host, PGPORT: String(server.port), PGDATABASE: "postgres", PGSSLMODE: "disable" });
      // Once, not twenty times with pauses: the loop of this test is the Job's.
      const [shell, flag, script] = c.command as [string, string, string];
      const result = await run(shell, [flag, script.replaceAll("/bulkhead/", `${root}/`).replace("-lt 20", "-lt 1")], { env, allowFail: true });
      if (result.code !== 0) next.push(job);
    }
    waiting = next;
  }
  for (const login of ["acme_bi", "acme_pipeline", "api", "auditor"]) {
    const client = new pg.Client({ host: server.host, port: server.port, user: login, password: secret(login), database: "postgres" });
    await client.connect();
    expect((await client.query("SELECT session_user AS u")).rows).toEqual([{ u: login }]);
    await client.end();
  }
});
