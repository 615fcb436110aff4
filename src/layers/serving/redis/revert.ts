/** What puts a difference back, in redis-cli's words, and what the difference breaks. */
import type { Change, Impact, Revert } from "../../../model/finding.ts";
import { NAMESPACES } from "../../../model/names.ts";
import type { DesiredStore, ItemDifference } from "../../../model/plane.ts";
import { shellWord } from "../../../model/shell.ts";
import { cronJobName } from "../unit.ts";
import type { RedisState } from "./desired.ts";
import { START_SETTINGS } from "./rules.ts";

/** An argument in redis-cli's own quotes, which it reads from its input: printable ASCII only, whatever the name holds. */
function quoted(text: string): string {
  if (/^[A-Za-z0-9._:@%+|~&*#-]+$/.test(text)) return text;
  const bytes = [...text].flatMap((char) => { const code = char.codePointAt(0)!; return code >= 0xdc80 && code <= 0xdcff ? [code - 0xdc00] : [...Buffer.from(char, "utf8")]; });
  return `"${bytes.map((b) => (b >= 0x20 && b < 0x7f && b !== 0x22 && b !== 0x5c && b !== 0x27 ? String.fromCharCode(b) : `\\x${b.toString(16).padStart(2, "0")}`)).join("")}"`;
}

/** A command line that runs commands of Redis one after the other. No apostrophe is left in what `quoted` gives. */
function redisCli(endpoint: string, user: string, commands: readonly (readonly string[])[]): string {
  const [, host, port] = /^(.*):([0-9]+)$/.exec(endpoint) ?? ["", endpoint, "6379"];
  return `printf '%s\\n' ${commands.map((words) => `'${words.map(quoted).join(" ")}'`).join(" ")} | redis-cli -h ${shellWord(host!)} -p ${port} --tls --user ${shellWord(user)} -e`;
}
const startedBy = (store: string, tenant: string | undefined): string => {
  const name = cronJobName("redis", store, tenant);
  return `kubectl --namespace ${NAMESPACES.serving} create job --from=cronjob/${name} ${name}-by-hand`;
};

/** Commands for whoever holds the store's administrative credential (REDISCLI_AUTH), or may start its Job. */
export function revertOf({ kind, name, status, changes }: ItemDifference, { store, endpoint, state }: DesiredStore<RedisState>): Revert {
  const admin = state.adminUser ?? "default";
  const run = (...commands: string[][]): string[] => [redisCli(endpoint, admin, commands)];
  if (kind === "module") {
    if (status === "missing") return { commands: [], note: "start the server with the module" };
    return { commands: run(["MODULE", "UNLOAD", name]), breakGlass: true, note: `needs a user with MODULE, which ${admin} is not` };
  }
  if (kind === "library") return { commands: run(["FUNCTION", "DELETE", name]), breakGlass: true, note: `needs a user with FUNCTION, which ${admin} is not` };
  if (kind === "setting") {
    if (Object.hasOwn(state.settings, name)) return { commands: [...run(["CONFIG", "SET", name, state.settings[name]!]), startedBy(store, undefined)], breakGlass: true };
    return { commands: [], note: Object.hasOwn(START_SETTINGS, name) ? `a server takes this at its start only: ${name} ${START_SETTINGS[name as keyof typeof START_SETTINGS]}` : "start the server with an aclfile" };
  }
  const user = state.users.find((one) => one.name === name);
  if (!user) return { commands: run(["ACL", "DELUSER", name], ["ACL", "SAVE"]), breakGlass: true };
  // Git holds no password: only the Job, which is given its hash, can set one.
  const needsHash = status === "missing" || (user.password && changes.some(({ pointer }) => pointer === "/password"));
  const job = startedBy(store, user.tenant);
  if (needsHash) return { commands: [job], breakGlass: true, note: "the CronJob does it within a quarter of an hour" };
  return { commands: [...run(["ACL", "SETUSER", name, ...user.rules, ...(user.password ? [] : ["resetpass"])], ["ACL", "SAVE"]), job], breakGlass: true };
}

/** What only takes rights away locks somebody out; all else lets somebody in. */
export function impactOf({ kind, status, changes }: ItemDifference): Impact {
  if (kind === "user") return status === "missing" || (status === "changed" && changes.every(takes)) ? "access" : "isolation";
  return kind === "module" && status === "missing" ? "availability" : "isolation";
}
function takes({ pointer, kind, live }: Change): boolean {
  if (pointer === "/enabled") return live === false;
  if (pointer === "/password") return live === 0;
  return kind === "removed" && /^\/(commands|keys|channels|selectors)\//.test(pointer);
}
