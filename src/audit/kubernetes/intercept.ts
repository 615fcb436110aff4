/** Which namespaces admission calls somebody for: webhooks, and policies with their bindings. What cannot be shown not to match, matches. */
import type { LiveObject } from "../live/source.ts";
import { groupOf } from "../../model/kinds.ts";
import { selects } from "../../model/selector.ts";
import { isMap } from "../../model/value.ts";
import { isBuiltIn, type Scene } from "./scene.ts";
import { type Reach, reachOf, type Space } from "./space.ts";

/** What a set of rules is called for. */
interface Called { spaces: Space[]; /** Cluster-wide kinds of git. */ kinds: string[] }
const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
const words = (value: unknown): string[] | undefined => (Array.isArray(value) ? value.filter((word) => typeof word === "string") : undefined);

/** Groups under which the same objects are, or were, served. */
const SAME: Readonly<Record<string, readonly string[]>> = { extensions: ["apps", "networking.k8s.io", "policy"], "": ["events.k8s.io"], "events.k8s.io": [""] };
/** Kinds about which admission is never asked, or nobody could take a bad configuration away. */
const isExempt = (what: string): boolean => what.endsWith(".admissionregistration.k8s.io");

/**
 * `matchPolicy` Equivalent, the default, finds an object under every group and version that serves it. `objectSelector` and `matchConditions` shield
 * nobody: their labels and values are chosen by whoever writes the object; for a Namespace alone they are known.
 */
function called(rules: unknown, { namespaceSelector, objectSelector, matchPolicy }: Record<string, unknown>, scene: Scene): Called {
  const found = { namespaced: false, namespaces: false, kinds: new Set<string>() };
  for (const rule of list(rules)) {
    const { apiGroups, apiVersions, resources, scope } = isMap(rule) ? rule : {};
    const [groups, bases, versions] = [words(apiGroups) ?? ["*"], (words(resources) ?? ["*"]).map((name) => name.split("/")[0]!), words(apiVersions) ?? ["*"]];
    const isAny = (values: readonly string[], value: string): boolean => values.includes("*") || values.includes(value);
    const isVersion = (apiVersion: string): boolean => matchPolicy !== "Exact" || isAny(versions, apiVersion.slice(apiVersion.indexOf("/") + 1));
    const [inside, outside] = [scope !== "Cluster", scope !== "Namespaced"];
    const isGroup = (group: string): boolean => isAny(groups, group) || (matchPolicy !== "Exact" && groups.some((one) => SAME[one]?.includes(group)));
    const kinds = scene.served.filter(({ apiVersion, plural }) => isBuiltIn(groupOf(apiVersion)) && isGroup(groupOf(apiVersion)) && isAny(bases, plural) && isVersion(apiVersion));
    // What no server or dump lists is taken for a kind that lies in namespaces.
    const isUnheardOf = groups.some((group) => group === "*" || isBuiltIn(group)) && bases.some((base) => base !== "*" && !scene.served.some(({ plural }) => plural === base));
    found.namespaced ||= inside && (isUnheardOf || kinds.some(({ namespaced }) => namespaced));
    found.namespaces ||= outside && isGroup("") && isAny(bases, "namespaces");
    for (const { group, plural, what, namespaced } of scene.declared) {
      if (!isGroup(group) || !isAny(bases, plural) || isExempt(what)) continue;
      if (namespaced) found.namespaced ||= inside;
      else if (outside && what !== "Namespace") found.kinds.add(what);
    }
  }
  const spaces = scene.spaces.selected(namespaceSelector);
  return { spaces: found.namespaced ? spaces : found.namespaces ? spaces.filter(({ labels, partial }) => selects(objectSelector, labels, partial) !== false) : [], kinds: [...found.kinds].sort() };
}

/** Spaces first: who they belong to says more than kinds do. */
const said = ({ spaces, kinds }: Called, how: string): Reach | undefined => reachOf(spaces, `${how} what is written in`) ?? (kinds.length > 0 ? { note: `${how} ${kinds.join(", ")}, which git declares` } : undefined);
const union = (parts: readonly Called[], { spaces }: Scene): Called => ({ spaces: spaces.all().filter(({ name }) => parts.some((part) => part.spaces.some((space) => space.name === name))), kinds: [...new Set(parts.flatMap(({ kinds }) => kinds))].sort() });

/** A configuration of webhooks: what any of them is called for. */
export function webhookReach(object: LiveObject, scene: Scene): Reach | undefined {
  return said(union(list(object["webhooks"]).filter(isMap).map((webhook) => called(webhook["rules"], webhook, scene)), scene), `it calls ${object.kind.startsWith("Mutating") ? "a webhook that may change" : "a webhook that sees, and may refuse,"}`);
}

const specOf = (object: LiveObject | undefined): Record<string, unknown> => (isMap(object?.["spec"]) ? object["spec"] : {});
const constraints = (object: LiveObject, scene: Scene): Called => {
  const { matchConstraints } = specOf(object);
  const match = isMap(matchConstraints) ? matchConstraints : {};
  return called(match["resourceRules"] ?? [{}], match, scene);
};
const does = ({ kind }: LiveObject): string => (kind.startsWith("Mutating") ? "it may change" : "it may refuse, and copy into the server's log,");

export const policyReach = (object: LiveObject, scene: Scene): Reach | undefined => said(constraints(object, scene), does(object));

/** A binding reaches where it and its policy match; it may narrow by rules, and one without any matches all that its policy does. */
export function bindingReach(object: LiveObject, scene: Scene): Reach | undefined {
  const { policyName, matchResources } = specOf(object);
  const match = isMap(matchResources) ? matchResources : {};
  const own = called(list(match["resourceRules"]).length > 0 ? match["resourceRules"] : [{}], match, scene);
  const policies = scene.live(`${object.kind.replace(/Binding$/, "")}.${groupOf(object.apiVersion)}`);
  const policy = policies?.find(({ metadata }) => metadata.name === policyName);
  // Nothing is bound before the policy is there, and then that one is found.
  if (policies !== undefined && policy === undefined) return undefined;
  const bound = policy ? constraints(policy, scene) : own;
  return said({ spaces: own.spaces.filter(({ name }) => bound.spaces.some((space) => space.name === name)), kinds: own.kinds.filter((kind) => bound.kinds.includes(kind)) }, `with the policy ${String(policyName)} ${does(object)}`);
}
