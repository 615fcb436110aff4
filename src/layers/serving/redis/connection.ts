/** One connection to a Redis: TLS unless told otherwise, one limit of time for each answer, always closed. */
import { connect as connectPlain, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { type StoreAccess, StoreUnreadable } from "../../../model/plane.ts";
import { encode, fieldOf, NoRedis, Parser, RedisError, type Reply } from "./resp.ts";

export interface RedisConnection {
  /** Sends all at once and gives the answers in order. Throws StoreUnreadable where the connection ends before the last. */
  ask(commands: readonly (readonly string[])[]): Promise<Reply[]>;
  version: string;
  close(): void;
}

/** host and port of `host:port`, `[v6]:port` or `redis://host:port`. */
function placeOf(endpoint: string): { host: string; port: number } {
  const found = /^(?:rediss?:\/\/)?(?:\[([0-9a-fA-F:]+)\]|([^:/@\s]+)):([0-9]{1,5})\/?$/.exec(endpoint);
  if (!found) throw new StoreUnreadable("its endpoint is no host:port");
  return { host: (found[1] ?? found[2])!, port: Number(found[3]) };
}

/** Why a socket failed, in words that hold nothing of what the server sent. */
function reasonOf(error: NodeJS.ErrnoException): string {
  if (error instanceof NoRedis) return `what answers is no Redis: ${error.message}`;
  const code = error.code ?? "";
  if (code === "ENOTFOUND" || code === "EAI_AGAIN") return "its host name has no address";
  if (/^(ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|ETIMEDOUT)$/.test(code)) return "nothing answers at its address";
  if (/CERT|SIGNATURE|ISSUER|ALTNAME|SELF_SIGNED/.test(code)) return "its certificate is not trusted";
  if (/^ERR_SSL|^EPROTO/.test(code)) return "what answers does not speak TLS";
  return "the connection was cut off";
}

/** Connects, logs in, and asks who answers. Throws StoreUnreadable. */
export async function openRedis(access: StoreAccess): Promise<RedisConnection> {
  const { host, port } = placeOf(access.endpoint);
  if (access.signal?.aborted) throw new StoreUnreadable("the audit was given up");
  const socket: Socket = access.plain ? connectPlain({ host, port }) : connectTls({ host, port, ...(access.ca !== undefined && { ca: access.ca }), ...(/[a-z]/i.test(host) && !host.includes(":") && { servername: host }) });
  const parser = new Parser();
  const waiting: { resolve(reply: Reply): void; reject(error: Error): void }[] = [];
  let broken: StoreUnreadable | undefined;
  let timer: NodeJS.Timeout | undefined;
  const end = (reason: string): void => {
    broken ??= new StoreUnreadable(reason);
    clearTimeout(timer);
    socket.destroy();
    for (const { reject } of waiting.splice(0)) reject(broken);
  };
  const wait = (): void => {
    clearTimeout(timer);
    if (waiting.length > 0) timer = setTimeout(() => end(`no answer within ${access.timeoutMs / 1000} s`), access.timeoutMs);
  };
  const abort = (): void => end("the audit was given up");
  access.signal?.addEventListener("abort", abort, { once: true });
  socket.on("error", (error) => end(reasonOf(error)));
  socket.on("close", () => end("the connection was cut off"));
  socket.on("data", (chunk: Buffer) => {
    try { for (const reply of parser.push(chunk)) waiting.shift()?.resolve(reply); wait(); } catch (error) { end(reasonOf(error as Error)); }
  });
  const ask = (commands: readonly (readonly string[])[]): Promise<Reply[]> => {
    if (broken) return Promise.reject(broken);
    const replies = commands.map(() => new Promise<Reply>((resolve, reject) => { waiting.push({ resolve, reject }); }));
    wait();
    socket.write(commands.map(encode).join(""));
    return Promise.all(replies);
  };
  const close = (): void => { access.signal?.removeEventListener("abort", abort); end("closed"); };
  try {
    const login = access.password === undefined ? [] : [["AUTH", access.user ?? "default", access.password]];
    const replies = await ask([...login, ["HELLO", "2"]]);
    for (const reply of replies) if (reply instanceof RedisError) throw new StoreUnreadable(/^(WRONGPASS|NOAUTH|NOPERM)$/.test(reply.code) ? "it refuses the auditor's credentials" : "it does not let the auditor in, or is older than version 7");
    return { ask, close, version: versionOf(replies.at(-1)!) };
  } catch (error) {
    close();
    throw error;
  }
}

function versionOf(hello: Reply): string {
  const version = fieldOf(hello, "version");
  if (typeof version !== "string" || !/^[0-9]+\.[0-9]+\.[0-9]+/.test(version)) throw new StoreUnreadable("what answers is no Redis");
  return version;
}
