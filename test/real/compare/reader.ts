/** Reads an object back from the API server and compares it with what was meant. */
import { attributed } from "../../../src/compare/note.ts";
import { compareObjects } from "../../../src/compare/compare.ts";
import type { Comparison, KubeObject, Surroundings } from "../../../src/compare/types.ts";
import { loadSchemas } from "../../../src/verify/schema.ts";
import { Applier } from "../fleet/applier.ts";
import type { ControlPlaneClient } from "../provision/index.ts";

const schemas = loadSchemas(undefined, []);
export const types = { node: (apiVersion: string, kind: string) => schemas.node(apiVersion, kind) };

export class Reader {
  readonly plane: ControlPlaneClient;
  readonly #applying: Applier;
  constructor(plane: ControlPlaneClient) {
    this.plane = plane;
    this.#applying = new Applier(plane);
  }

  /** Address of an object; `subresource` with its slash. */
  async url(object: KubeObject, subresource = ""): Promise<string> {
    const url = await this.#applying.url(object);
    if (!url) throw new Error(`${object.apiVersion} ${object.kind} is not served`);
    return url + subresource;
  }

  async live(object: KubeObject): Promise<KubeObject> {
    const { status, body } = await this.plane.request("GET", await this.url(object));
    if (status !== 200) throw new Error(`${object.kind} ${object.metadata.name}: ${status} ${body?.message}`);
    return body as KubeObject;
  }

  /** Server-side apply under a manager's name. */
  async apply(object: KubeObject, manager = "argocd-controller"): Promise<void> {
    const { status, body } = await this.plane.request("PATCH", `${await this.url(object)}?fieldManager=${encodeURIComponent(manager)}&force=true`, JSON.stringify(object), { contentType: "application/apply-patch+yaml" });
    if (status !== 200 && status !== 201) throw new Error(`${object.kind} ${object.metadata.name}: ${status} ${body?.message}`);
  }

  /** A patch by a manager, JSON or merge by its form. */
  async patch(object: KubeObject, manager: string, patch: object, subresource = ""): Promise<void> {
    const contentType = Array.isArray(patch) ? "application/json-patch+json" : "application/merge-patch+json";
    const { status, body } = await this.plane.request("PATCH", `${await this.url(object, subresource)}?fieldManager=${encodeURIComponent(manager)}`, patch, { contentType });
    if (status !== 200) throw new Error(`${object.kind} ${object.metadata.name}: ${status} ${body?.message}`);
  }

  async compare(desired: KubeObject, around: Surroundings = {}): Promise<Comparison & { live: KubeObject }> {
    const live = await this.live(desired);
    const here: Surroundings = { tracked: true, ...around };
    const comparison = compareObjects(desired, live, types, here);
    return { ...comparison, changes: attributed(live, comparison.changes, here), live };
  }
}

/** Changes as one line each: kind, pointer, and who claims them. */
export const lines = ({ changes }: Comparison): string[] => changes.map(({ kind, pointer, claimedBy = [] }) =>
  [kind, pointer, ...(claimedBy.length > 0 ? ["by", claimedBy.map(({ manager, operation, subresource, confidence }) => `${manager}/${operation}${subresource ? `/${subresource}` : ""} (${confidence})`).join(", ")] : [])].join(" "));
