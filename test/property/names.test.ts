/** Physical names and paths for random identifiers: within their system's limits and letters, the same for the same, different for different. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import * as names from "../../src/model/names.ts";
import { encodeName, objectPath, textPath } from "../../src/render/path.ts";
import { isInside } from "../../src/render/journal.ts";
import { inventoryText, parseInventory } from "../../src/render/inventory.ts";
import { emitYaml } from "../../src/yaml/emit.ts";
import { load } from "js-yaml";
import { suiteCount } from "../real/provision/budget.ts";

const seed = Number(process.env["BULKHEAD_SEED"] ?? 20261124);
const runs = { seed, numRuns: suiteCount("unit", "names") };
console.log(`fast-check seed ${seed}, ${runs.numRuns} runs`);

/** Few letters and many dashes: where names meet. */
const id = (pattern: RegExp, least: number, most: number, unit = "ab-0"): fc.Arbitrary<string> => fc.oneof(
  fc.string({ unit: fc.constantFrom(...unit), minLength: least, maxLength: Math.min(most, 8) }), fc.string({ unit: fc.constantFrom(...unit, "z", "9"), minLength: Math.max(least, most - 4), maxLength: most }),
  fc.stringMatching(/^[a-z][a-z0-9]*$/).map((text) => text.slice(0, most)),
).filter((text) => pattern.test(text) && text.length >= least && text.length <= most);
const tenant = id(names.TENANT_ID, 3, 32);
const domain = id(names.DOMAIN_ID, 1, names.LIMITS.domain);
const product = id(names.PRODUCT_ID, 1, names.LIMITS.product);
const table = id(names.TABLE_ID, 1, names.LIMITS.table, "ab_0");
const label = id(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, 1, 24);
const record = fc.stringMatching(/^[A-Z][A-Za-z0-9]{0,62}$/);
const DNS = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;
const SUBDOMAIN = /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/;
const SQL = /^[a-z_][a-z0-9_]{0,62}$/;

/** Each function with what it takes and what its system takes. `exact`: names are the same only for the same input; SQL folds `-` and `_`. */
const MADE: [string, fc.Arbitrary<string[]>, (...ids: string[]) => string, RegExp, boolean][] = [
  ["tenantNamespace", fc.tuple(tenant), names.tenantNamespace, DNS, true],
  ["wallsApplication", fc.tuple(tenant), names.wallsApplication, DNS, true],
  ["contentApplication", fc.tuple(tenant), names.contentApplication, DNS, true],
  ["tenantProject", fc.tuple(tenant), names.tenantProject, DNS, true],
  ["contentApplier", fc.tuple(tenant), names.contentApplier, DNS, true],
  ["schemaName, shared", fc.tuple(domain, product), names.schemaName, SQL, true],
  ["schemaName, dedicated", fc.tuple(domain, product, tenant), names.schemaName, SQL, true],
  ["tenantRole", fc.tuple(tenant), names.tenantRole, SQL, true],
  ["writerRole", fc.tuple(tenant), names.writerRole, SQL, true],
  ["sqlLogin", fc.tuple(tenant, label), names.sqlLogin, SQL, false],
  ["viewName", fc.tuple(table, fc.constantFrom("public", "internal", "confidential", "writer")), names.viewName, SQL, false],
  ["topicName", fc.tuple(tenant, domain), names.topicName, /^[a-zA-Z0-9._-]{1,249}$/, true],
  ["subjectName", fc.tuple(tenant, domain, record), names.subjectName, /^[a-zA-Z0-9._-]{1,249}$/, true],
  ["eventPrefix", fc.tuple(tenant), names.eventPrefix, /^tenant\.[a-z0-9-]+\.$/, true],
  ["kafkaUser", fc.tuple(tenant, label), names.kafkaUser, SUBDOMAIN, true],
  ["consumerGroupPrefix", fc.tuple(tenant, label), names.consumerGroupPrefix, /^[a-z0-9.-]{1,249}$/, true],
  ["bucketName", fc.tuple(id(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, 1, 20), tenant), names.bucketName, /^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/, false],
  ["storagePrefix", fc.tuple(tenant, domain, product), names.storagePrefix, /^[a-z0-9-]+\/[a-z0-9-]+\/[a-z0-9-]+\/$/, true],
  ["productUid", fc.tuple(tenant, domain, product, fc.constantFrom("read", "write")), names.productUid as (...ids: string[]) => string, DNS, true],
  ["consumerUid", fc.tuple(tenant, label, label), names.consumerUid, SUBDOMAIN, true],
  ["ownerUid", fc.tuple(tenant, label), names.ownerUid, SUBDOMAIN, true],
  ["claimName", fc.tuple(label, tenant), names.claimName, DNS, true],
  ["tenantSecretKey", fc.tuple(tenant, label, label), names.tenantSecretKey, /^[a-z0-9-]+(\/[a-z0-9-]+)*$/, true],
];

