/** State as objects: rules and Jobs in the platform's namespace (walls), Grafana resources in the tenant's (content). */
import { DOMAIN_LABEL, fit, NAMESPACES, platformSecretKey, PRODUCT_LABEL, TENANT_LABEL } from "../../model/names.ts";
import { type Manifest, type Output, PLATFORM_WAVES, type Placement, place, TENANT_WAVES } from "../layer.ts";
import { gateKey, gateManifests, gateUrl } from "./gate.ts";
import { externalSecret, secretData, TENANT_SECRET_STORE } from "../manifest.ts";
import { networkPolicies } from "./network.ts";
import { GRAFANA_ADMIN, organizationKey, organizationLogin, organizationManifests } from "./organization.ts";
import { rulesFile, testFile } from "./promtest.ts";
import type { ObservabilityPlatformState, ObservabilityState, RuleState } from "./state.ts";

const GRAFANA = "grafana.integreatly.org/v1beta1";
/** Secrets of the tenant's namespace: its organization's user, and its metrics password. */
const SECRET = "grafana";
const METRICS_SECRET = "grafana-metrics";

/** A PrometheusRule in the platform's namespace. */
function prometheusRule(rules: RuleState, labels: Record<string, string>): Manifest {
  return { apiVersion: "monitoring.coreos.com/v1", kind: "PrometheusRule", metadata: { name: rules.name, namespace: NAMESPACES.observability, ...(Object.keys(labels).length > 0 && { labels }) }, spec: { groups: rules.groups } };
}

/** The rule as promtool reads it, and its test, beside the object. */
function tests(output: Output, area: Placement["area"], rules: RuleState): void {
  const file = (name: string, text: string) => output.file({ area, layer: "observability", name: `${NAMESPACES.observability}/${name}`, text, source: rules.source, owner: rules.owner });
  const name = `${rules.name}.rules.promtool`;
  file(name, rulesFile(rules.groups));
  file(`${rules.name}.promtest`, testFile(name, rules.cases));
}

/** Renders what one tenant is watched with. */
export function renderTenant(state: ObservabilityState, output: Output): void {
  const add = (area: "walls" | "content", wave: keyof typeof TENANT_WAVES, manifest: Manifest, origin: { source: Placement["source"]; owner: string } = state) =>
    place(output.chart, manifest, { area, layer: "observability", wave: TENANT_WAVES[wave], source: origin.source, owner: origin.owner });
  for (const rules of state.rules) {
    add("walls", "monitoring", prometheusRule(rules, { [TENANT_LABEL]: state.tenant }), rules);
    tests(output, "walls", rules);
  }
  const organization = organizationManifests(state);
  add("walls", "secrets", organization.secret);
  add("walls", "jobs", organization.job);
  add("walls", "jobs", organization.cronJob);
  const gate = gateManifests(state);
  add("walls", "secrets", gate.secret);
  add("walls", "config", gate.configMap);
  add("walls", "jobs", gate.deployment);
  add("walls", "jobs", gate.service);
  renderGrafana(state, (manifest, wave, origin) => add("content", wave, manifest, origin));
}

function renderGrafana(state: ObservabilityState, add: (manifest: Manifest, wave: keyof typeof TENANT_WAVES, origin?: { source: Placement["source"]; owner: string }) => void): void {
  const metadata = (name: string, more: Record<string, string> = {}): Manifest["metadata"] => ({ name, namespace: state.namespace, labels: { [TENANT_LABEL]: state.tenant, ...more } });
  const selected = { instanceSelector: { matchLabels: { [TENANT_LABEL]: state.tenant } }, allowCrossNamespaceImport: false, resyncPeriod: "10m0s" };
  const store = { kind: "SecretStore", name: TENANT_SECRET_STORE };
  add(externalSecret(metadata(SECRET), store, [{ secretKey: "password", key: organizationKey(state.tenant), property: "password" }],
    { template: { mergePolicy: "Replace", data: { username: organizationLogin(state.tenant), password: "{{ .password }}" } } }), "secrets");
  add(externalSecret(metadata(METRICS_SECRET), store, [{ secretKey: "password", key: gateKey(state.tenant), property: "password" }]), "secrets");
  add({
    apiVersion: GRAFANA, kind: "Grafana", metadata: metadata("grafana"),
    spec: { external: { url: state.platform.grafanaUrl, adminUser: { name: SECRET, key: "username" }, adminPassword: { name: SECRET, key: "password" } } },
  }, "users");
  add({
    apiVersion: GRAFANA, kind: "GrafanaDatasource", metadata: metadata("metrics"),
    spec: {
      ...selected, uid: state.datasourceUid,
      datasource: {
        name: "Metrics", type: "prometheus", access: "proxy", url: gateUrl(state.tenant), isDefault: true, editable: false,
        basicAuth: true, basicAuthUser: state.tenant,
        jsonData: { httpMethod: "POST", timeInterval: "60s", prometheusType: "Prometheus", manageAlerts: false },
        // The operator puts the Secret's value where the name of its key stands.
        secureJsonData: { basicAuthPassword: "${password}" },
      },
      valuesFrom: [{ targetPath: "secureJsonData.basicAuthPassword", valueFrom: { secretKeyRef: { name: METRICS_SECRET, key: "password" } } }],
    },
  }, "monitoring");
  for (const folder of state.folders) {
    add({ apiVersion: GRAFANA, kind: "GrafanaFolder", metadata: metadata(folder.name, { [DOMAIN_LABEL]: folder.name }), spec: { ...selected, uid: folder.uid, title: folder.title } },
      "monitoring", { source: folder.source, owner: state.owner });
  }
  for (const dashboard of state.dashboards) {
    add({
      apiVersion: GRAFANA, kind: "GrafanaDashboard",
      metadata: metadata(fit(dashboard.name, 253, "."), { [DOMAIN_LABEL]: dashboard.domain, [PRODUCT_LABEL]: dashboard.product }),
      spec: { ...selected, uid: dashboard.model.uid, folderRef: dashboard.folder, json: `${JSON.stringify(dashboard.model, undefined, 2)}\n` },
    }, "monitoring", dashboard);
  }
}

/** Renders what the platform's own audit is watched with, and the walls around metrics. Names no tenant (D5). */
export function renderPlatform(state: ObservabilityPlatformState, output: Output): void {
  const area = { platform: "observability" } as const;
  const add = (manifest: Manifest, wave: number = PLATFORM_WAVES.content) => place(output.chart, manifest, { area, layer: "observability", wave, source: state.source, owner: state.owner });
  add(prometheusRule(state.rules, {}));
  tests(output, area, state.rules);
  const key = platformSecretKey("grafana", "admin");
  add(externalSecret({ name: GRAFANA_ADMIN, namespace: NAMESPACES.observability }, { kind: "ClusterSecretStore", name: state.platform.secretStore },
    secretData(key, { username: "username", password: "password" })));
  for (const manifest of networkPolicies(state.platform)) add(manifest);
}
