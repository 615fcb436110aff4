/** One event an execution (CloudEvents 1.0, JSON): what ran, on what, how it ended. To a file of lines, or to a sink over HTTP. */
import { randomUUID } from "node:crypto";
import { appendFile } from "node:fs/promises";
import { printableJson } from "../model/printable.ts";
import { type Problem, warning } from "../model/problem.ts";
import { maskText } from "../model/secret.ts";
import { post, type PostOptions } from "./post.ts";

/** What ran. `exit` is the command's: 0, 1, 2, 3, or what shells give for a signal that stopped it. */
export interface Execution {
  command: "synth" | "audit";
  /** Bulkhead's version. */
  version: string;
  /** What it ran on: a cluster, or the project's folder name. */
  subject: string;
  /** Tenants it was about; absent: it did not get far enough to know. */
  tenants?: readonly string[];
  /** Git commit of the definitions or of dist/; absent where there is none. */
  revision?: string;
  started: Date;
  ended: Date;
  exit: number;
  /** Files written, findings and the like. */
  counts: Readonly<Record<string, number>>;
}

/** An event as it is sent. */
export interface CloudEvent { specversion: "1.0"; id: string; source: string; type: string; subject: string; time: string; datacontenttype: "application/json"; data: Record<string, unknown> }

const OUTCOMES = ["success", "findings", "failure", "incomplete"] as const;

/** The event of an execution. Its id is new at each call. */
export function executionEvent({ command, version, subject, tenants, revision, started, ended, exit, counts }: Execution): CloudEvent {
  const [start, end] = [started.toISOString(), ended.toISOString()];
  return {
    specversion: "1.0", id: randomUUID(), source: `/bulkhead/${command}`, type: `bulkhead.${command}.ended`, subject, time: end, datacontenttype: "application/json",
    data: { version, ...(tenants && { tenants }), ...(revision !== undefined && { revision }), start, end, outcome: OUTCOMES[exit] ?? "failure", exit, counts },
  };
}

/** Sends an event to an http URL, or appends it to a file as one line. A sink that does not take it is a warning: it changes no outcome. */
export async function sendEvent(event: CloudEvent, sink: string, options: Omit<PostOptions, "contentType"> = {}): Promise<Problem | undefined> {
  const text = printableJson(JSON.stringify(event));
  if (!/^https?:\/\//.test(sink)) {
    try {
      // One write at the file's end: lines of processes that run at once do not mix.
      await appendFile(sink, `${text}\n`);
      return undefined;
    } catch (error) {
      return notTaken(`the event cannot be written to ${sink}: ${(error as NodeJS.ErrnoException).code}`);
    }
  }
  if (!URL.canParse(sink)) return notTaken("the sink of events is no URL");
  const url = new URL(sink);
  const posted = await post(url, text, { contentType: "application/cloudevents+json", ...options });
  if (posted.state === "taken") return undefined;
  return notTaken(`${url.origin} did not take the event: ${posted.state === "failed" ? posted.reason : `${posted.status} ${maskText(posted.body).slice(0, 200)}`}`);
}

const notTaken = (message: string): Problem => warning("BH7106", message, undefined, "the command itself is done; look at the sink, or give another with --events");
