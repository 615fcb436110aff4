/** Signed requests to an S3 server or radosgw's admin API, for tests that write; the auditor's own client only reads. */
import { createHash } from "node:crypto";
import aws4 from "aws4";

export interface Keys { readonly accessKey: string; readonly secretKey: string }
export interface S3Answer { status: number; body: string; code?: string }
export interface S3Request { query?: Record<string, string>; body?: string; headers?: Record<string, string> }
export type S3 = (method: string, path: string, request?: S3Request) => Promise<S3Answer>;

/** Without keys, requests are anonymous. Never throws for a status. */
export function s3(endpoint: string, keys?: Keys): S3 {
  const { host } = new URL(endpoint);
  return async (method, path, { query = {}, body = "", headers = {} } = {}) => {
    const words = Object.entries(query).map(([key, value]) => `${encodeURIComponent(key)}${value === "" ? "" : `=${encodeURIComponent(value)}`}`);
    const target = encodeURI(path) + (words.length > 0 ? `?${words.join("&")}` : "");
    // Lifecycle and multi-object requests are refused without it.
    const all = { Host: host, ...(body !== "" && { "Content-MD5": createHash("md5").update(body).digest("base64"), "Content-Type": "application/octet-stream" }), ...headers };
    const signed = keys === undefined ? { headers: all } : aws4.sign({ service: "s3", region: "us-east-1", method, path: target, headers: all, body }, { accessKeyId: keys.accessKey, secretAccessKey: keys.secretKey });
    const { Host: _, "Content-Length": __, ...sent } = signed.headers as Record<string, string>;
    const answer = await fetch(endpoint + target, { method, headers: sent, ...(body !== "" && { body }) });
    const text = await answer.text();
    const code = /(?:<Code>|"Code":")([A-Za-z]+)/.exec(text)?.[1];
    return { status: answer.status, body: text, ...(answer.status >= 300 && code !== undefined && { code }) };
  };
}

/** The answer's body; throws for a refusal. */
export async function done(answer: Promise<S3Answer>): Promise<string> {
  const { status, body } = await answer;
  if (status >= 300) throw new Error(`refused with ${status}: ${body.slice(0, 300)}`);
  return body;
}

const element = (name: string, value: unknown): string => `<${name}>${fields(value)}</${name}>`;
const escaped = (text: string): string => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
function fields(value: unknown): string {
  if (typeof value !== "object" || value === null) return escaped(String(value));
  return Object.entries(value).map(([key, inner]) => element(key, inner)).join("");
}
/** The XML of a lifecycle that is written as the S3 API's JSON. */
export const lifecycleXml = (json: string): string => `<LifecycleConfiguration>${(JSON.parse(json) as { Rules: object[] }).Rules.map((rule) => element("Rule", rule)).join("")}</LifecycleConfiguration>`;
