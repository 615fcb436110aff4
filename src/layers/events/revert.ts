/** How to put a broker's things back, and what their difference breaks. */
import type { Impact, Revert } from "../../model/finding.ts";
import type { ItemDifference } from "../../model/plane.ts";
import { bindingsOfItem, type Binding, entityOf } from "./items.ts";
import { aclCommands, Command, quotaCommand } from "./rpk.ts";

/** Worst first: who may more than git says reaches data, who may less is cut off. */
export function impact({ kind, status, changes, desired, live }: ItemDifference): Impact {
  switch (kind) {
    case "topic": return status === "unmanaged" ? "isolation" : "availability";
    case "user": return status === "unmanaged" || changes.some((change) => change.kind === "added") ? "isolation" : "access";
    case "quota": return "availability";
    default: {
      const [more, less] = [minus(allOf(live), allOf(desired)), minus(allOf(desired), allOf(live))];
      return more.some(({ allow }) => allow) || less.some(({ allow }) => !allow) ? "isolation" : "access";
    }
  }
}

const allOf = (item: ItemDifference["live"]): Binding[] => (item ? bindingsOfItem(item) : []);
const textOf = (binding: Binding): string => JSON.stringify([binding.allow, binding.operation, binding.host]);
function minus(these: readonly Binding[], those: readonly Binding[]): Binding[] {
  const texts = new Set(those.map(textOf));
  return these.filter((binding) => !texts.has(textOf(binding)));
}

const OPERATOR = "Redpanda's operator makes it so again at its next look, if it runs: it was stopped, or the change is newer than that";
const UNSAID = "no command of rpk can say this name or kind: take it away with a client of the Kafka protocol";

/** All of them need the broker's administrative login. */
export function revert(difference: ItemDifference): Revert {
  const [commands, note] = { topic: topicRevert, user: userRevert, quota: quotaRevert, acl: aclRevert }[difference.kind as "acl"]!(difference);
  return { commands, breakGlass: true, ...(note !== undefined && { note }) };
}

type Written = [commands: string[], note?: string];
interface TopicValue { partitions: number; replicas: number | number[]; config: Record<string, string> }

function topicRevert({ name, status, desired, live, changes }: ItemDifference): Written {
  const want = desired?.value as unknown as TopicValue | undefined;
  const have = live?.value as unknown as TopicValue | undefined;
  if (!want) return [new Command("topic", "delete").name(name).text(), "this deletes its records for good: look first whose they are"];
  if (!have) {
    const command = new Command("topic", "create").name(name).flag("partitions", String(want.partitions)).flag("replicas", String(want.replicas));
    for (const [key, value] of Object.entries(want.config)) command.flag("topic-config", `${key}=${value}`);
    return [command.text(), `${OPERATOR}. Its records do not come back`];
  }
  const commands: string[] = [];
  const notes = status === "changed" ? [OPERATOR] : [];
  const config = new Command("topic", "alter-config").name(name);
  const altered = changes.filter(({ pointer }) => pointer.startsWith("/config"));
  for (const key of new Set([...Object.keys(want.config), ...Object.keys(have.config)])) {
    if (!Object.hasOwn(want.config, key)) config.flag("delete", key);
    else if (want.config[key] !== have.config[key]) config.flag("set", `${key}=${want.config[key]}`);
  }
  if (altered.length > 0) commands.push(...config.text());
  if (want.replicas !== have.replicas) commands.push(...new Command("topic", "alter-config").name(name).flag("set", `replication.factor=${want.replicas}`).text());
  if (want.partitions > have.partitions) commands.push(...new Command("topic", "add-partitions").name(name).flag("num", String(want.partitions - have.partitions)).text());
  if (want.partitions < have.partitions) notes.push("no broker takes partitions away: declare their number, or make the topic anew");
  return [commands, notes.join(". ")];
}

function userRevert({ name, status, desired }: ItemDifference): Written {
  const commands = status === "missing" ? [] : new Command("security", "user", "delete").name(name).text();
  if (desired) return [commands, "the operator makes the user again, with the password of its Secret"];
  return [commands, commands.length > 0 ? "its rules are findings of their own" : UNSAID];
}

function quotaRevert({ name, desired, live }: ItemDifference): Written {
  const [want, have] = [(desired?.value ?? {}) as Record<string, number>, (live?.value ?? {}) as Record<string, number>];
  const set = Object.fromEntries(Object.entries(want).filter(([key, value]) => have[key] !== value));
  const commands = quotaCommand(entityOf(name), set, Object.keys(have).filter((key) => !Object.hasOwn(want, key)));
  return [commands, commands.length === 0 ? UNSAID : desired ? "the tenant's CronJob of quotas sets it again within the hour" : undefined];
}

function aclRevert({ desired, live }: ItemDifference): Written {
  const [more, less] = [minus(allOf(live), allOf(desired)), minus(allOf(desired), allOf(live))];
  const commands = [...aclCommands("delete", more), ...aclCommands("create", less)];
  // Part of them would be a revert that leaves something.
  const whole = commands.length === groups(more) + groups(less);
  return [commands, whole ? (desired ? OPERATOR : undefined) : UNSAID];
}
const groups = (bindings: readonly Binding[]): number => new Set(bindings.map(({ allow, host }) => JSON.stringify([allow, host]))).size;