describe("a physical name", () => {
  test.each(MADE)("%s is one its system takes, and always the same", (_, ids, make, allowed) => {
    fc.assert(fc.property(ids, (input) => { expect(make(...input)).toMatch(allowed); expect(make(...input)).toBe(make(...input)); }), runs);
  });
  test.each(MADE.filter(([, , , , exact]) => exact))("%s differs where its parts differ", (_, ids, make) => {
    const seen = new Map<string, string>();
    fc.assert(fc.property(ids, (input) => {
      const [name, key] = [make(...input), JSON.stringify(input)];
      expect(seen.get(name) ?? key).toBe(key);
      seen.set(name, key);
    }), runs);
  });
  test("starts with no other tenant's prefix", () => {
    fc.assert(fc.property(tenant, tenant, domain, product, label, (one, other, d, p, consumer) => {
      fc.pre(one !== other);
      const own = [names.topicName(one, d), names.kafkaUser(one, consumer), names.subjectName(one, d, "A")];
      for (const name of own) expect(name.startsWith(names.eventPrefix(other))).toBe(false);
      for (const uid of [names.productUid(one, d, p, "read"), names.consumerUid(one, consumer, "lake"), names.ownerUid(one, "lake")]) expect(uid.startsWith(names.uidPrefix(other))).toBe(false);
      expect(names.storagePrefix(one, d, p).startsWith(`${other}/`)).toBe(false);
    }), runs);
  });
});

test("fit keeps the limit, what fits, and what differs apart", () => {
  const seen = new Map<string, string>();
  fc.assert(fc.property(fc.string({ unit: fc.constantFrom(..."ab-_."), minLength: 0, maxLength: 90 }), fc.integer({ min: 20, max: 64 }), (name, limit) => {
    const cut = names.fit(name, limit);
    expect(cut.length).toBeLessThanOrEqual(limit);
    if (name.length <= limit) expect(cut).toBe(name);
    const key = `${limit} ${cut}`;
    expect(seen.get(key) ?? name).toBe(name);
    seen.set(key, name);
  }), runs);
});

test("fit keeps names apart that are cut at the same place", () => {
  const limit = 63;
  const seen = new Map<string, string>();
  fc.assert(fc.property(fc.string({ unit: fc.constantFrom(..."ab-"), minLength: 1, maxLength: 30 }), (rest) => {
    const cut = names.fit("x".repeat(limit) + rest, limit);
    expect(cut).toHaveLength(limit);
    expect(seen.get(cut) ?? rest).toBe(rest);
    seen.set(cut, rest);
  }), runs);
});

