/** Allow rules, applied: what they let be, and which are of no use. What a wildcard never covers: `model/allow`. */
import { escapeKey, fits, isGuarded, isGuardedKind, isNote, isWild, isWildPath, isWorkload, parsePath, type Step, unescapeKey } from "../model/allow.ts";
import type { AllowReport, AllowRule, AllowUse, Change, Claim, Coverage, PlaneObject } from "../model/finding.ts";
import { isMap } from "../model/value.ts";
import { kindName } from "../model/kinds.ts";

/** The two sides as they came, for the keys of list items, and who claims a pointer of the live one. */
export interface Sides { live?: unknown; desired?: unknown; claims?: (pointer: string) => Claim[] }

interface Compiled { rule: AllowRule; index: number; steps: readonly Step[]; wild: boolean; expired: boolean }
/** A step into an object; `item` where it is one of a list's. */
interface Token { key: string; item?: unknown; listed: boolean }

/** What a path that is none means: an empty one would mean the whole object. */
const NOTHING: readonly Step[] = [{ what: "text", text: "", wild: false }];

/** Rules of a platform on a day. Remembers its uses for the report. */
export class AllowRules {
  readonly #rules: Compiled[];
  readonly #used: AllowUse[] = [];

  /** `asOf`: `YYYY-MM-DD`, the audit's day in UTC: a rule holds through its last day. */
  constructor(rules: readonly AllowRule[], asOf: string) {
    this.#rules = rules.map((rule, index) => {
      const steps = parsePath(rule.path ?? "") ?? NOTHING;
      return { rule, index, steps, wild: isWildPath(steps), expired: rule.expires < asOf };
    });
  }

  /** The changes that no rule lets be. A map that was added or removed as a whole is judged member by member; an item of a list is one thing. */
  changes(object: PlaneObject, changes: readonly Change[], sides: Sides): Change[] {
    const rules = this.#about(object).filter(({ steps }) => steps.length > 0);
    return rules.length === 0 ? [...changes] : changes.flatMap((change) => this.#left(object, change, rules, sides));
  }

  /** True when rules let an unmanaged object be: each who claims it has one (an installer makes it, its controller writes the certificate). */
  object(object: PlaneObject, claims: readonly Claim[] = []): boolean {
    const kind = kindText(object);
    const named = isGuardedKind(kind) || isWorkload(kind);
    const about = this.#about(object).filter(({ rule, steps }) => steps.length === 0 && !(named && isLoose(rule, object)));
    const own = claims.length === 0 ? [[]] : claims.map((claim) => [claim]);
    const fitting = about.filter(({ rule }) => own.some((some) => isClaimed(rule, some)));
    if (!own.every((some) => fitting.some(({ rule }) => isClaimed(rule, some)))) return false;
    this.#used.push(...fitting.map(({ rule, index }): AllowUse => ({ rule, index, object, ...(claims.length > 0 && { claimedBy: [...claims] }) })));
    return true;
  }

  /**
   * Uses, expired rules, and those that nothing matched although everything they could match was read: none under a restriction (`--tenant`, `--plane`,
   * `--shard`), and none of a kind that was not read whole.
   */
  report(coverage: readonly Coverage[], restricted: boolean): AllowReport {
    return {
      used: this.#used,
      expired: this.#rules.filter(({ expired }) => expired).map(({ rule, index }) => ({ rule, index })),
      unmatched: restricted ? [] : unmatchedRules(this.#rules.filter(({ expired }) => !expired).map(({ rule, index }) => ({ rule, index })), this.#used, coverage),
    };
  }

  #about(object: PlaneObject): Compiled[] {
    const kind = kindText(object);
    return this.#rules.filter(({ rule, expired }) => !expired && fits(rule.kind, kind) && fits(rule.namespace ?? "*", object.namespace ?? "") && fits(rule.name ?? "*", object.name));
  }

  #left(object: PlaneObject, change: Change, rules: readonly Compiled[], sides: Sides): Change[] {
    const side = change.kind === "removed" ? "desired" : "live";
    const tokens = tokensOf(change.pointer, sides[side]);
    const claims = sides.claims?.(change.pointer) ?? change.claimedBy ?? [];
    const guarded = isGuardedKind(kindText(object)) && !isNote(tokens.path.map(({ key }) => key));
    const fitting = rules.filter((rule) => !(guarded && (rule.wild || isLoose(rule.rule, object))) && covers(rule.steps, tokens.path, [tokens.value, change.live, change.desired]) && isClaimed(rule.rule, claims));
    if (fitting.length > 0) {
      this.#used.push(...fitting.map(({ rule, index }): AllowUse => ({ rule, index, object, pointer: change.pointer, ...(claims.length > 0 && { claimedBy: claims }) })));
      return [];
    }
    const shown = change[side];
    if ((change.kind !== "added" && change.kind !== "removed") || tokens.path.at(-1)?.listed === true || !isMap(shown)) return [change];
    const members = Object.keys(shown).map((key): Change => ({ ...change, pointer: `${change.pointer}/${escapeKey(key)}`, [side]: shown[key] }));
    const left = members.map((member) => this.#left(object, member, rules, sides));
    // Untouched, it stays the one change that it is.
    return left.every((rest, i) => rest.length === 1 && rest[0] === members[i]) ? [change] : left.flat();
  }
}

