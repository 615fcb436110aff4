/** Attack row 38 (a metric's label is spoofed; a tenant asks for another's metrics) on a real Prometheus and prom-label-proxy, with what is rendered. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Tree } from "../../../src/model/plane.ts";
import { exampleTree } from "../../layers/observability/tree.ts";
import { scrapeJob } from "../apply/prometheus-operator.ts";
import { attempt, type LabelProxy, provisionLabelProxy, provisionPrometheus, startLabelProxy } from "../provision/index.ts";
import { type Exporter, type Stage, stagePrometheus, startExporter } from "./stage.ts";

const program = await attempt(provisionPrometheus);
const labelProxy = await attempt(provisionLabelProxy);

/** What a pod of helvetia-insurance says: that northwind's product is fresh for ever, as if the platform had said it. */
const FORGED = 'bulkhead_product_last_success_timestamp_seconds{namespace="bulkhead-observability",tenant="northwind",domain="sales",product="orders"} 9e12\n';
const TRUE = 'bulkhead_product_last_success_timestamp_seconds{tenant="northwind",domain="sales",product="orders"} 1000\nmargin{tenant="northwind"} 777777\nmargin{tenant="helvetia-insurance"} 9\n';
const JOB = ["tenant-helvetia-insurance", "app"] as const;

/** The prom-label-proxy of a tenant's gate, as its Deployment is rendered, in front of this Prometheus. */
function gateArgs(tree: Tree, tenant: string, upstream: string): string[] {
  const deployment = tree.manifests.find(({ manifest }) => manifest["kind"] === "Deployment" && (manifest["metadata"] as { name: string }).name === `metrics-${tenant}`)!.manifest as { spec: { template: { spec: { containers: { name: string; args?: string[] }[] } } } };
  return deployment.spec.template.spec.containers.find(({ name }) => name === "label-proxy")!.args!.filter((arg) => !arg.startsWith("-insecure-listen-address=")).map((arg) => (arg.startsWith("-upstream=") ? `-upstream=${upstream}` : arg));
}

