import { DOMAIN_ID, LIMITS, PRODUCT_ID, reservedFor, TENANT_ID } from "../model/names.ts";

const RULES = { tenant: { pattern: TENANT_ID, limit: 32 }, domain: { pattern: DOMAIN_ID, limit: LIMITS.domain }, product: { pattern: PRODUCT_ID, limit: LIMITS.product } };

/** Why an identifier cannot be used, and what to do; undefined when it can. The same rules as for folders and files. */
export function nameTrouble(kind: keyof typeof RULES, id: string): { message: string; hint: string } | undefined {
  const { pattern, limit } = RULES[kind];
  const protects = reservedFor(kind, id);
  if (id.length > limit) return { message: `${kind} "${id}" has ${id.length} characters, at most ${limit} are allowed`, hint: "choose a shorter name" };
  if (!pattern.test(id)) return { message: `"${id}" cannot name a ${kind}`, hint: `lower-case letters, digits and single dashes, a letter first${near(id, pattern)}` };
  if (protects) return { message: `"${id}" cannot name a ${kind}: it protects ${protects}`, hint: "choose another name" };
  return undefined;
}

/** The nearest usable name, as a proposal. */
function near(id: string, pattern: RegExp): string {
  const proposed = slug(id);
  return pattern.test(proposed) ? `: for one ${proposed}` : "";
}

/** Lower case, dashes for everything else, a letter first. */
export const slug = (text: string): string => text.normalize("NFKD").toLowerCase().replace(/[\u0300-\u036f]/g, "").replace(/[^a-z0-9]+/g, "-").replace(/^[^a-z]+|-+$/g, "");
/** `acme-corp` as people write it: `Acme Corp`. */
export const title = (id: string): string => id.split("-").map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join(" ");
