import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { type Execution, executionEvent, sendEvent } from "../../src/report/event.ts";
import { bulkhead, home, PRODUCT, project, TENANT, write } from "../support/project.ts";
import { nobody, startSink } from "./sink.ts";

const folder = mkdtempSync(join(tmpdir(), "bulkhead-events-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const execution: Execution = { command: "audit", version: "1.2.3", subject: "prod-eu", tenants: ["acme"], revision: "abc", started: new Date("2026-11-24T10:00:00Z"), ended: new Date("2026-11-24T10:00:05Z"), exit: 3, counts: { findings: 0, unknown: 2 } };
const lines = (file: string): Record<string, unknown>[] => readFileSync(file, "utf8").trimEnd().split("\n").map((line) => JSON.parse(line));

describe("an event", () => {
  test("has the attributes that CloudEvents 1.0 requires, and what ran", () => {
    const event = executionEvent(execution);
    expect(event).toEqual({
      specversion: "1.0", id: expect.stringMatching(/^[0-9a-f-]{36}$/), source: "/bulkhead/audit", type: "bulkhead.audit.ended", subject: "prod-eu", time: "2026-11-24T10:00:05.000Z", datacontenttype: "application/json",
      data: { version: "1.2.3", tenants: ["acme"], revision: "abc", start: "2026-11-24T10:00:00.000Z", end: "2026-11-24T10:00:05.000Z", outcome: "incomplete", exit: 3, counts: { findings: 0, unknown: 2 } },
    });
    expect(executionEvent(execution).id).not.toBe(event.id);
  });
  test.each([[0, "success"], [1, "findings"], [2, "failure"], [3, "incomplete"], [130, "failure"]])("exit %i is %s", (exit, outcome) => { expect(executionEvent({ ...execution, exit }).data.outcome).toBe(outcome); });
  test("says nothing of what is not known", () => { expect(Object.keys(executionEvent({ ...execution, tenants: undefined, revision: undefined }).data)).toEqual(["version", "start", "end", "outcome", "exit", "counts"]); });
});

describe("to a file", () => {
  test("one line each, added at the end, in order", async () => {
    const file = join(folder, "events.jsonl");
    for (const subject of ["one\ntwo\u202e", "b"]) expect(await sendEvent(executionEvent({ ...execution, subject }), file)).toBeUndefined();
    expect(lines(file).map((event) => event.subject)).toEqual(["one\ntwo\u202e", "b"]);
    expect(readFileSync(file, "utf8")).not.toMatch(/\u202e/);
  });
  test("lines of processes that run at once do not mix", async () => {
    const file = join(folder, "many.jsonl");
    const code = `import { executionEvent, sendEvent } from ${JSON.stringify(join(home, "build/report/event.js"))};
      for (let i = 0; i < 50; i++) await sendEvent(executionEvent({ command: "synth", version: "1", subject: "x".repeat(5000), started: new Date(), ended: new Date(), exit: 0, counts: {} }), process.argv[1]);`;
    await Promise.all(Array.from({ length: 4 }, () => new Promise((resolve) => spawn(process.execPath, ["--input-type=module", "-e", code, file], { stdio: "inherit" }).on("close", resolve))));
    expect(lines(file)).toHaveLength(200);
  });
  test("that cannot be written is a warning", async () => { expect(await sendEvent(executionEvent(execution), join(folder, "none/x"))).toMatchObject({ code: "BH7106", severity: "warning", message: expect.stringMatching(/cannot be written to .*none\/x: ENOENT$/) }); });
});

describe("to a sink", () => {
  test("structured, once", async () => {
    const sink = await startSink(() => ({ status: 202 }));
    const event = executionEvent(execution);
    expect(await sendEvent(event, `${sink.url}/events`)).toBeUndefined();
    expect(sink.got).toMatchObject([{ path: "/events", headers: { "content-type": "application/cloudevents+json" } }]);
    expect(JSON.parse(sink.got[0]!.body)).toEqual(event);
  });
  test("that refuses is a warning without its login", async () => {
    const sink = await startSink(() => ({ status: 400, body: "token=abcdef" }));
    const problem = await sendEvent(executionEvent(execution), sink.url.replace("//", "//u:hunter22@"));
    expect(problem).toMatchObject({ code: "BH7106", message: `${sink.url} did not take the event: 400 token=••••••` });
  });
  test("that is down is a warning", async () => {
    const url = await nobody();
    expect(await sendEvent(executionEvent(execution), url, { backoff: 1 })).toMatchObject({ code: "BH7106", message: `${url} did not take the event: ECONNREFUSED` });
  });
  test("that is no URL is a warning that does not quote it", async () => { expect(await sendEvent(executionEvent(execution), "https://u:hunter22@[")).toMatchObject({ message: "the sink of events is no URL" }); });
});

describe("bulkhead synth --events", () => {
  const file = join(folder, "synth.jsonl");
  const synth = (root: string, ...args: string[]): { code: number; stderr: string } => bulkhead(root, ["synth", "--as-of", "2026-11-24", "--events", file, ...args]);
  const last = (): { data: { counts: Record<string, number> } } => lines(file).at(-1) as never;

  test("one event a run, however it ends", () => {
    const root = project({ "tenants/acme/tenant.ts": TENANT() });
    expect(synth(root).code).toBe(0);
    expect(last()).toMatchObject({ type: "bulkhead.synth.ended", data: { tenants: ["acme"], outcome: "success", exit: 0, counts: { errors: 0, removed: 0, unchanged: 0 } } });
    expect(last().data.counts.created).toBe(last().data.counts.files);
    write(root, { "tenants/acme/tenant.ts": TENANT("").replace('"Acme"', '"Acme Inc"').replace("standard", "premium") });
    expect(synth(root, "--check").code).toBe(1);
    expect(last()).toMatchObject({ data: { outcome: "findings", exit: 1 } });
    expect(last().data.counts.replaced).toBeGreaterThan(0);
    write(root, { "tenants/acme/sales/x.ts": PRODUCT("tabels: {},") });
    expect(synth(root).code).toBe(2);
    expect(last()).toMatchObject({ data: { outcome: "failure", exit: 2, counts: { errors: 1 } } });
    expect(synth(root, "--format", "srif").code).toBe(2);
    expect(lines(file)).toHaveLength(4);
  });
  test("a sink that does not take it changes no exit code", () => {
    const { code, stderr } = bulkhead(project({ "tenants/acme/tenant.ts": TENANT() }), ["synth", "--events", join(folder, "none/x")]);
    expect([code, stderr]).toEqual([0, expect.stringContaining("warning[BH7106]")]);
  });
});
