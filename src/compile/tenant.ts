/** Renders one tenant on each of its clusters: layers, extensions, patches, checks, files, inventory. */
import { ApiObject, App, Chart } from "cdk8s";
import { type Output, Sheet, type TextFile } from "../layers/layer.ts";
import { type Extension, thrownProblem } from "../load/definitions.ts";
import { layers } from "../layers/index.ts";
import { bucketName, eventPrefix, schemaName, sqlLogin, tenantNamespace, tenantRole, writerRole } from "../model/names.ts";
import type { Platform, Tenant } from "../model/fleet.ts";
import type { Problem } from "../model/problem.ts";
import { blame, isRefusal } from "../sandbox/refusal.ts";
import { collect, total, type Total } from "./collect.ts";
import { tenantData } from "./data.ts";
import { extensionChart, renderTenantLayers } from "./layers.ts";
import { type CollectedObject, objectsOf, objectsOfApp } from "./objects.ts";
import type { TenantResult } from "./protocol.ts";

/** Renders a tenant. A fresh App a tenant and cluster keeps the time linear: an App over the fleet is quadratic in cdk8s. */
export function renderTenant(platform: Platform, tenant: Tenant, extensions: Extension[]): Total & Pick<TenantResult, "names"> {
  const problems: Problem[] = [];
  const shares = tenant.clusters.map((cluster) => {
    const texts: TextFile[] = [];
    const renderInto = (chart: Output["chart"]): void => renderTenantLayers(layers, { platform, tenant, cluster }, { chart, file: (file) => texts.push(file) });
    let objects: CollectedObject[];
    if (extensions.length === 0) {
      const sheet = new Sheet();
      renderInto(sheet);
      objects = objectsOf(sheet);
    } else {
      const app = new App();
      renderInto(new Chart(app, "tenant", { disableResourceNameHashes: true }));
      objects = objectsOfApp(app, extend(app, tenant, extensions, problems), tenant.owner.team);
    }
    return collect({ objects, cluster, tenant: tenant.id, platform: platform.name, patches: tenant.patches, texts, data: tenantData(platform, tenant, cluster) });
  });
  const all = total(shares, tenant.patches);
  return { ...all, problems: [...problems, ...all.problems], names: names(platform, tenant) };
}

/** Runs the extensions and says which constructs each brought. */
function extend(app: App, tenant: Tenant, extensions: readonly Extension[], problems: Problem[]): Map<ApiObject, Extension> {
  const extended = new Map<ApiObject, Extension>();
  for (const added of extensions) {
    const chart = extensionChart(app, added, tenant.id);
    blame(added.file);
    try {
      added.extend(chart as never);
    } catch (error) {
      if (!isRefusal(error)) problems.push(thrownProblem(error, added.file));
    }
    blame("");
    for (const node of chart.node.findAll()) if (node instanceof ApiObject) extended.set(node, added);
  }
  return extended;
}

/** Names that are global in their system: two tenants must never share one. */
function names(platform: Platform, tenant: Tenant): TenantResult["names"] {
  const { id, source } = tenant;
  const products = tenant.domains.flatMap((d) => d.products);
  return [
    { system: "Kubernetes namespace", name: tenantNamespace(id), source },
    ...[tenantRole(id), writerRole(id), sqlLogin(id, "pipeline")].map((name) => ({ system: "PostgreSQL role", name, source })),
    ...tenant.consumers.map((c) => ({ system: "PostgreSQL role", name: sqlLogin(id, c.name), source: c.source })),
    { system: "topic prefix", name: eventPrefix(id).replaceAll(".", "_"), source },
    { system: "bucket", name: bucketName(platform.name, id), source },
    ...products.filter((p) => p.tables.some((t) => !t.shared)).map((p) => ({ system: "PostgreSQL schema", name: schemaName(p.domain, p.id, id), source: p.source })),
  ];
}
