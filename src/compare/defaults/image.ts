import { type Rule, isZero, set } from "./rule.ts";

const SEGMENT = "[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*";
const DOMAIN = "(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|\\[[0-9a-fA-F:]+\\])(?::[0-9]+)?";
/** The grammar of github.com/distribution/reference: name, tag, digest. */
const REFERENCE = new RegExp(`^(?:(${DOMAIN})/)?(${SEGMENT}(?:/${SEGMENT})*)(?::([A-Za-z0-9_][A-Za-z0-9_.-]{0,127}))?(@[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,})?$`);
const DIGEST_ONLY = /^[a-f0-9]{64}$/;

/** Always for `:latest` and for neither tag nor digest; what is no reference at all counts as tagged. Source: SetDefaults_Container, parsers.ParseImageName. */
export function pullPolicyOf(image: unknown): "Always" | "IfNotPresent" {
  const parsed = typeof image === "string" && !DIGEST_ONLY.test(image) ? REFERENCE.exec(image) : null;
  if (!parsed) return "IfNotPresent";
  const [, , , tag, digest] = parsed;
  return tag === "latest" || (tag === undefined && digest === undefined) ? "Always" : "IfNotPresent";
}

/** Fills a pull policy from the image that another field names. */
export const pullPolicy = (policy: string, image: string): Rule => (fields) => (isZero(fields[policy]) ? set(fields, policy, pullPolicyOf(fields[image])) : fields);
