/** Grants as items hold them: grantee -> privilege -> `true`, or in words what is more than that. */
import type { Normal } from "../../../model/plane.ts";
import { PUBLIC, shown } from "../shown.ts";

/** As `aclexplode` gives them. */
export type Acl = readonly (readonly [grantee: number, grantor: number, privilege: string, grantable: boolean])[] | null;
/** SQL that gives an Acl: what is granted, or what PostgreSQL gives without a grant. `type`: a code of `acldefault`; none for columns. */
export const aclOf = (column: string, type?: string, owner?: string): string =>
  `(select json_agg(json_build_array(a.grantee::int8, a.grantor::int8, a.privilege_type, a.is_grantable)) from aclexplode(${type === undefined ? column : `coalesce(${column}, acldefault('${type}', ${owner}))`}) a)`;

/** Who is who on this server, and what an owner may do by himself. */
export interface Names {
  role(oid: number): string;
  /** Privileges of an owner, by `acldefault`'s code. */
  owner(type: string): ReadonlySet<string>;
}

/** Grants to others than the owner; `who` leaves out grantees that are not decided. */
export function grantsTo(acl: Acl, owner: number, names: Names, who: (grantee: number) => boolean = () => true): Normal {
  const found = new Map<string, Map<string, Set<string>>>();
  for (const [grantee, grantor, privilege, grantable] of acl ?? []) {
    if (grantee === owner || !who(grantee)) continue;
    const words = [grantable ? "with grant option" : "", grantor === owner ? "" : `given by ${names.role(grantor)}`].filter((word) => word !== "").join(", ");
    const role = grantee === 0 ? PUBLIC : names.role(grantee);
    const privileges = found.get(role) ?? new Map<string, Set<string>>();
    found.set(role, privileges.set(privilege, (privileges.get(privilege) ?? new Set()).add(words)));
  }
  return Object.fromEntries([...found].map(([role, privileges]) => [role, Object.fromEntries([...privileges].map(([privilege, words]) => {
    const more = [...words].filter((word) => word !== "").sort();
    return [privilege, more.length === 0 ? true : more.join("; ")];
  }))]));
}

/** What the owner may do: `all` by default, else what is left of it. */
export function ownerMay(acl: Acl, owner: number, type: string, names: Names): string {
  const left = new Set((acl ?? []).filter(([grantee, grantor]) => grantee === owner && grantor === owner).map(([, , privilege]) => privilege));
  return [...names.owner(type)].every((privilege) => left.has(privilege)) ? "all" : [...left].sort().join(", ") || "nothing";
}

/** `name=value` as PostgreSQL stores settings and options. */
export const settingsOf = (texts: readonly string[] | null): Record<string, string> =>
  Object.fromEntries((texts ?? []).map((text) => { const at = text.indexOf("="); return at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at + 1)]; }));

/** Names shown, for `names.role`. */
export const roleNames = (roles: ReadonlyMap<number, string>): ((oid: number) => string) => (oid) => { const name = roles.get(oid); return name === undefined ? `role ${oid}, which is gone` : shown(name); };
