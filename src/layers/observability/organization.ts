/** The Job that makes a tenant's Grafana organization and its one user (D21), and the CronJob that makes them again. */
import { contentHash, fit, NAMESPACES, TENANT_LABEL, tenantSecretKey } from "../../model/names.ts";
import type { Manifest } from "../layer.ts";
import { externalSecret, hardened, podSecurity } from "../manifest.ts";
import type { ObservabilityState } from "./state.ts";

/** Label of the pods that hold Grafana's administrative credential; the NetworkPolicy selects it. */
export const ORGANIZATION_POD = { "app.kubernetes.io/name": "bulkhead-grafana-organization" } as const;
/** Secret, in the platform's namespace only, with Grafana's server administrator. */
export const GRAFANA_ADMIN = "grafana-admin";
const IMAGE = "docker.io/curlimages/curl:8.11.1";

/** Login of the tenant's organization administrator: no server administrator, and in no other organization. */
export const organizationLogin = (tenant: string): string => `bulkhead-${tenant}`;
/** Key in the secret store of that user's password. */
export const organizationKey = (tenant: string): string => tenantSecretKey(tenant, "grafana");

/**
 * The script, the same for every tenant: it reads and writes the organization and the user it is told, nothing else.
 * Every step states an end, so it may run any number of times; credentials go to curl on a pipe, never as arguments.
 */
export const ORGANIZATION_SCRIPT = `#!/bin/sh
set -eu
body=/tmp/body
quoted() { printf '%s' "$1" | sed 's/[\\\\"]/\\\\&/g'; }
# call METHOD PATH [JSON]: sets $status and $body; as the administrator, or as $as_user:$as_password
call() {
  if [ $# -gt 2 ]; then printf '%s' "$3" > /tmp/request; else : > /tmp/request; fi
  status=$(printf 'user = "%s:%s"\\n' "$(quoted "\${as_user:-$GRAFANA_USER}")" "$(quoted "\${as_password:-$GRAFANA_PASSWORD}")" |
    curl -sS -K - -o "$body" -w '%{http_code}' -X "$1" -H 'Content-Type: application/json' -H 'Accept: application/json' \\
      --data-binary @/tmp/request --connect-timeout 10 --max-time 60 --retry 20 --retry-delay 3 --retry-connrefused "$GRAFANA_URL$2")
}
wanted() { # wanted WHAT STATUS...
  what=$1; shift
  for code in "$@"; do if [ "$status" = "$code" ]; then return 0; fi; done
  echo "$what: Grafana answered $status: $(cat "$body")" >&2; exit 1
}
number() { sed -n "s/.*\\"$1\\": *\\([0-9][0-9]*\\).*/\\1/p" "$body" | head -n 1; }
field() { tr '{,}' '\\n\\n\\n' < "$body" | sed -n "s/^ *\\"$1\\": *\\([0-9][0-9]*\\) *$/\\1/p"; }

call GET "/api/orgs/name/$TENANT"; wanted 'look for organization' 200 404
if [ "$status" = 404 ]; then
  call POST /api/orgs "{\\"name\\":\\"$TENANT\\"}"; wanted 'create organization' 200
  org=$(number orgId); echo "organization $TENANT: created"
else
  org=$(field id | head -n 1)
fi
[ -n "$org" ] || { echo "organization $TENANT: no id" >&2; exit 1; }

call GET "/api/users/lookup?loginOrEmail=$LOGIN"; wanted 'look for user' 200 404
if [ "$status" = 404 ]; then
  call POST /api/admin/users "{\\"name\\":\\"$LOGIN\\",\\"login\\":\\"$LOGIN\\",\\"password\\":\\"$(quoted "$PASSWORD")\\",\\"OrgId\\":$org}"; wanted 'create user' 200
  user=$(number id); echo "user $LOGIN: created"
else
  user=$(field id | head -n 1)
fi
[ -n "$user" ] || { echo "user $LOGIN: no id" >&2; exit 1; }

call PUT "/api/admin/users/$user/permissions" '{"isGrafanaAdmin":false}'; wanted 'drop server administration' 200
call POST "/api/orgs/$org/users" "{\\"loginOrEmail\\":\\"$LOGIN\\",\\"role\\":\\"Admin\\"}"; wanted 'join organization' 200 409
call PATCH "/api/orgs/$org/users/$user" '{"role":"Admin"}'; wanted 'set role' 200
call GET "/api/users/$user/orgs"; wanted 'list organizations' 200
for other in $(field orgId); do
  [ "$other" = "$org" ] && continue
  call DELETE "/api/orgs/$other/users/$user"; wanted 'leave another organization' 200
  echo "user $LOGIN: left organization $other"
done
as_user=$LOGIN as_password=$PASSWORD
call GET /api/org
as_user= as_password=
if [ "$status" != 200 ]; then
  call PUT "/api/admin/users/$user/password" "{\\"password\\":\\"$(quoted "$PASSWORD")\\"}"; wanted 'set password' 200
  echo "user $LOGIN: password set"
fi
echo "organization $TENANT: as declared"
`;

