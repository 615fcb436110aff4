/** What an answer means, in words of our own: bodies may hold what nobody must see, so none is ever quoted. */
import { LiveError, quoteLine } from "./failure.ts";
import { type Answer, RequestFailure } from "./request.ts";
import { Unreadable } from "./source.ts";
import { askedWait } from "./retry.ts";

const seconds = (ms: number): string => `${Math.ceil(ms / 1000)} s`;

/** Why a status other than 200 is no reading; `what` is what was asked for, as RBAC names it. */
export function reasonOf(answer: Pick<Answer, "status" | "headers">, what: string): string {
  const { status } = answer;
  if (status === 401) return "the credentials were refused (401): expired, or never valid here";
  if (status === 403) return `forbidden (403): the account needs get and list on ${what}`;
  if (status === 404) return `not served (404): ${what}`;
  if (status === 405) return `${what} cannot be listed (405)`;
  if (status === 406) return `${what} is not served as JSON (406)`;
  if (status === 410) return "the list expired (410) again and again before its end";
  if (status === 429) {
    const wait = askedWait(answer);
    return `too many requests (429)${wait === undefined ? "" : `: the server asked to wait ${seconds(wait)}`}`;
  }
  if (status >= 500) return `the server failed (${status}), in all attempts`;
  if (status >= 300 && status < 400) return `the server points elsewhere (${status}), and credentials follow no redirect`;
  return `the server answered with status ${status}`;
}

/** What was thrown while something was read, as Unreadable; anything unknown is a bug and stays as it is. */
export function unreadable(error: unknown): unknown {
  if (error instanceof RequestFailure || error instanceof LiveError) return new Unreadable(error.message);
  return error;
}

/** A JSON object, or Unreadable. */
export function parseAnswer({ headers, body }: Answer): Record<string, unknown> {
  const type = headers["content-type"] ?? "";
  let value: unknown;
  try {
    value = JSON.parse(body.toString("utf8"));
  } catch {
    throw new Unreadable(/json/i.test(type) ? "the answer is not JSON, or was cut off" : `the answer is not JSON but ${type === "" ? "of no type" : quoteLine(type.split(";")[0]!)}: is this an API server?`);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new Unreadable("the answer is no JSON object: is this an API server?");
  return value as Record<string, unknown>;
}
