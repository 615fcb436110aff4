/** Every object of one rendering, with where it belongs. */
import { ApiObject, type App } from "cdk8s";
import { type Placement, placementOf, type Sheet } from "../layers/layer.ts";
import type { Extension } from "../load/definitions.ts";
import type { KubernetesObject } from "../render/file.ts";
import { plainManifest } from "../render/plain.ts";

/** `extended`: an `extend` brought it. */
export interface CollectedObject { manifest: KubernetesObject; placement: Placement; extended: boolean }

/** What layers alone rendered. */
export function objectsOf(sheet: Sheet): CollectedObject[] {
  return sheet.placed.map(({ manifest, placement }) => ({ manifest: plainManifest(manifest) as KubernetesObject, placement, extended: false }));
}

/** What stands in an app in which other people's code ran: cdk8s says what every construct renders to, the layers' too. */
export function objectsOfApp(app: App, extensions: ReadonlyMap<ApiObject, Extension>, owner: string): CollectedObject[] {
  return app.node.findAll().flatMap((node) => {
    if (!(node instanceof ApiObject)) return [];
    const extension = extensions.get(node);
    const placement = placementOf(node) ?? { area: "content", layer: "extension", wave: 0, source: { file: extension?.file ?? "", path: "extend" }, owner };
    return [{ manifest: node.toJson() as KubernetesObject, placement, extended: extension !== undefined }];
  });
}
