/** Applies rendered files like Argo CD would: server-side, strict, as the account of the Application that a file belongs to. */
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parse } from "yaml";
import { isBootstrap } from "../../../src/layers/gitops/index.ts";
import { vi } from "vitest";
import { operatorCrds } from "../../support/crds.ts";
import type { ControlPlaneClient } from "../provision/index.ts";

const home = resolve(import.meta.dirname, "../../..");
export type Manifest = { apiVersion: string; kind: string; metadata: { name: string; namespace?: string } };
export type File = { path: string; text: string };

const yamlBelow = (folder: string): string[] => readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((p) => p.endsWith(".yaml")).map((p) => join(folder, p)).sort();
/** The files of one cluster below a rendered tree; of the example fleet by default. */
export const cluster = (name: string, tree: string = join(home, "dist")): File[] => yamlBelow(join(tree, name)).map((file) => ({ path: file.slice(tree.length + 1), text: readFileSync(file, "utf8") }));

/** Whoever Argo CD would impersonate for the Application that a file belongs to; the bootstrap is a person's. */
function applier(path: string, manifest: Manifest): { user: string; groups: string[] } {
  if (isBootstrap(manifest) || path.includes("/crds/")) return { user: "someone", groups: ["platform:break-glass", "system:masters"] };
  const tenant = /\/tenants\/([^/]+)\/(walls|content)\//.exec(path);
  const account = tenant ? (tenant[2] === "walls" ? "walls" : `content-${tenant[1]}`) : "platform";
  return { user: `system:serviceaccount:bulkhead-appliers:${account}`, groups: ["system:serviceaccounts", "system:serviceaccounts:bulkhead-appliers", "system:authenticated"] };
}

/** Server-side apply with memory of warnings and of the plural names of kinds. */
export class Applier {
  readonly warnings: string[] = [];
  readonly #plurals = new Map<string, { name: string; namespaced: boolean }>();
  readonly plane: ControlPlaneClient;
  constructor(plane: ControlPlaneClient) { this.plane = plane; }

  async url({ apiVersion, kind, metadata }: Manifest): Promise<string | undefined> {
    const key = `${apiVersion} ${kind}`;
    const base = apiVersion === "v1" ? "/api/v1" : `/apis/${apiVersion}`;
    if (!this.#plurals.has(key)) {
      const { body } = await this.plane.request("GET", base);
      const found = body?.resources?.find((r: { kind: string; name: string }) => r.kind === kind && !r.name.includes("/"));
      if (!found) return undefined;
      this.#plurals.set(key, found);
    }
    const { name, namespaced } = this.#plurals.get(key)!;
    return `${base}${namespaced ? `/namespaces/${metadata.namespace}` : ""}/${name}/${metadata.name}`;
  }

  /** One server-side apply, strict; the reason when it was refused. */
  async apply({ path, text }: File): Promise<string | undefined> {
    const manifest = parse(text) as Manifest;
    const url = await this.url(manifest);
    if (!url) return `${path}: ${manifest.apiVersion} ${manifest.kind} is not served`;
    const answer = await this.plane.request("PATCH", `${url}?fieldManager=argocd-controller&fieldValidation=Strict&force=true`, text, { contentType: "application/apply-patch+yaml", impersonate: applier(path, manifest) });
    this.warnings.push(...answer.warnings.map((w) => `${path}: ${w}`));
    return answer.status === 200 || answer.status === 201 ? undefined : `${path}: ${answer.status} ${answer.body?.message ?? ""}`;
  }

  /** Applies in the given order, again and again like Argo CD's retries, until all is in or nothing moves any more. */
  async settle(files: readonly File[], deadline: number): Promise<{ rejected: string[]; passes: number }> {
    let left = [...files];
    for (let passes = 1; ; passes++) {
      const rejected: string[] = [];
      const next: File[] = [];
      for (const file of left) {
        const reason = await this.apply(file);
        if (reason) { rejected.push(reason); next.push(file); }
      }
      if (next.length === 0 || Date.now() > deadline) return { rejected, passes };
      left = next;
    }
  }
}

/** Namespaces of systems that are there before Bulkhead. */
export async function makeForeignNamespaces(plane: ControlPlaneClient): Promise<void> {
  for (const name of ["argocd", "monitoring", "grafana", "rook-ceph", "redpanda", "postgres"]) await plane.request("POST", "/api/v1/namespaces", { metadata: { name } });
}

/** Serves the operators' CRDs, and waits until they are established; gives their number. */
export async function installCrds(plane: ControlPlaneClient, crds: readonly Manifest[] = operatorCrds()): Promise<number> {
  const url = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
  for (const crd of crds) {
    // Too large for a last-applied annotation, and created once: a plain POST.
    const { status, body } = await plane.request("POST", url, crd);
    if (status !== 201 && status !== 409) throw new Error(`${crd.metadata.name}: ${body?.message}`);
  }
  for (const crd of crds) {
    await vi.waitFor(async () => {
      const conditions = (await plane.request("GET", `${url}/${crd.metadata.name}`)).body.status?.conditions as { type: string; status: string }[] | undefined;
      if (conditions?.find(({ type }) => type === "Established")?.status !== "True") throw new Error(`${crd.metadata.name} is not served: ${JSON.stringify(conditions)}`);
    }, { timeout: 60_000 });
  }
  return crds.length;
}
