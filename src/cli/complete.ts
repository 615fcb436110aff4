/** Completion: the program itself says what may come next, so nothing here has to follow when a command or option is added. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { Argument, Command, Option } from "commander";

/** One candidate and what it means. */
export interface Candidate { value: string; description: string }

/** What may stand where the last word is. `words` are the line's words after the program's name, the last one as far as it is typed. */
export function complete(program: Command, words: readonly string[], root: string): Candidate[] {
  // bash breaks words at "=": `--format=js` arrives as three.
  const line = words.filter((word, i) => word !== "=" || i === words.length - 1).map((word) => (word === "=" ? "" : word));
  const typed = line.at(-1) ?? "";
  const { command, option, position } = walk(program, line.slice(0, -1));
  const joined = /^(--[a-z-]+)=/.exec(typed);
  const offered = joined
    ? values(find(command, joined[1]!), root).map((c) => ({ ...c, value: `${joined[0]}${c.value}` }))
    : option ? values(option, root)
    : typed.startsWith("-") ? options(command)
    : command.commands.length > 0 ? subcommands(command) : values(command.registeredArguments[position] ?? command.registeredArguments.findLast((a) => a.variadic), root);
  return offered.filter(({ value }) => value.startsWith(typed)).sort((a, b) => (a.value < b.value ? -1 : 1));
}

interface Position { command: Command; /** The option whose value comes next. */ option: Option | undefined; /** Arguments so far. */ position: number }

function walk(program: Command, words: readonly string[]): Position {
  let command = program;
  let position = 0;
  let option: Option | undefined;
  for (const word of words) {
    if (word.startsWith("-")) {
      const found = word.includes("=") ? undefined : find(command, word);
      option = found && (found.required || found.optional) ? found : undefined;
      continue;
    }
    if (option) { if (!option.variadic) option = undefined; continue; }
    const next = command.commands.find((c) => c.name() === word);
    if (next) { command = next; position = 0; } else position++;
  }
  return { command, option, position };
}

const find = (command: Command, flag: string): Option | undefined => command.options.find((o) => o.long === flag || o.short === flag);
const hidden = (command: Command): boolean => (command as unknown as { _hidden: boolean })._hidden;
const subcommands = (command: Command): Candidate[] => command.commands.filter((c) => !hidden(c)).map((c) => ({ value: c.name(), description: c.description() }));
const options = (command: Command): Candidate[] => [...command.options, ...command.createHelp().visibleOptions(command)]
  .filter((o, i, all) => o.long && all.findIndex((other) => other.long === o.long) === i)
  .map((o) => ({ value: o.long!, description: o.description }));

/** Choices that the program states, and tenants where a tenant is meant. Empty: the shell offers files. */
function values(wanted: Option | Argument | undefined, root: string): Candidate[] {
  if (!wanted) return [];
  if (wanted.argChoices) return wanted.argChoices.map((value) => ({ value, description: "" }));
  const isOption = "flags" in wanted;
  if (isOption && wanted.long === "--tenant") return tenants(root).map((value) => ({ value, description: "tenant" }));
  if (!isOption && wanted.name() === "tenant/domain/product") return tenants(root).map((value) => ({ value: `${value}/`, description: "tenant" }));
  return [];
}

function tenants(root: string): string[] {
  try {
    return readdirSync(join(root, "tenants"), { withFileTypes: true }).filter((e) => e.isDirectory() && !/^[_.]/.test(e.name)).map((e) => e.name);
  } catch {
    return [];
  }
}
