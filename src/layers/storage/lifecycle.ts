/** A bucket's lifecycle in normal form: from JSON, as a claim holds it for the S3 API, and from XML, as S3 answers. */
import type { XmlElement } from "@rgrove/parse-xml";
import type { Normal } from "../../model/plane.ts";
import { isMap } from "../../model/value.ts";
import { canonicalJson } from "./policy.ts";

/** What JSON says in the plural is repeated in XML. */
const SINGULAR: Readonly<Record<string, string>> = { Transitions: "Transition", NoncurrentVersionTransitions: "NoncurrentVersionTransition", Tags: "Tag" };

/** Rules by ID, whose order means nothing. Numbers and booleans are texts, as in XML; a rule's own `Prefix`, the older form, stands in its filter. */
export function lifecycleRules(rules: readonly unknown[]): { [id: string]: Normal } {
  return Object.fromEntries(rules.map((rule): [string, Normal] => {
    if (!isMap(rule)) return [canonicalJson(rule), true];
    const { ID, Prefix, Filter, ...rest } = rule;
    return [typeof ID === "string" ? ID : canonicalJson(rule), normal({ ...rest, Filter: Prefix === undefined ? Filter : { Prefix } })];
  }));
}

function normal(value: unknown): Normal {
  if (Array.isArray(value)) return Object.fromEntries(value.map((item) => [canonicalJson(normal(item)), true]));
  if (!isMap(value)) return String(value ?? "");
  return Object.fromEntries(Object.entries(value).filter(([, inner]) => inner !== undefined).map(([key, inner]) => [SINGULAR[key] ?? key, normal(SINGULAR[key] === undefined || Array.isArray(inner) ? inner : [inner])]));
}

/** Rules of an answer's `LifecycleConfiguration`. */
export function rulesOf(root: XmlElement): unknown[] {
  return elements(root).filter(({ name }) => name === "Rule").map(fieldsOf);
}

/** Elements as a map of their names; what may stand several times is a list also where it stands once. */
function fieldsOf(element: XmlElement): unknown {
  const inner = elements(element);
  if (inner.length === 0) return element.text;
  const fields = new Map<string, unknown>();
  for (const one of inner) {
    const many = Object.values(SINGULAR).includes(one.name) || fields.has(one.name);
    fields.set(one.name, many ? [...((fields.get(one.name) as unknown[] | undefined) ?? []), fieldsOf(one)].flat() : fieldsOf(one));
  }
  return Object.fromEntries(fields);
}

/** The elements right below one. */
export const elements = (of: XmlElement): XmlElement[] => of.children.filter((child): child is XmlElement => child.type === "element");