const kindText = ({ plane, apiVersion, kind }: PlaneObject): string => (plane === "kubernetes" ? kindName({ apiVersion: apiVersion ?? "", kind }) : `${plane}/${kind}`);
/** Not spelled out: what matters never hangs on a wildcard. */
const isLoose = (rule: AllowRule, object: PlaneObject): boolean => rule.kind.includes("*") || isWild(rule.name) || (object.namespace !== undefined && isWild(rule.namespace));

/** True when every claim is the rule's manager's: a leaf that somebody else wrote too is not only the manager's. */
function isClaimed({ manager, subresource }: AllowRule, claims: readonly Claim[]): boolean {
  if (manager === undefined && subresource === undefined) return true;
  return claims.length > 0 && claims.every((claim) => fits(manager ?? "*", claim.manager) && (subresource === undefined || fits(subresource, claim.subresource ?? "")));
}

/** Follows a pointer into an object as far as it goes. */
function tokensOf(pointer: string, root: unknown): { path: Token[]; value: unknown } {
  let value = root;
  const path = pointer.split("/").slice(1).map((step): Token => {
    const key = unescapeKey(step);
    const listed = Array.isArray(value);
    const next: unknown = listed ? (value as unknown[])[Number(key)] : isMap(value) && Object.hasOwn(value, key) ? value[key] : undefined;
    value = next;
    return { key, listed, ...(listed && { item: next }) };
  });
  return { path, value };
}

/** True when the steps name this pointer, and with it all that hangs below. */
function covers(steps: readonly Step[], path: readonly Token[], values: readonly unknown[]): boolean {
  if (!matches(steps, path)) return false;
  const last = steps.at(-1)!;
  // Whoever spells out an item or a guarded field means what is in it.
  const spelled = last.what !== "any" && !last.wild && (isGuarded(path.at(-1)!.key) || (last.what === "item" && path.at(-1)!.listed));
  return spelled || !values.some(holdsGuarded);
}

function matches(steps: readonly Step[], path: readonly Token[]): boolean {
  // Whether the first i steps match the first j tokens, one row a step: a path of many ** must not take for ever.
  let row: boolean[] = [true, ...path.map(() => false)];
  for (const step of steps) {
    const next: boolean[] = [step.what === "any" && row[0]!];
    for (const [j, token] of path.entries()) next.push(step.what === "any" ? row[j + 1]! || (next[j]! && !isGuarded(token.key)) : row[j]! && fitsStep(step, token));
    row = next;
  }
  return row.at(-1)!;
}

function fitsStep(step: Exclude<Step, { what: "any" }>, { key, item, listed }: Token): boolean {
  if (step.wild && isGuarded(key)) return false;
  if (step.what === "item" && listed) return isMap(item) && step.keys.every(([field, value]) => Object.hasOwn(item, field) && ["string", "number", "boolean"].includes(typeof item[field]) && fits(value, String(item[field])));
  return fits(step.text, key);
}

function holdsGuarded(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(holdsGuarded);
  return isMap(value) && Object.entries(value).some(([key, inner]) => isGuarded(key) || holdsGuarded(inner));
}

/**
 * Rules without a use, where everything they could match was read. For shards, whose uses and coverage are put together first. What could not be read counts for
 * every kind where it is not said which: a group whose discovery failed.
 */
export function unmatchedRules(rules: readonly { rule: AllowRule; index: number }[], used: readonly AllowUse[], coverage: readonly Coverage[]): { rule: AllowRule; index: number }[] {
  const isKind = (what: string): boolean => /^([A-Z][A-Za-z0-9]*([.][a-z0-9.-]+)?|[a-z0-9]+[/][a-z][a-z-]*)$/.test(what);
  const lines = coverage.map(({ plane, what, state }) => ({ plane, state, what: plane === "kubernetes" ? what : `${plane}/${what}` }));
  const about = (rule: AllowRule, plane: string): boolean => (rule.kind.includes("/") ? rule.kind.startsWith(`${plane}/`) : plane === "kubernetes");
  // What is never read keeps a rule from no use, unless the rule is about nothing else.
  const unread = (rule: AllowRule): boolean => lines.some(({ plane, what, state }) => (state === "unknown" ? about(rule, plane) && (!isKind(what) || what === `${plane}/everything` || fits(rule.kind, what)) : state === "excluded" && rule.kind === what));
  return rules.filter(({ rule, index }) => !used.some((use) => use.index === index) && !unread(rule));
}