describe.skipIf(program === null || labelProxy === null)("attack row 38", () => {
  const tree = exampleTree();
  let stage: Stage;
  let platform: Exporter;
  let pod: Exporter;
  const jobs = (over: Parameters<typeof scrapeJob>[3] = {}): Record<string, unknown>[] => [scrapeJob("bulkhead-observability", "exporter", platform.target), scrapeJob(...JOB, pod.target, over)];
  beforeAll(async () => {
    [platform, pod] = [await startExporter(), await startExporter()];
    [platform.metrics, pod.metrics] = [TRUE, FORGED];
    stage = await stagePrometheus(program!, labelProxy, tree, jobs());
  });
  afterAll(async () => {
    await stage?.stop();
    await platform?.stop();
    await pod?.stop();
  });

  /** The selector of the rendered freshness rule, as it is loaded. */
  const SELECTOR = /bulkhead_product_last_success_timestamp_seconds\{[^}]*\}/.exec(JSON.stringify(tree.manifests.find(({ file }) => file.endsWith("northwind.sales.orders.yaml"))!.manifest).replaceAll('\\"', '"'))![0];
  const read = async (): Promise<string[]> => (await stage.query(SELECTOR)).map(({ value }) => value[1]).sort();
  const spoofed = async (): Promise<boolean> => (await read()).includes("9000000000000");
  const posing = async (): Promise<string[]> => (await stage.query('{tenant="northwind"} > 1e12')).map(({ metric }) => metric["namespace"]!);

  test("a pod that says it is the platform's is labelled with its own namespace, and no rendered rule reads it", async () => {
    await expect.poll(posing, { timeout: 20_000 }).toEqual(["tenant-helvetia-insurance"]);
    await expect.poll(read, { timeout: 20_000 }).toEqual(["1000"]);
  });

  test.each<[string, Parameters<typeof scrapeJob>[3]]>([
    ["overrideHonorLabels and enforcedNamespaceLabel in its metrics", { honor: true, enforced: false }],
    ["enforcedNamespaceLabel, against a monitor that relabels", { enforced: false, metricRelabelings: [{ target_label: "namespace", replacement: "bulkhead-observability" }] }],
  ])("it succeeds without %s, and the audit finds that", async (_, over) => {
    expect(await stage.load(stage.files, { ...stage.config, scrape_configs: jobs(over) })).toBe(true);
    await expect.poll(spoofed, { timeout: 20_000 }).toBe(true);
    expect((await stage.audit()).differences.map(({ kind, tenant }) => `${kind} ${tenant}`)).toEqual(["scrape helvetia-insurance"]);
    await stage.load();
    await expect.poll(spoofed, { timeout: 20_000 }).toBe(false);
    expect((await stage.audit()).differences).toEqual([]);
  });

  test("a monitor that relabels does not help while the namespace is enforced last", async () => {
    const over = { honor: false, relabelings: [{ target_label: "namespace", replacement: "bulkhead-observability" }], metricRelabelings: [{ target_label: "namespace", replacement: "bulkhead-observability" }] };
    expect(await stage.load(stage.files, { ...stage.config, scrape_configs: jobs(over) })).toBe(true);
    await expect.poll(async () => (await stage.query('count_over_time({tenant="northwind",namespace="tenant-helvetia-insurance"}[3s]) > 0')).length, { timeout: 20_000 }).toBeGreaterThan(0);
    expect(await spoofed()).toBe(false);
    expect((await stage.audit()).differences).toEqual([]);
    await stage.load();
  });

  describe("through a tenant's gate", () => {
    // The upstream asks for a password, which a gate has not: a forwarding server adds it, as a service mesh might.
    let gate: LabelProxy;
    let open: LabelProxy;
    let forward: { url: string; stop(): Promise<void> };
    beforeAll(async () => {
      forward = await forwarder(stage);
      gate = await startLabelProxy(labelProxy!, gateArgs(tree, "helvetia-insurance", forward.url));
      // The same without the one argument that binds it to the tenant: then the request says whose it is.
      open = await startLabelProxy(labelProxy!, [...gateArgs(tree, "helvetia-insurance", forward.url).filter((arg) => !arg.startsWith("-label-value=")), "-query-param=whose"]);
    });
    afterAll(async () => {
      await gate?.stop();
      await open?.stop();
      await forward?.stop();
    });
    const ask = async (proxy: { url: string }, path: string): Promise<{ status: number; text: string }> => { const answer = await fetch(`${proxy.url}${path}`); return { status: answer.status, text: await answer.text() }; };
    const now = Math.floor(Date.now() / 1000);
    /** What is asked, and what the answer would hold. */
    const attacks: readonly [name: string, path: string, booty: RegExp][] = [
      ["another tenant's series by name", '/api/v1/query?query=margin{tenant="northwind"}', /777777/],
      ["all series", '/api/v1/query?query={__name__=~".%2B"}', /777777/],
      ["an expression that joins them in", '/api/v1/query?query=margin or on() margin{tenant="northwind"}', /777777/],
      ["a matcher that is anything but its own", '/api/v1/query?query=margin{tenant!="helvetia-insurance"}', /777777/],
      ["a range", `/api/v1/query_range?query=margin{tenant=~"north.*"}&start=${now}&end=${now + 120}&step=1`, /777777/],
      ["series", '/api/v1/series?match[]=margin{tenant="northwind"}', /"tenant":"northwind"/],
      ["values of a label", "/api/v1/label/tenant/values", /"northwind"/],
      ["federation", '/federate?match[]=margin{tenant="northwind"}', /777777/],
      ["the loaded rules", "/api/v1/rules", /northwind/],
      ["the configuration", "/api/v1/status/config", /scrape_configs/],
      ["targets", "/api/v1/targets", /activeTargets/],
    ];
    test("its own series are there", async () => {
      await expect.poll(async () => (await ask(gate, "/api/v1/query?query=margin")).text, { timeout: 20_000 }).toContain('"9"');
    });
    test.each(attacks)("denied: %s; without the gate it is told", async (_, path, booty) => {
      await expect.poll(async () => (await ask(forward, path)).text, { timeout: 10_000 }).toMatch(booty);
      expect((await ask(gate, path)).text).not.toMatch(booty);
    });
    test("a parameter that names another tenant changes nothing", async () => {
      expect((await ask(gate, "/api/v1/query?query=margin&whose=northwind")).text).not.toContain("777777");
    });
    test("with the one argument removed that fixes the tenant, the tenant is whoever the request says", async () => {
      await expect.poll(async () => (await ask(open, "/api/v1/query?query=margin&whose=northwind")).text, { timeout: 20_000 }).toContain("777777");
    });
  });
});

/** Adds the auditor's login to what is asked: this Prometheus wants one of everybody. */
async function forwarder(stage: Stage): Promise<{ url: string; stop(): Promise<void> }> {
  const { createServer } = await import("node:http");
  const access = stage.access();
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const answer = await fetch(`${access.endpoint}${request.url}`, {
      method: request.method!, ...(chunks.length > 0 && { body: Buffer.concat(chunks) }),
      headers: { authorization: `Basic ${Buffer.from(`${access.user}:${access.password}`).toString("base64")}`, ...(request.headers["content-type"] !== undefined && { "content-type": request.headers["content-type"] }) },
    });
    response.writeHead(answer.status, { "content-type": answer.headers.get("content-type") ?? "text/plain" }).end(Buffer.from(await answer.arrayBuffer()));
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  return { url: `http://127.0.0.1:${(server.address() as { port: number }).port}`, stop: () => new Promise((done) => { server.close(() => done()); server.closeAllConnections(); }) };
}