function podSpec(state: ObservabilityState, secret: string): Record<string, unknown> {
  const fromSecret = (name: string, from: string, key: string) => ({ name, valueFrom: { secretKeyRef: { name: from, key } } });
  return {
    restartPolicy: "OnFailure", automountServiceAccountToken: false, enableServiceLinks: false, securityContext: podSecurity(65532),
    containers: [{
      name: "organization", image: IMAGE, command: ["/bin/sh", "-c", ORGANIZATION_SCRIPT],
      env: [
        { name: "GRAFANA_URL", value: state.platform.grafanaUrl },
        fromSecret("GRAFANA_USER", GRAFANA_ADMIN, "username"), fromSecret("GRAFANA_PASSWORD", GRAFANA_ADMIN, "password"),
        { name: "TENANT", value: state.tenant }, { name: "LOGIN", value: organizationLogin(state.tenant) },
        fromSecret("PASSWORD", secret, "password"),
      ],
      resources: { requests: { cpu: "10m", memory: "16Mi" }, limits: { cpu: "200m", memory: "64Mi" } },
      securityContext: hardened(),
      volumeMounts: [{ name: "tmp", mountPath: "/tmp" }],
    }],
    volumes: [{ name: "tmp", emptyDir: { sizeLimit: "8Mi" } }],
  };
}

/** Minute at which a tenant's CronJob runs: spread by name, the same on every machine. */
const minuteOf = (name: string): number => Number.parseInt(contentHash(name).slice(0, 6), 16) % 60;

/** ExternalSecret, Job and CronJob, all in the platform's namespace. */
export function organizationManifests(state: ObservabilityState): { secret: Manifest; job: Manifest; cronJob: Manifest } {
  const name = fit(`grafana-org-${state.tenant}`, 52);
  const labels = { [TENANT_LABEL]: state.tenant };
  const metadata = (n: string) => ({ name: n, namespace: NAMESPACES.observability, labels: { ...labels } });
  const spec = podSpec(state, name);
  const template = { metadata: { labels: { ...labels, ...ORGANIZATION_POD } }, spec };
  return {
    secret: externalSecret(metadata(name), { kind: "ClusterSecretStore", name: state.platform.secretStore }, [{ secretKey: "password", key: organizationKey(state.tenant), property: "password" }]),
    job: { apiVersion: "batch/v1", kind: "Job", metadata: metadata(`${name}-${contentHash(JSON.stringify(spec))}`), spec: { backoffLimit: 12, activeDeadlineSeconds: 3600, template } },
    cronJob: {
      apiVersion: "batch/v1", kind: "CronJob", metadata: metadata(name),
      spec: {
        schedule: `${minuteOf(name)} * * * *`, concurrencyPolicy: "Forbid", startingDeadlineSeconds: 600, successfulJobsHistoryLimit: 1, failedJobsHistoryLimit: 1,
        jobTemplate: { metadata: { labels: { ...labels } }, spec: { backoffLimit: 3, activeDeadlineSeconds: 1800, template } },
      },
    },
  };
}
