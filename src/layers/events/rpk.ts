/** Words of `rpk`, Redpanda's command line, as a POSIX shell and rpk's own flags take them: names are others', and may be made to be something else there. */
import { printable } from "../../model/printable.ts";
import type { Binding, Entity } from "./items.ts";

/** Names that no command line carries: a shell's argument ends at NUL, `$(…)` drops line ends at the end, rpk's lists make CR LF to LF; empty means everything. */
const UNSAYABLE = /^$|[\0\r]|\n$/;

/** One word. What a terminal would not show as it is goes through printf by its bytes; plain quotes would put it on the screen. */
function quoted(word: string): string {
  if (/^[A-Za-z0-9_./:=@,+-]+$/.test(word)) return word;
  if (printable(word) === word) return `'${word.replaceAll("'", "'\\''")}'`;
  const octal = (text: string): string => [...Buffer.from(text)].map((byte) => `\\${byte.toString(8).padStart(3, "0")}`).join("");
  // A dash in front would make the text an option of printf, and the name an empty one.
  const spelled = (ch: string, i: number): boolean => printable(ch) !== ch || "'\\%".includes(ch) || (i === 0 && ch === "-");
  return `"$(printf '${[...word].map((ch, i) => (spelled(ch, i) ? octal(ch) : ch)).join("")}')"`;
}

/** A value of a flag that is a list: rpk reads it as a line of CSV, in which a comma would make two names of one. */
const listed = (value: string): string => (/[",\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value);

/** Flags and values of one command. `list`: the flag takes a list. */
export class Command {
  readonly #words: string[];
  #sayable = true;
  constructor(...words: string[]) { this.#words = ["rpk", ...words]; }
  name(name: string): this { this.#say(name); this.#words.push(quoted(name)); return this; }
  flag(flag: string, value: string, { list = false } = {}): this { this.#say(value); this.#words.push(`--${flag}=${quoted(list ? listed(value) : value)}`); return this; }
  switch(flag: string): this { this.#words.push(`--${flag}`); return this; }
  #say(value: string): void { this.#sayable &&= !UNSAYABLE.test(value) && value.isWellFormed(); }
  /** Nothing where a name in it cannot be said. */
  text(): string[] { return this.#sayable ? [this.#words.join(" ")] : []; }
}

const FLAGS: Record<string, string> = { topic: "topic", group: "group", transactionalId: "transactional-id" };
const ROLE = "RedpandaRole:";

/** One command for each permission and host of bindings of one principal on one pattern; nothing where rpk has no word for them. */
export function aclCommands(verb: "create" | "delete", bindings: readonly Binding[]): string[] {
  return [...Map.groupBy(bindings, ({ allow, host }) => JSON.stringify([allow, host])).values()].flatMap((same) => {
    const { allow, host, principal, resource, pattern, name } = same[0]!;
    const permission = allow ? "allow" : "deny";
    const command = new Command("security", "acl", verb);
    if (principal.startsWith("User:")) command.flag(`${permission}-principal`, principal, { list: true });
    else if (principal.startsWith(ROLE)) command.flag(`${permission}-role`, principal.slice(ROLE.length), { list: true });
    else return [];
    command.flag(`${permission}-host`, host, { list: true }).flag("operation", same.map(({ operation }) => operation).sort().join(","));
    if (resource === "cluster") command.switch("cluster");
    else if (FLAGS[resource]) command.flag(FLAGS[resource], name, { list: true });
    else return [];
    // Without it a deletion takes the other pattern of that name too.
    command.flag("resource-pattern-type", pattern);
    return (verb === "delete" ? command.switch("no-confirm") : command).text();
  });
}

/** Sets and deletes rates of one entity. */
export function quotaCommand(entity: Entity, set: Readonly<Record<string, number>>, remove: readonly string[]): string[] {
  const command = new Command("cluster", "quotas", "alter");
  for (const { type, name } of entity) name === null ? command.flag("default", type) : command.flag("name", `${type}=${name}`, { list: true });
  for (const [key, value] of Object.entries(set)) command.flag("add", `${key}=${value}`);
  for (const key of remove) command.flag("delete", key);
  return command.text();
}
