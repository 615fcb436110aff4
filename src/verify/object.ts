import type { Placement } from "../layers/layer.ts";
import { type Problem, refused } from "../model/problem.ts";
import type { KubernetesObject } from "../render/file.ts";
import { secretLooking } from "./secret.ts";
import { sizeProblems } from "./size.ts";

/** Every check of one object before it is written. `tenant` is set for what lies in a tenant's folder. */
export function verifyObject(manifest: KubernetesObject, { source, area }: Placement, _tenant: string | undefined): Problem[] {
  const problems = [...sizeProblems(manifest, source)];
  for (const pointer of secretLooking(manifest)) problems.push(refused("BH4021", `${pointer} looks like a secret`, source, "secrets never enter dist/: put it in the secret store and refer to it by an ExternalSecret"));
  if (manifest.kind === "Secret" && manifest.apiVersion === "v1") problems.push(refused("BH4021", "a Secret would put its value into git", source, "use an ExternalSecret"));
  void area;
  return problems;
}
