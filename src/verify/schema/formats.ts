import { isIPv4, isIPv6 } from "node:net";

const LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const LABEL_1035 = /^[a-z]([-a-z0-9]*[a-z0-9])?$/;
const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const QUALIFIED = /^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/;
const QUANTITY = /^[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)(([KMGTPE]i)|[numkMGTPE]|[eE][+-]?[0-9]+)?$/;
const GO_DURATION = /^[+-]?(0|(([0-9]+(\.[0-9]*)?|\.[0-9]+)(ns|us|µs|μs|ms|s|m|h))+)$/;
const DATE_TIME = /^([0-9]{4})-([0-9]{2})-([0-9]{2})[Tt]([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]+)?([Zz]|[+-]([01][0-9]|2[0-3]):[0-5][0-9])$/;
const BASE64 = /^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
const PORT_NAME = /^(?=.*[a-z])(?!.*--)[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const CRON_FIELD = /^[0-9A-Za-z*?,/#-]+$/;

/** A DNS label as RFC 1123 has it: what a namespace or a container is called. */
export const isLabel = (text: string): boolean => text.length <= 63 && LABEL.test(text);
/** A DNS label that starts with a letter: what a Service is called. */
export const isLabel1035 = (text: string): boolean => text.length <= 63 && LABEL_1035.test(text);
/** Labels joined by dots, 253 characters at most: what most objects are called. */
export const isSubdomain = (text: string): boolean => text.length <= 253 && SUBDOMAIN.test(text);
/** The value of a label; may be empty. */
export const isLabelValue = (text: string): boolean => text === "" || (text.length <= 63 && QUALIFIED.test(text));
/** The key of a label or annotation: `name` or `dns.prefix/name`. */
export function isQualifiedName(text: string): boolean {
  const slash = text.indexOf("/");
  if (slash >= 0 && !isSubdomain(text.slice(0, slash))) return false;
  const name = text.slice(slash + 1);
  return name.length <= 63 && QUALIFIED.test(name);
}

function isDateTime(text: string): boolean {
  const match = DATE_TIME.exec(text);
  if (!match) return false;
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])];
  return month >= 1 && month <= 12 && day >= 1 && day <= new Date(Date.UTC(year, month, 0)).getUTCDate();
}

/** An address with the length of its prefix; host bits are the API server's concern for some fields only, so they pass. */
function isCidr(text: string): boolean {
  const slash = text.lastIndexOf("/");
  const [address, length] = [text.slice(0, slash), text.slice(slash + 1)];
  if (slash < 0 || !/^(0|[1-9][0-9]{0,2})$/.test(length)) return false;
  return isIPv4(address) ? Number(length) <= 32 : isIPv6(address) && !address.includes("%") && Number(length) <= 128;
}

/** Five fields or a macro, after an optional time zone; the fine grammar is the CronJob controller's. */
function isCron(text: string): boolean {
  if (/^@(yearly|annually|monthly|weekly|daily|midnight|hourly)$/.test(text) || /^@every /.test(text)) return true;
  const fields = text.trim().split(/\s+/);
  return fields.length === 5 && fields.every((field) => CRON_FIELD.test(field));
}

interface Format { test(text: string): boolean; say: string }

/** Formats of strings. One that is missing here is not checked, as in the API server. */
export const FORMATS: Record<string, Format> = {
  "date-time": { test: isDateTime, say: "a date and time such as 2026-01-31T12:00:00Z" },
  // Go's decoder skips line breaks inside base64.
  byte: { test: (text) => BASE64.test(text.replace(/[\r\n]/g, "")), say: "base64" },
  duration: { test: (text) => GO_DURATION.test(text), say: "a duration such as 30s, 5m or 1h30m" },
  ipv4: { test: isIPv4, say: "an IPv4 address" },
  ipv6: { test: (text) => isIPv6(text) && !text.includes("%"), say: "an IPv6 address" },
  cidr: { test: isCidr, say: "an address range such as 10.0.0.0/8" },
  quantity: { test: (text) => QUANTITY.test(text), say: "a quantity such as 500m, 1.5 or 2Gi" },
  port: { test: (text) => text.length <= 15 && PORT_NAME.test(text), say: "a port's number or name (at most 15 lower-case letters, digits and hyphens)" },
  cron: { test: isCron, say: "a schedule of five fields such as 0 3 * * *" },
  "dns1123-label": { test: isLabel, say: "at most 63 lower-case letters, digits and hyphens" },
};

/** Ranges of number formats; `int64` is as exact as a JavaScript number can be. */
export const RANGES: Record<string, [number, number]> = { int32: [-(2 ** 31), 2 ** 31 - 1], int64: [-(2 ** 63), 2 ** 63] };
