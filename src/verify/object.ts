import type { Manifest, Placement } from "../layers/layer.ts";
import { tenantScopeIssues } from "../layers/resources/index.ts";
import { customResourceDefinitions } from "../layers/resources/crds.ts";
import { CONTENT_KINDS, permits } from "../model/kinds.ts";
import { tenantNamespace } from "../model/names.ts";
import { type Problem, refused } from "../model/problem.ts";
import { maySecret, secretLooking } from "../model/secret.ts";
import type { KubernetesObject } from "../render/file.ts";
import { grafanaProblems } from "./grafana.ts";
import { loadSchemas, type Schemas } from "./schema.ts";
import { servingProblems } from "./serving.ts";
import { sizeProblems, tooLarge } from "./size.ts";

let schemas: Schemas | undefined;

/** Whose folder an object lies in, and what the platform puts before the tenant in its bucket's name. */
export interface Tenancy { tenant: string; bucketPrefix: string }

/** Every check of one object before it is written; `text` is its YAML. `tenancy` is set for what lies in a tenant's folder. */
export function verifyObject(manifest: KubernetesObject, text: string, { source, area, layer }: Placement, tenancy: Tenancy | undefined): Problem[] {
  schemas ??= loadSchemas(undefined, customResourceDefinitions());
  const problems = sizeProblems(manifest, text, source);
  for (const { path, message, hint, size } of schemas.validate(manifest)) problems.push(size ? tooLarge(`${path} ${message}`, source) : refused("BH4020", `${path || "/"} ${message}`, source, hint ?? "correct the field; closed-world: what the schema does not know is an error"));
  if (maySecret(text)) for (const pointer of secretLooking(manifest)) problems.push(refused("BH4021", `${pointer} looks like a secret`, source, "secrets never enter dist/: put it in the secret store and refer to it by an ExternalSecret"));
  if (manifest.kind === "Secret" && manifest.apiVersion === "v1") problems.push(refused("BH4021", "a Secret would put its value into git", source, "use an ExternalSecret"));
  if (!tenancy) return problems;
  const { tenant, bucketPrefix } = tenancy;
  const group = manifest.apiVersion.includes("/") ? manifest.apiVersion.split("/")[0]! : "";
  if (area === "content" && !permits(CONTENT_KINDS, group, manifest.kind)) problems.push(refused("BH4004", "a kind that the tenant's project does not allow", source, `content may hold: ${CONTENT_KINDS.map((k) => k.kind).join(", ")}`));
  problems.push(...grafanaProblems(manifest as Manifest, tenant, source, layer === "extension"));
  problems.push(...servingProblems(manifest as Manifest, tenant, source));
  if (manifest.metadata.namespace === tenantNamespace(tenant)) {
    // The same rules as the admission policy tenant-scope (D9): operators act with the cluster's rights.
    for (const { path, message } of tenantScopeIssues(manifest as Manifest, tenant, bucketPrefix)) problems.push(refused("BH4005", `${path} ${message}`, source, "an object in a tenant's namespace names only what is the tenant's"));
  }
  return problems;
}
