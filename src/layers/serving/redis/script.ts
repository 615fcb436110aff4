/** Scripts of the Jobs. They read hashes from the environment, never a password but the administrator's own. */
import { redisUserPrefix } from "../../../model/names.ts";
import type { RedisUser } from "../state.ts";

/** A rule between single quotes: `*`, `|` and `~` mean something to a shell. Rules hold no quote and no white space. */
const quoted = (text: string): string => {
  if (!/^[A-Za-z0-9.:~&%*@|+_-]+$/.test(text)) throw new Error(`no text of an ACL: ${JSON.stringify(text)}`);
  return `'${text}'`;
};
/** Name of the variable with the hash of a user's password. */
export const hashVariable = (index: number): string => `HASH_${index}`;

/** Waits for the server: every Job waits for what it needs (D6). `redis-cli -e` fails where the server answers with an error. */
const HEAD = `#!/bin/sh
set -eu
LC_ALL=C; export LC_ALL
redis() { redis-cli -h "$REDIS_HOST" -p "$REDIS_PORT" --user "$REDIS_USER" --no-auth-warning --tls --cacert "$REDIS_CA" -e "$@"; }
attempt=1
until redis PING >/dev/null; do
  [ "$attempt" -lt 20 ] || exit 1
  attempt=$((attempt + 1))
  sleep 15
done
# One command: a user is never without a password or rules in between, and connections stay.
set_user() {
  name=$1; hash=$2; shift 2
  case "$hash" in *[!0-9a-f]*) ok=no ;; *) ok=yes ;; esac
  if [ "$ok" = no ] || [ "\${#hash}" -ne 64 ]; then echo "$name: no SHA-256 of a password" >&2; exit 1; fi
  redis ACL SETUSER "$name" reset "#$hash" "$@" >/dev/null
}
`;
const setUser = ({ name, rules }: RedisUser, hash: string): string => `set_user ${quoted(name)} "${hash}" ${rules.map(quoted).join(" ")}`;

/** A tenant's users: those declared are set, others of its own are removed, nobody else's are named (D19). */
export function tenantScript(tenant: string, users: readonly RedisUser[]): string {
  const declared = users.map(({ name }) => quoted(name)).join("|");
  return `${HEAD}${users.map((user, i) => `${setUser(user, `$${hashVariable(i)}`)}\n`).join("")}names=$(redis ACL USERS)
printf '%s\\n' "$names" | while IFS= read -r name; do
  case "$name" in
    ${declared}) ;;
    ${quoted(redisUserPrefix(tenant))}*) redis ACL DELUSER "$name" >/dev/null ;;
  esac
done
redis ACL SAVE >/dev/null
`;
}

/** The platform's own users, `default`, and settings. The administrator keeps the password it logged in with. */
export function platformScript(users: readonly (RedisUser & { passwordKey?: string })[], adminUser: string, settings: Readonly<Record<string, string>>): string {
  const hashed = users.filter(({ passwordKey }) => passwordKey !== undefined);
  const line = (user: RedisUser): string => {
    if (user.name === adminUser) return setUser(user, '$(printf %s "$REDISCLI_AUTH" | sha256sum | cut -c1-64)');
    const index = hashed.findIndex(({ name }) => name === user.name);
    return index >= 0 ? setUser(user, `$${hashVariable(index)}`) : `redis ACL SETUSER ${quoted(user.name)} reset ${user.rules.map(quoted).join(" ")} >/dev/null`;
  };
  return `${HEAD}${users.map((user) => `${line(user)}\n`).join("")}${Object.entries(settings).map(([name, value]) => `redis CONFIG SET ${quoted(name)} ${quoted(value)} >/dev/null\n`).join("")}redis ACL SAVE >/dev/null
`;
}
