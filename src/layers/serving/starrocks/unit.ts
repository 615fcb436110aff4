/** A tenant's part of a StarRocks as a unit. */
import { tenantSecretKey } from "../../../model/names.ts";
import type { ServingState } from "../state.ts";
import type { Unit } from "../unit.ts";
import { groupSql, tenantScript, tenantSql } from "./sql.ts";
import type { StarRocksTenant } from "./state.ts";

/** Key of a principal's password in the secret store; its property is `password`. */
export const starrocksPasswordKey = (tenant: string, principal: string): string => tenantSecretKey(tenant, "starrocks", principal);

export function starrocksUnit({ tenant, secretStore, origin }: Pick<ServingState, "tenant" | "secretStore" | "origin">, part: StarRocksTenant): Unit {
  const { create, alter } = groupSql(part);
  const { users, image: _image, ...rest } = part;
  return {
    kind: "starrocks", store: part.store, tenant, owner: origin.owner, image: part.image, secretStore,
    files: { "group-alter.sql": alter, "group-create.sql": create, "starrocks.sh": tenantScript(part), "tenant.sql": tenantSql(part) }, script: "starrocks.sh",
    state: { ...rest, tenant, users: users.map(({ origin: _origin, ...user }) => user) },
    env: { STARROCKS_CA: "/bulkhead/credential/ca.crt", STARROCKS_HOST: part.host, STARROCKS_PORT: String(part.port), UNIT: "/bulkhead/unit" },
    admin: { MYSQL_PWD: "password", STARROCKS_USER: "username" },
    passwords: { keys: users.map(({ principal }) => starrocksPasswordKey(tenant, principal)), as: "text", variable: (i) => `PASSWORD_${i}` },
  };
}
