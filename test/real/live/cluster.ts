/** A control plane of this suite's own, accounts in it, and readers as these accounts. */
import { sign } from "node:crypto";
import { readFileSync } from "node:fs";
import { type ClusterOptions, openCluster } from "../../../src/audit/live/cluster.ts";
import type { LiveSource } from "../../../src/audit/live/source.ts";
import { file, kubeconfig } from "../../support/live.ts";
import type { ApiResponse, ControlPlane } from "../provision/index.ts";

export const GROUP = "rbac.authorization.k8s.io";

/** Sends as the administrator and insists. */
export async function must(plane: ControlPlane, method: string, path: string, body?: unknown): Promise<ApiResponse> {
  const answer = await plane.request(method, path, body);
  if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body?.message)}`);
  return answer;
}

/** A ServiceAccount in `default` with these rules in the whole cluster. */
export async function makeAccount(plane: ControlPlane, name: string, rules: readonly object[]): Promise<void> {
  await must(plane, "POST", "/api/v1/namespaces/default/serviceaccounts", { metadata: { name } });
  await must(plane, "POST", `/apis/${GROUP}/v1/clusterroles`, { metadata: { name }, rules });
  await must(plane, "POST", `/apis/${GROUP}/v1/clusterrolebindings`, { metadata: { name }, roleRef: { apiGroup: GROUP, kind: "ClusterRole", name }, subjects: [{ kind: "ServiceAccount", namespace: "default", name }] });
}

/** Its token, by TokenRequest. */
export const tokenOf = async (plane: ControlPlane, name: string): Promise<string> =>
  (await must(plane, "POST", `/api/v1/namespaces/default/serviceaccounts/${name}/token`, { spec: { expirationSeconds: 3600 } })).body.status.token as string;

/** The same token with other times, signed with the server's own key: expired, or not. */
export function expiring(plane: ControlPlane, token: string, seconds: number): string {
  const [head, body] = token.split(".") as [string, string];
  const claims = JSON.parse(Buffer.from(body, "base64url").toString()) as object;
  const now = Math.floor(Date.now() / 1000);
  const text = `${head}.${Buffer.from(JSON.stringify({ ...claims, iat: now - 7200, nbf: now - 7200, exp: now + seconds })).toString("base64url")}`;
  return `${text}.${sign("RSA-SHA256", Buffer.from(text), readFileSync(plane.tokenKeyFile, "utf8")).toString("base64url")}`;
}

/** Opens the cluster at a URL with a token; the server's certificate is its own authority. */
export const openAs = (plane: ControlPlane, token: string, url = plane.url, options: ClusterOptions = {}, cluster: object = { "certificate-authority": plane.caFile }): Promise<LiveSource> =>
  openCluster({ kubeconfig: file("config", kubeconfig(url, { token }, cluster)), ...options });

/** Makes etcd forget all states but the newest, so that lists that run have expired. */
export async function compact(plane: ControlPlane): Promise<void> {
  const ask = async (path: string, body: object): Promise<{ header?: { revision?: string } }> => {
    const answer = await fetch(`${plane.etcdUrl}/v3/kv/${path}`, { method: "POST", body: JSON.stringify(body) });
    if (!answer.ok) throw new Error(`etcd ${path}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as { header?: { revision?: string } };
  };
  const { header } = await ask("range", { key: Buffer.from("x").toString("base64") });
  await ask("compaction", { revision: header?.revision, physical: true });
}