describe("a path", () => {
  const anyName = fc.oneof(fc.string({ unit: "grapheme", minLength: 1, maxLength: 12 }), fc.string({ unit: "binary", minLength: 1, maxLength: 12 }), fc.string({ unit: fc.constantFrom(..."ab.%/_-A"), minLength: 1, maxLength: 300 })).filter((text) => text.isWellFormed());
  const location = fc.record({
    cluster: label, tenant, area: fc.constantFrom("walls" as const, "content" as const), layer: fc.constant("extension" as const),
    apiVersion: fc.oneof(fc.constantFrom("v1", "apps/v1", "argoproj.io/v1alpha1", "x.k8s.io/v1"), anyName.map((group) => `${group.replaceAll("/", "")}x/v1`)),
    kind: fc.oneof(fc.constantFrom("ConfigMap", "Application", "Service"), anyName), namespace: fc.option(anyName, { nil: undefined }), name: anyName,
  }).map(({ namespace, ...rest }) => ({ ...rest, ...(namespace !== undefined && { namespace }) }));

  test("encodeName is one to one, and of safe letters", () => {
    fc.assert(fc.property(anyName, (name) => { expect(encodeName(name)).toMatch(/^[a-z0-9.%-]*$/); expect(decodeURIComponent(encodeName(name))).toBe(name); }), runs);
  });
  test("of an object stays in its folder, fits a file system, and is YAML", () => {
    fc.assert(fc.property(location, (where) => {
      const path = objectPath(where);
      expect(isInside(path)).toBe(true);
      expect(path).toMatch(/^[a-z0-9._%/-]+\.yaml$/);
      expect(path.startsWith(`${where.cluster}/tenants/${where.tenant}/${where.area}/extension/`)).toBe(true);
      expect(path.split("/")).toHaveLength(7);
      for (const part of path.split("/")) expect(Buffer.byteLength(part)).toBeLessThanOrEqual(255);
      expect(objectPath(where)).toBe(path);
    }), runs);
  });
  test("of two objects is one only for the same object", () => {
    const seen = new Map<string, string>();
    fc.assert(fc.property(location, ({ apiVersion, kind, ...where }) => {
      // Versions of one group are one object; kinds differ by more than case.
      const key = JSON.stringify([where, apiVersion.split("/").slice(0, -1), kind.toLowerCase()]);
      const path = objectPath({ apiVersion, kind, ...where });
      expect(seen.get(path) ?? key).toBe(key);
      seen.set(path, key);
    }), runs);
  });
  test("of a text stays in its folder, or is refused", () => {
    fc.assert(fc.property(fc.oneof(anyName, fc.constantFrom("..", "../x", "a/../../x", "a//b", "/etc", "a\\b", "x.YAML", "x.yaml", ".")), tenant, (name, id) => {
      let path: string;
      try { path = textPath({ cluster: "prod", tenant: id, area: "content", layer: "events", name }); } catch (error) { expect(error).toBeInstanceOf(TypeError); return; }
      expect(isInside(path)).toBe(true);
      expect(path.startsWith(`prod/tenants/${id}/content/events/`)).toBe(true);
      expect(path).not.toMatch(/\.yaml$/i);
    }), runs);
  });
});

describe("an inventory", () => {
  const text = fc.string({ unit: "grapheme", maxLength: 12 });
  const entry = fc.record({ path: text, sha256: text, object: fc.option(fc.record({ apiVersion: text, kind: text, name: text }), { nil: null }), layer: text, wave: fc.option(fc.integer(), { nil: null }), owner: text, source: fc.record({ file: text, path: text }) });
  const data = fc.dictionary(text.filter((key) => key !== "__proto__"), fc.dictionary(text.filter((key) => key !== "__proto__"), text, { noNullPrototype: true }), { noNullPrototype: true });
  test("reads back as it was written, whatever the order, and as YAML too", () => {
    fc.assert(fc.property(fc.uniqueArray(entry, { selector: (e) => e.path, maxLength: 6 }), data, (entries, kept) => {
      const written = inventoryText(entries as never, kept);
      expect(parseInventory(written)).toEqual({ version: 1, data: kept, files: [...entries].sort((a, b) => (a.path < b.path ? -1 : 1)) });
      expect(inventoryText([...entries].reverse() as never, kept)).toBe(written);
      expect(load(emitYaml(JSON.parse(written)))).toEqual(JSON.parse(written));
    }), runs);
  });
  test("of random bytes, or cut off, is none or one", () => {
    fc.assert(fc.property(fc.oneof(fc.string({ unit: "binary" }), fc.json(), fc.nat(60).map((n) => inventoryText([]).slice(0, n))), (bytes) => {
      const found = parseInventory(bytes);
      if (found !== undefined) expect(Array.isArray(found.files)).toBe(true);
    }), runs);
  });
});
