/** A stand-in for an S3 bucket (no object store is started here): signature version 4 is checked from its own description, and each user may do what a policy would let it. */
import { createHash, createHmac } from "node:crypto";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";

export interface BucketUser { secret: string; put: boolean; get: boolean }
const sha = (text: string | Buffer): string => createHash("sha256").update(text).digest("hex");
const hmac = (key: string | Buffer, text: string): Buffer => createHmac("sha256", key).update(text).digest();

export class Bucket {
  readonly objects = new Map<string, Buffer>();
  readonly users = new Map<string, BucketUser>();
  /** Requests that were let through, as `METHOD key`. */
  readonly log: string[] = [];
  /** What was put to a Pushgateway, by path. */
  readonly pushed = new Map<string, string>();
  /** Statuses to answer with first, whatever is asked. */
  readonly failures: number[] = [];
  readonly #server: Server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part)).on("end", () => {
      const [status, body] = this.#answer(request, Buffer.concat(parts));
      response.writeHead(status).end(body);
    });
  });

  async start(): Promise<void> { await new Promise<void>((done) => this.#server.listen(0, "127.0.0.1", done)); }
  async stop(): Promise<void> { await new Promise<void>((done) => { this.#server.close(() => done()); this.#server.closeAllConnections(); }); }
  get url(): string { return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`; }

  #answer(request: IncomingMessage, body: Buffer): [number, string | Buffer] {
    const path = request.url ?? "";
    const failure = this.failures.shift();
    if (failure !== undefined) return [failure, "not now"];
    if (path.startsWith("/metrics/")) { if (request.method === "PUT") this.pushed.set(path, body.toString()); return [request.method === "PUT" ? 200 : 405, ""]; }
    const user = this.#signer(request, body);
    if (typeof user === "string") return [403, user];
    const key = path.replace(/^\/audit-bucket\//, "");
    if (request.method === "PUT" ? !user.put : !user.get) return [403, "AccessDenied"];
    this.log.push(`${request.method} ${key}`);
    if (request.method === "PUT") { this.objects.set(key, body); return [200, ""]; }
    // Without the right to list, S3 does not say that there is no such key.
    const found = this.objects.get(key);
    return found ? [200, found] : [403, "AccessDenied"];
  }

  /** Who signed the request, or why it is refused. */
  #signer(request: IncomingMessage, body: Buffer): BucketUser | string {
    const match = /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/s3\/aws4_request, ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/.exec(request.headers.authorization ?? "");
    const user = this.users.get(match?.[1] ?? "");
    if (!match || !user) return "InvalidAccessKeyId";
    const [, , date, region, signed, signature] = match as unknown as string[];
    const sent = request.headers["x-amz-content-sha256"] as string | undefined;
    if (sent === undefined || !signed!.split(";").includes("x-amz-content-sha256")) return "MissingContentSHA256";
    if (sent !== sha(body)) return "XAmzContentSHA256Mismatch";
    const headers = signed!.split(";").map((name) => `${name}:${String(request.headers[name]).trim()}\n`).join("");
    const canonical = [request.method, request.url, "", headers, signed, sent].join("\n");
    const text = ["AWS4-HMAC-SHA256", request.headers["x-amz-date"], `${date}/${region}/s3/aws4_request`, sha(canonical)].join("\n");
    const key = ["s3", "aws4_request"].reduce((k, part) => hmac(k, part), hmac(hmac(`AWS4${user.secret}`, date!), region!));
    return hmac(key, text).toString("hex") === signature ? user : "SignatureDoesNotMatch";
  }
}
