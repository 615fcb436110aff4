import { describe, expect, test } from "vitest";
import { sendAlerts, type SendOptions } from "../../../src/report/alert/alertmanager.ts";
import type { Alert } from "../../../src/report/alert/alerts.ts";
import { type Answer, type Got, nobody, startSink } from "../sink.ts";

const alert = (name: string): Alert => ({ labels: { alertname: name }, annotations: {}, startsAt: "2026-11-24T10:00:00Z", endsAt: "2026-11-24T14:00:00Z" });
const ALERTS = ["a", "b", "c", "d", "e"].map(alert);
const namesOf = ({ body }: Got): string => (JSON.parse(body) as Alert[]).map(({ labels }) => labels.alertname).join("");
const send = (peers: string[], over: Partial<SendOptions> = {}): ReturnType<typeof sendAlerts> => sendAlerts(ALERTS, { peers, backoff: 1, timeout: 2000, ...over });

test("every peer gets every alert, in batches", async () => {
  const [one, two] = [await startSink(), await startSink()];
  const delivery = await send([one.url, `${two.url}/alertmanager/`], { batch: 2 });
  expect(delivery).toEqual({ complete: true, notices: [], peers: [{ peer: `${one.url}/api/v2/alerts`, sent: 5, refused: 0, unsent: 0 }, { peer: `${two.url}/alertmanager/api/v2/alerts`, sent: 5, refused: 0, unsent: 0 }] });
  expect([one.got.map(namesOf), two.got.map(({ path }) => path)]).toEqual([["ab", "cd", "e"], Array(3).fill("/alertmanager/api/v2/alerts")]);
  expect(one.got[0]!.headers["content-type"]).toBe("application/json");
});

test("a peer that is down is said and stops no other", async () => {
  const sound = await startSink();
  const down = await nobody();
  const delivery = await send([down, sound.url], { batch: 1 });
  expect(delivery).toMatchObject({ complete: false, peers: [{ sent: 0, unsent: 5 }, { sent: 5, unsent: 0 }], notices: [`${down}/api/v2/alerts did not get 5 alerts: ECONNREFUSED`] });
});

test("no URL is a notice without what was given", async () => {
  expect(await send(["pass:word@am", "file:///etc/passwd"])).toEqual({ complete: false, peers: Array(2).fill({ peer: "(no URL)", sent: 0, refused: 0, unsent: 5 }), notices: Array(2).fill("an Alertmanager is given that is no http URL") });
});

describe("a peer that answers", () => {
  /** What it answers at each try, the last one for ever. */
  const cases: { name: string; answers: Answer[]; tries: number; sent: number; notice?: RegExp }[] = [
    { name: "503 once is asked again", answers: [{ status: 503 }, {}], tries: 2, sent: 5 },
    { name: "429 once is asked again", answers: [{ status: 429, headers: { "retry-after": "0" } }, {}], tries: 2, sent: 5 },
    { name: "with a broken connection once is asked again", answers: [{ cut: true }, {}], tries: 2, sent: 5 },
    { name: "503 always is given up", answers: [{ status: 503 }], tries: 3, sent: 0, notice: /did not get 5 alerts: it answered 503$/ },
    { name: "never is given up", answers: [{ hang: true }], tries: 3, sent: 0, notice: /did not get 5 alerts: no answer within 100 ms$/ },
    { name: "401 is not asked again", answers: [{ status: 401, body: "no" }], tries: 1, sent: 0, notice: /refused 5 alerts: 401 no$/ },
    { name: "404 is not asked again", answers: [{ status: 404 }], tries: 1, sent: 0, notice: /refused 5 alerts: 404/ },
    { name: "with a redirect is not followed: that would be a GET", answers: [{ status: 302, headers: { location: "/elsewhere" } }], tries: 1, sent: 0, notice: /refused 5 alerts: 302/ },
    { name: "with a web page is another service", answers: [{ headers: { "content-type": "text/html; charset=utf-8" }, body: "<html>" }], tries: 1, sent: 0, notice: /another service/ },
  ];
  test.each(cases)("$name", async ({ answers, tries, sent, notice }) => {
    const peer = await startSink((_, nth) => answers[Math.min(nth, answers.length - 1)]!);
    const delivery = await send([peer.url], { timeout: answers[0]!.hang ? 100 : 2000 });
    expect([peer.got.length, delivery.peers[0]!.sent, delivery.complete]).toEqual([tries, sent, !notice]);
    expect(delivery.notices).toEqual(notice ? [expect.stringMatching(notice)] : []);
  });
  test("503 to the first batch is not asked about the others", async () => {
    const peer = await startSink(() => ({ status: 503 }));
    expect((await send([peer.url], { batch: 1 })).peers[0]!.unsent).toBe(5);
    expect(peer.got).toHaveLength(3);
  });
});

describe("a batch in which one alert is bad", () => {
  for (const status of [400, 413, 422]) {
    test(`${status}: the others are delivered, the bad one is named`, async () => {
      const peer = await startSink((got) => (namesOf(got).includes("c") ? { status, body: '"invalid label set"' } : {}));
      const delivery = await send([peer.url]);
      expect(delivery).toMatchObject({ complete: false, peers: [{ sent: 4, refused: 1, unsent: 0 }], notices: [expect.stringMatching(new RegExp(`refused 1 alert: c: ${status} "invalid label set"$`))] });
      expect(peer.got.length).toBeLessThanOrEqual(7);
    });
  }
  test("a receiver that refuses all is not asked about each of thousands", async () => {
    const peer = await startSink(() => ({ status: 400, body: "x".repeat(5000) }));
    const delivery = await sendAlerts(Array.from({ length: 2000 }, (_, i) => alert(`a${i}`)), { peers: [peer.url], backoff: 1 });
    expect(delivery.peers[0]).toMatchObject({ sent: 0, refused: 2000, unsent: 0 });
    expect(peer.got.length).toBeLessThan(200);
    expect(delivery.notices[0]!.length).toBeLessThan(2000);
  });
});

test("a login in the URL goes into the header and into no notice; what a peer answers is masked", async () => {
  const peer = await startSink(() => ({ status: 403, body: "password=hunter22 \u001b[31m" }));
  const delivery = await send([peer.url.replace("//", "//bulkhead:s%40cret@")]);
  expect(peer.got[0]!.headers.authorization).toBe(`Basic ${Buffer.from("bulkhead:s@cret").toString("base64")}`);
  expect(delivery.notices[0]).toMatch(/refused 5 alerts: 403 password=•{8} \\u001b\[31m$/);
  expect(JSON.stringify(delivery)).not.toMatch(/s@cret|s%40cret|hunter22/);
});
