/** A real API server with what the manifests of `manifests/` and of the example fleet need to be accepted. */
import { loadAll } from "js-yaml";
import { vi } from "vitest";
import type { KubeObject } from "../../src/compare/types.ts";
import { cluster } from "../real/fleet/applier.ts";
import { importedCrds, operatorCrds } from "./crds.ts";
import { type ApiResponse, type ControlPlane, startControlPlane } from "../real/provision/index.ts";

/** Whether an object is of a CRD's kind: the Gateway API's group ends like Kubernetes' own. */
export const isCustom = ({ apiVersion }: KubeObject): boolean => apiVersion.includes(".") && (apiVersion.startsWith("gateway.") || !/\.k8s\.io\//.test(apiVersion));

/** Every kind of an operator's CRD in every version, as `group/version Kind`. */
export const customKinds = (): Set<string> => new Set(importedCrds().flatMap((crd) => {
  const { group, names, versions } = (crd as unknown as { spec: { group: string; names: { kind: string }; versions: { name: string }[] } }).spec;
  return versions.map(({ name }) => `${group}/${name} ${names.kind}`);
}));

/** Who applies, as Argo CD does. */
export const APPLIER = "argocd-controller";

export class Stage {
  readonly plane: ControlPlane;
  private readonly resources = new Map<string, Promise<{ kind: string; name: string; namespaced: boolean }[]>>();
  private constructor(plane: ControlPlane) { this.plane = plane; }

  /** Starts a server of its own, with all CRDs and these namespaces. */
  static async start(namespaces: readonly string[]): Promise<Stage> {
    const stage = new Stage(await startControlPlane());
    await stage.serve([...operatorCrds(), ...fleet("prod-eu").filter(({ kind }) => kind === "CustomResourceDefinition")]);
    await Promise.all(namespaces.flatMap((namespace) => [namespace, `${namespace}-bounds`]).map((name) => stage.namespace(name)));
    return stage;
  }

  /** All at once: with each that comes alone the server describes all of its API anew. */
  private async serve(crds: readonly { metadata: { name: string } }[]): Promise<void> {
    const url = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
    await Promise.all(crds.map((crd) => this.plane.request("POST", url, crd)));
    await vi.waitFor(async () => {
      const { items } = (await this.plane.request("GET", url)).body as { items: { status?: { conditions?: { type: string; status: string }[] } }[] };
      const served = items.filter(({ status }) => status?.conditions?.some(({ type, status }) => type === "Established" && status === "True"));
      if (served.length < crds.length) throw new Error(`${served.length} of ${crds.length} kinds are served`);
    }, { timeout: 120_000, interval: 250 });
  }

  /** Makes a namespace, and waits for the account that pods need. */
  async namespace(name: string): Promise<void> {
    await this.plane.request("POST", "/api/v1/namespaces", { metadata: { name } });
    for (const account of ["sample-minimal", "default"]) await this.plane.request("POST", `/api/v1/namespaces/${name}/serviceaccounts`, { metadata: { name: account } });
  }

  /** URL of an object; undefined where its kind is not served. */
  async url({ apiVersion, kind, metadata }: KubeObject): Promise<string | undefined> {
    const base = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
    if (!this.resources.has(base)) this.resources.set(base, this.plane.request("GET", base).then(({ body }) => body?.resources ?? []));
    const found = (await this.resources.get(base)!).find((one) => one.kind === kind && !one.name.includes("/"));
    return found && `${base}${found.namespaced ? `/namespaces/${metadata.namespace}` : ""}/${found.name}/${encodeURIComponent(metadata.name)}`;
  }

  /** Server-side apply; with `dryRun` nothing is kept. */
  async apply(manifest: KubeObject, { dryRun = false } = {}): Promise<ApiResponse> {
    const url = await this.url(manifest);
    if (url === undefined) throw new Error(`${manifest.apiVersion} ${manifest.kind} is not served`);
    return this.plane.request("PATCH", `${url}?fieldManager=${APPLIER}&force=true&fieldValidation=Strict${dryRun ? "&dryRun=All" : ""}`, manifest, { contentType: "application/apply-patch+yaml" });
  }

  /** Applies, insists, and reads back. */
  async live(manifest: KubeObject): Promise<KubeObject> {
    const { status, body } = await this.apply(manifest);
    if (status >= 300) throw new Error(`${manifest.kind} ${manifest.metadata.name}: ${body?.message}`);
    return (await this.plane.request("GET", (await this.url(manifest))!)).body;
  }

  /** Waits until an object is no more. */
  async gone(url: string): Promise<void> { await vi.waitFor(async () => { if ((await this.plane.request("GET", url)).status !== 404) throw new Error(`${url} is still there`); }, { timeout: 30_000, interval: 50 }); }

  stop(): Promise<void> { return this.plane.stop(); }
}

/** All manifests that the compiler wrote for a cluster of the example fleet. */
export const fleet = (name: string): KubeObject[] => cluster(name).flatMap(({ text }) => loadAll(text) as KubeObject[]);
