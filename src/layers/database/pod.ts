/** The pod that runs a SQL unit: one container with psql, no account, nothing writable. */
import type { PostgresStore } from "../../model/fleet.ts";
import { hardened } from "../manifest.ts";

/** What a pod needs. Passwords go from a Secret through the environment into settings of the session, never into a file. */
export interface PodInput {
  store: PostgresStore;
  /** Secret with username and password of the migrator. */
  admin: string;
  /** ConfigMaps of the engine and of the unit. */
  engine: string; config: string;
  passwords: { secret: string; key: string; setting: string }[];
}

/** PGOPTIONS splits at spaces; a backslash keeps them. */
const ESCAPE = String.raw`escape() { printf %s "$1" | sed 's/[\\[:space:]]/\\&/g'; }`;

function script(passwords: PodInput["passwords"]): string {
  return [
    "set -eu",
    ...(passwords.length > 0 ? [ESCAPE, "PGOPTIONS=", ...passwords.map((p, i) => `PGOPTIONS="$PGOPTIONS -c ${p.setting}=$(escape "$BULKHEAD_PASSWORD_${i}")"`), "export PGOPTIONS"] : []),
    "attempt=1",
    "# Waits for the server, for a lock, and for units this one needs.",
    "until psql -X -q -v ON_ERROR_STOP=1 -f /bulkhead/engine/engine.sql -f /bulkhead/unit/unit.sql; do",
    '  [ "$attempt" -lt 20 ] || exit 1',
    "  attempt=$((attempt + 1))",
    "  sleep 15",
    "done",
    "",
  ].join("\n");
}

/** Spec of the pod, as Kubernetes' restricted profile wants it. */
export function podSpec({ store, admin, engine, config, passwords }: PodInput): object {
  const secret = (name: string, key: string): object => ({ valueFrom: { secretKeyRef: { name, key } } });
  return {
    restartPolicy: "Never", automountServiceAccountToken: false, enableServiceLinks: false,
    securityContext: { runAsNonRoot: true, runAsUser: 65532, runAsGroup: 65532, seccompProfile: { type: "RuntimeDefault" } },
    containers: [{
      name: "psql", image: store.image, command: ["/bin/sh", "-c", script(passwords)],
      env: [
        { name: "PGHOST", value: store.host }, { name: "PGPORT", value: String(store.port) }, { name: "PGDATABASE", value: store.database },
        // The administrative credential never crosses the network in the clear.
        { name: "PGSSLMODE", value: "require" }, { name: "PGCONNECT_TIMEOUT", value: "10" }, { name: "PGAPPNAME", value: "bulkhead" },
        { name: "PGUSER", ...secret(admin, "username") }, { name: "PGPASSWORD", ...secret(admin, "password") },
        ...passwords.map((p, i) => ({ name: `BULKHEAD_PASSWORD_${i}`, ...secret(p.secret, p.key) })),
      ],
      resources: { requests: { cpu: "20m", memory: "32Mi" }, limits: { cpu: "500m", memory: "128Mi" } },
      securityContext: hardened(),
      volumeMounts: [{ name: "engine", mountPath: "/bulkhead/engine", readOnly: true }, { name: "unit", mountPath: "/bulkhead/unit", readOnly: true }],
    }],
    volumes: [{ name: "engine", configMap: { name: engine } }, { name: "unit", configMap: { name: config } }],
  };
}
