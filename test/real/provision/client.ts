import { readFileSync } from "node:fs";
import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import { Agent, request as httpsRequest } from "node:https";
import { type CommandResult, run } from "./component.ts";

/** What a worker needs to reach the control plane; plain data, so that it can be provided to workers. */
export interface ControlPlaneData {
  readonly version: string;
  readonly url: string;
  readonly caFile: string;
  /** The key of the server's own certificate, which `caFile` is. */
  readonly keyFile: string;
  /** The key that signs tokens of service accounts. */
  readonly tokenKeyFile: string;
  /** Of its etcd, without TLS. */
  readonly etcdUrl: string;
  /** What the server writes about its requests, where it was started with audit rules. */
  readonly auditLog?: string;
  readonly adminToken: string;
  /** Path of a kubeconfig of the administrator. */
  readonly kubeconfig: string;
  /** Path of kubectl. */
  readonly kubectlPath: string;
  /** Where kubectl keeps what it discovered. */
  readonly kubectlCache: string;
}

/** One request in the server's audit log: as much of an audit event as suites look at. */
export interface AuditEvent {
  readonly auditID: string;
  readonly verb: string;
  readonly requestURI: string;
  readonly user: { readonly username: string };
  readonly objectRef?: { readonly resource: string; readonly apiGroup?: string; readonly subresource?: string };
  readonly responseStatus?: { readonly code: number };
}

/** What the server was asked so far. */
export function readAuditLog({ auditLog }: ControlPlaneData): AuditEvent[] {
  if (auditLog === undefined) throw new Error("this control plane was started without audit rules");
  return readFileSync(auditLog, "utf8").split("\n").filter((line) => line !== "").map((line) => JSON.parse(line) as AuditEvent);
}

/** Who sends a request to the API server; without it, the administrator does. */
export interface RequestOptions {
  /** A bearer token in place of the administrator's; the empty string sends none (anonymous). */
  readonly token?: string;
  readonly impersonate?: { readonly user: string; readonly groups?: readonly string[] };
  /** Of the body. Default: JSON; merge patch for PATCH. */
  readonly contentType?: string;
}

/** The API server's answer. */
export interface ApiResponse {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  // biome-ignore lint/suspicious/noExplicitAny: an answer is whatever the server says.
  readonly body: any;
  /** Texts of the Warning headers. */
  readonly warnings: string[];
}

/** How `kubectl` runs. */
export interface KubectlOptions {
  readonly as?: string;
  readonly groups?: readonly string[];
  /** Give the result of a failure instead of throwing. */
  readonly allowFail?: boolean;
}

/** A client of a running control plane. */
export interface ControlPlaneClient extends ControlPlaneData {
  /** Runs kubectl as the administrator, or as the user that it is told to impersonate. */
  kubectl(args: readonly string[], input?: string, options?: KubectlOptions): Promise<CommandResult>;
  /** Sends one request; never throws for a status. A string body is sent as it is, else as JSON. */
  request(method: string, path: string, body?: unknown, options?: RequestOptions): Promise<ApiResponse>;
  /** Closes the client's connections. */
  close(): void;
}

function warningsOf(message: IncomingMessage): string[] {
  const texts: string[] = [];
  for (let i = 0; i + 1 < message.rawHeaders.length; i += 2) {
    if (message.rawHeaders[i]?.toLowerCase() !== "warning") continue;
    const line = message.rawHeaders[i + 1] ?? "";
    for (const match of line.matchAll(/\d{3} \S+ "((?:[^"\\]|\\.)*)"/g)) {
      texts.push((match[1] ?? "").replace(/\\(.)/g, "$1"));
    }
  }
  return texts;
}

function parseBody(message: IncomingMessage, text: string): unknown {
  if (text === "") return undefined;
  return /\bjson\b/.test(message.headers["content-type"] ?? "") ? JSON.parse(text) : text;
}

function headersOf(data: ControlPlaneData, method: string, payload: string | undefined, options: RequestOptions) {
  const headers: Record<string, string | string[]> = { Accept: "application/json, */*" };
  const token = options.token ?? data.adminToken;
  if (token !== "") headers["Authorization"] = `Bearer ${token}`;
  if (options.impersonate !== undefined) {
    headers["Impersonate-User"] = options.impersonate.user;
    const groups = options.impersonate.groups ?? [];
    if (groups.length > 0) headers["Impersonate-Group"] = [...groups];
  }
  if (payload !== undefined) {
    const usual = method === "PATCH" ? "application/merge-patch+json" : "application/json";
    headers["Content-Type"] = options.contentType ?? usual;
    headers["Content-Length"] = String(Buffer.byteLength(payload));
  }
  return headers;
}

/** A client of the control plane that `data` describes; its connections are kept alive. */
export function connectControlPlane(data: ControlPlaneData): ControlPlaneClient {
  const ca = readFileSync(data.caFile);
  const agent = new Agent({ keepAlive: true, maxSockets: 32, ca });
  const base = new URL(data.url);

  const send = (method: string, path: string, payload: string | undefined, options: RequestOptions) =>
    new Promise<ApiResponse>((resolve, reject) => {
      const headers = headersOf(data, method, payload, options);
      const call = httpsRequest({ agent, method, path, headers, host: base.hostname, port: base.port });
      call.on("error", (error: NodeJS.ErrnoException) => {
        // The server may close an idle connection just when it is used again: it saw no request.
        const unseen = call.reusedSocket && (error.code === "ECONNRESET" || error.code === "EPIPE");
        if (unseen) send(method, path, payload, options).then(resolve, reject);
        else reject(error);
      });
      call.on("response", (message) => {
        const chunks: Buffer[] = [];
        message.on("error", reject);
        message.on("data", (chunk: Buffer) => chunks.push(chunk));
        message.on("end", () => {
          try {
            const body = parseBody(message, Buffer.concat(chunks).toString("utf8"));
            const status = message.statusCode ?? 0;
            resolve({ status, headers: message.headers, body, warnings: warningsOf(message) });
          } catch (error) {
            reject(error);
          }
        });
      });
      call.end(payload);
    });

  return {
    ...data,
    request(method, path, body, options = {}) {
      const payload = body === undefined || typeof body === "string" ? body : JSON.stringify(body);
      return send(method, path, payload, options);
    },
    kubectl(args, input, options = {}) {
      const as = options.as === undefined ? [] : ["--as", options.as];
      const groups = (options.groups ?? []).flatMap((group) => ["--as-group", group]);
      const env = { ...process.env, KUBECONFIG: data.kubeconfig, KUBECACHEDIR: data.kubectlCache };
      // Flags first: what stands behind `--` belongs to another program.
      const all = [...as, ...groups, ...args];
      return run(data.kubectlPath, all, {
        env,
        ...(input === undefined ? {} : { input }),
        ...(options.allowFail === undefined ? {} : { allowFail: options.allowFail }),
      });
    },
    close: () => agent.destroy(),
  };
}
