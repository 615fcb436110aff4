/**
 * The wire protocol of Redis, version 2, as far as an auditor needs it. A client library would keep whole replies; here a password's hash is gone
 * before any other code sees the reply that held it.
 */

/** An answer. Errors are values: only their first word, in capitals, because the rest is the server's text. */
export type Reply = string | number | null | Reply[] | RedisError;
export class RedisError {
  readonly code: string;
  constructor(line: string) { this.code = /^[A-Z]{2,20}(?= |$)/.exec(line)?.[0] ?? "ERR"; }
}
/** What answers speaks another protocol, or says too much. */
export class NoRedis extends Error {}

const MOST_BYTES = 512 * 1024 * 1024;
const DEEPEST = 8;
const HASH = /(^| )#[0-9a-fA-F]{64}(?= |$)/g;

/** Text of bytes. Bytes that are no UTF-8 become lone surrogates, U+DC80 and up, from which they can be written again. */
export function textOf(bytes: Buffer): string {
  const text = bytes.toString("utf8");
  const exact = text.includes("\uFFFD") && !Buffer.from(text, "utf8").equals(bytes) ? [...bytes].map((b) => String.fromCharCode(b < 0x80 ? b : 0xdc00 + b)).join("") : text;
  return exact.replace(HASH, "$1#");
}

/** What follows a name in a list of names and values; undefined where it is not there. */
export function fieldOf(reply: Reply, name: string): Reply | undefined {
  if (!Array.isArray(reply)) return undefined;
  for (let i = 0; i + 1 < reply.length; i += 2) if (reply[i] === name) return reply[i + 1];
  return undefined;
}

/** A command as an array of bulk strings: nothing in an argument can end it. */
export const encode = (args: readonly string[]): string => `*${args.length}\r\n${args.map((arg) => `$${Buffer.byteLength(arg)}\r\n${arg}\r\n`).join("")}`;

/** Takes chunks as they come and gives whole replies. Keeps its place, so that a long reply is read once. */
export class Parser {
  private rest: Buffer = Buffer.alloc(0);
  private seen = 0;
  private readonly open: { items: Reply[]; left: number }[] = [];

  /** Replies that end in this chunk. Throws NoRedis. */
  push(chunk: Buffer): Reply[] {
    this.rest = this.rest.length === 0 ? chunk : Buffer.concat([this.rest, chunk]);
    this.seen += chunk.length;
    if (this.seen > MOST_BYTES) throw new NoRedis("more than 512 MB in one answer");
    const whole: Reply[] = [];
    let at = 0;
    for (;;) {
      const end = this.rest.indexOf("\r\n", at);
      if (end < 0) { if (this.rest.length - at > 65_536 && this.rest[at] !== 0x24) throw new NoRedis("a line without an end"); break; }
      const line = this.rest.subarray(at + 1, end);
      const type = String.fromCharCode(this.rest[at]!);
      let next = end + 2;
      let value: Reply | undefined;
      if (type === "$" || type === "*") {
        const size = Number(line.toString("latin1"));
        if (!/^-?[0-9]{1,10}$/.test(line.toString("latin1")) || size > MOST_BYTES) throw new NoRedis("a length that is none");
        if (size < 0) value = null;
        else if (type === "$") {
          if (this.rest.length < next + size + 2) break;
          value = textOf(this.rest.subarray(next, next + size));
          next += size + 2;
        } else if (size === 0) value = [];
        else {
          if (this.open.length >= DEEPEST) throw new NoRedis("an answer nested too deep");
          this.open.push({ items: [], left: size });
        }
      } else if (type === "+") value = textOf(line);
      else if (type === "-") value = new RedisError(line.toString("latin1"));
      else if (type === ":") value = Number(line.toString("latin1"));
      else throw new NoRedis("no Redis protocol");
      at = next;
      if (value !== undefined) this.close(value, whole);
    }
    this.rest = this.rest.subarray(at);
    return whole;
  }

  private close(reply: Reply, whole: Reply[]): void {
    let value = reply;
    for (;;) {
      const outer = this.open.at(-1);
      if (!outer) { whole.push(value); this.seen = 0; return; }
      outer.items.push(value);
      if (--outer.left > 0) return;
      this.open.pop();
      value = outer.items;
    }
  }
}
