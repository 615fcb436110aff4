/**
 * A tenant's way to its metrics. prom-label-proxy forces the tenant into every query but knows no users, and whoever administers a
 * Grafana organization may point a datasource anywhere: so each tenant has a proxy of its own, fixed to it, behind its own password.
 */
import { contentHash, fit, NAMESPACES, TENANT_LABEL, tenantSecretKey } from "../../model/names.ts";
import type { Manifest } from "../layer.ts";
import { externalSecret, hardened, podSecurity } from "../manifest.ts";
import type { ObservabilityState } from "./state.ts";

/** Label of the pods that may read Prometheus for a tenant; NetworkPolicies select it. */
export const GATE_POD = { "app.kubernetes.io/name": "bulkhead-metrics-gate" } as const;
export const GATE_PORT = 8080;
/** Header that tells a shared prom-label-proxy behind the gate whose request it is; the gate overwrites what the client sent. */
const TENANT_HEADER = "X-Bulkhead-Tenant";
const PROXY_IMAGE = "quay.io/prometheuscommunity/prom-label-proxy:v0.12.1";
const NGINX_IMAGE = "docker.io/nginxinc/nginx-unprivileged:1.27.3-alpine";

const gateName = (tenant: string): string => fit(`metrics-${tenant}`, 52);
/** URL of the tenant's datasource. */
export const gateUrl = (tenant: string): string => `http://${gateName(tenant)}.${NAMESPACES.observability}.svc:${GATE_PORT}`;
/** Key in the secret store of the password between Grafana and the gate. */
export const gateKey = (tenant: string): string => tenantSecretKey(tenant, "metrics");

const nginx = (tenant: string): string => `pid /tmp/nginx.pid;
error_log /dev/stderr warn;
events {}
http {
  access_log off;
  server_tokens off;
  client_body_temp_path /tmp/body;
  proxy_temp_path /tmp/proxy;
  fastcgi_temp_path /tmp/fastcgi;
  uwsgi_temp_path /tmp/uwsgi;
  scgi_temp_path /tmp/scgi;
  server {
    listen ${GATE_PORT};
    location = /healthz { return 204; }
    location / {
      auth_basic "metrics of ${tenant}";
      auth_basic_user_file /etc/gate/password/htpasswd;
      proxy_set_header Authorization "";
      proxy_set_header ${TENANT_HEADER} "${tenant}";
      proxy_pass http://127.0.0.1:9091;
    }
  }
}
`;

/** Password, configuration, Deployment and Service of one tenant's gate, all in the platform's namespace. */
export function gateManifests(state: ObservabilityState): { secret: Manifest; configMap: Manifest; deployment: Manifest; service: Manifest } {
  const { tenant } = state;
  const name = gateName(tenant);
  const labels = { [TENANT_LABEL]: tenant };
  const pod = { ...labels, ...GATE_POD };
  const metadata = (n: string): Manifest["metadata"] => ({ name: n, namespace: NAMESPACES.observability, labels: { ...labels } });
  const config = nginx(tenant);
  const configName = `${name}-${contentHash(config)}`;
  const container = (n: string, image: string, more: Record<string, unknown>) => ({
    name: n, image, ...more, resources: { requests: { cpu: "10m", memory: "24Mi" }, limits: { cpu: "500m", memory: "128Mi" } }, securityContext: hardened(),
  });
  return {
    // nginx reads the password file at every request, so a rotated password needs no restart.
    secret: externalSecret(metadata(name), { kind: "ClusterSecretStore", name: state.platform.secretStore },
      [{ secretKey: "password", key: gateKey(tenant), property: "password" }], { template: { mergePolicy: "Replace", data: { htpasswd: `${tenant}:{PLAIN}{{ .password }}\n` } } }),
    configMap: { apiVersion: "v1", kind: "ConfigMap", metadata: metadata(configName), immutable: true, data: { "nginx.conf": config } },
    deployment: {
      apiVersion: "apps/v1", kind: "Deployment", metadata: metadata(name),
      spec: {
        replicas: 1, selector: { matchLabels: { ...pod } },
        template: {
          metadata: { labels: { ...pod } },
          spec: {
            automountServiceAccountToken: false, enableServiceLinks: false, securityContext: podSecurity(65532),
            containers: [
              container("gate", NGINX_IMAGE, {
                command: ["nginx", "-c", "/etc/gate/config/nginx.conf", "-g", "daemon off;"],
                ports: [{ name: "http", containerPort: GATE_PORT, protocol: "TCP" }],
                readinessProbe: { httpGet: { path: "/healthz", port: "http" } },
                volumeMounts: [{ name: "config", mountPath: "/etc/gate/config", readOnly: true }, { name: "password", mountPath: "/etc/gate/password", readOnly: true }, { name: "tmp", mountPath: "/tmp" }],
              }),
              container("label-proxy", PROXY_IMAGE, {
                args: ["-insecure-listen-address=127.0.0.1:9091", `-upstream=${state.platform.prometheusUrl}`, "-label=tenant", `-label-value=${tenant}`, "-enable-label-apis=true", "-error-on-replace=true"],
              }),
            ],
            volumes: [
              { name: "config", configMap: { name: configName } },
              { name: "password", secret: { secretName: name, items: [{ key: "htpasswd", path: "htpasswd" }] } },
              { name: "tmp", emptyDir: { sizeLimit: "64Mi" } },
            ],
          },
        },
      },
    },
    service: { apiVersion: "v1", kind: "Service", metadata: metadata(name), spec: { type: "ClusterIP", selector: { ...pod }, ports: [{ name: "http", port: GATE_PORT, targetPort: "http", protocol: "TCP" }] } },
  };
}
