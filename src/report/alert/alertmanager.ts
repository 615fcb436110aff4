/** Sends alerts to Alertmanager's API v2: to every peer itself, because each deduplicates and none forwards. */
import { printable } from "../../model/printable.ts";
import { maskText } from "../../model/secret.ts";
import { count } from "../report.ts";
import { post, type Posted, type PostOptions } from "../post.ts";
import type { Alert } from "./alerts.ts";

export interface SendOptions extends Pick<PostOptions, "timeout" | "retries" | "backoff" | "fetch"> {
  /** Base URLs of all peers, with a path where one stands in front: `https://user:password@am.example/alertmanager`. */
  peers: readonly string[];
  /** Alerts a request; 200. */
  batch?: number;
}

/** What one peer took. */
export interface PeerDelivery { /** Without its login. */ peer: string; sent: number; refused: number; unsent: number }
export interface Delivery { /** Every peer took every alert. */ complete: boolean; peers: PeerDelivery[]; /** In words, for people: who did not take what, and why. */ notices: string[] }

const BATCH = 200;
/** Refused alerts that are named; of more only the number is known. */
const NAMED = 5;
/** Refused alerts after which no batch is halved any more: a receiver that refuses all of them is not asked about each. */
const PATIENCE = 50;

/** Sends all alerts to all peers at once. Rejects never: what a peer does not take is said, and stops no other. */
export async function sendAlerts(alerts: readonly Alert[], options: SendOptions): Promise<Delivery> {
  const results = await Promise.all(options.peers.map((peer) => toPeer(peer, alerts, options)));
  return { complete: results.every(({ delivery }) => delivery.refused + delivery.unsent === 0), peers: results.map(({ delivery }) => delivery), notices: results.flatMap(({ notices }) => notices) };
}

async function toPeer(peer: string, alerts: readonly Alert[], { batch = BATCH, ...options }: SendOptions): Promise<{ delivery: PeerDelivery; notices: string[] }> {
  if (!URL.canParse(peer) || !/^https?:$/.test(new URL(peer).protocol)) return { delivery: { peer: "(no URL)", sent: 0, refused: 0, unsent: alerts.length }, notices: ["an Alertmanager is given that is no http URL"] };
  const url = new URL(peer);
  url.pathname = `${url.pathname.replace(/\/+$/, "")}/api/v2/alerts`;
  const name = printable(`${url.origin}${url.pathname}`);
  const delivery: PeerDelivery = { peer: name, sent: 0, refused: 0, unsent: 0 };
  const reasons: string[] = [];
  const send = async (part: readonly Alert[]): Promise<boolean> => {
    const posted = await post(url, JSON.stringify(part), { contentType: "application/json", ...options });
    if (posted.state === "taken") delivery.sent += part.length;
    if (posted.state === "failed") { reasons.push(posted.reason); return false; }
    if (posted.state !== "refused") return true;
    // A refused batch is halved until the alerts that are refused stand alone. Those that a 400 had stored already are sent again, which changes nothing.
    if (part.length > 1 && divisible(posted) && delivery.refused < PATIENCE) return (await send(part.slice(0, part.length / 2))) && send(part.slice(part.length / 2));
    delivery.refused += part.length;
    if (reasons.length < NAMED) reasons.push(`${part.length === 1 ? `${nameOf(part[0]!)}: ` : ""}${posted.status} ${maskText(printable(posted.body)).slice(0, 200)}`);
    return divisible(posted);
  };
  for (let i = 0; i < alerts.length; i += batch) {
    const reached = await send(alerts.slice(i, i + batch));
    // Who is down stays down for this audit; the next one says everything again.
    if (!reached) break;
  }
  delivery.unsent = alerts.length - delivery.sent - delivery.refused;
  const { refused, unsent } = delivery;
  const lost = [...(refused > 0 ? [`refused ${count(refused, "alert")}`] : []), ...(unsent > 0 ? [`did not get ${count(unsent, "alert")}`] : [])].join(" and ");
  return { delivery, notices: lost ? [`${name} ${lost}: ${reasons.join("; ")}`] : [] };
}

/** Alertmanager's answers to a batch in which some alerts are bad, or to one that is too large; anything else is about the call. */
const divisible = (posted: Posted): boolean => posted.state === "refused" && [400, 413, 422].includes(posted.status);

const nameOf = ({ labels }: Alert): string => printable(Object.values(labels).slice(0, 8).join(" "));
