/** The report for a browser: what the text says, in its order, and nothing that runs, loads or steers. */
import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type AuditReport, isIncomplete } from "../../../src/model/finding.ts";
import { renderAudit } from "../../../src/report/audit/render.ts";
import { suiteCount } from "../../real/provision/budget.ts";
import { HOSTILE } from "../sample.ts";
import { type Element, readXml } from "../xml.ts";
import { reports } from "./arbitrary.ts";
import { drifted, finding, report, unread } from "./sample.ts";

const runs = { seed: Number(process.env["BULKHEAD_SEED"] ?? 20261124), numRuns: suiteCount("unit", "reports") };
const html = (of: AuditReport): string => renderAudit(of, "html", { version: "1.2.3" });
const all = (element: Element): Element[] => [element, ...element.children.flatMap(all)];
const named = (root: Element, name: string): Element[] => all(root).filter((one) => one.name === name);
/** Text as a browser gives it: children's and own, in order of what these reports have. */
const textOf = (element: Element): string => [...element.children.map(textOf), element.text].join("");
const plain = (line: string): string => line.replace(/[\ufffe\uffff]/g, (ch) => `\\u${ch.charCodeAt(0).toString(16)}`).replace(/\s+/g, " ").trim().replace(/:$/, "");

/** Lines that are seen, in their order. */
function lines(root: Element): string[] {
  const shown = ["h1", "p", "h2", "h3", "li", "pre"];
  return named(root, "body").flatMap(all).flatMap((one) => {
    if (one.name === "dl") return one.children.flatMap((dt, i) => (dt.name === "dt" ? [`${textOf(dt)} ${textOf(one.children[i + 1]!)}`] : []));
    return shown.includes(one.name) ? textOf(one).split("\n") : [];
  }).map(plain).filter(Boolean);
}

/** What an HTML report may hold: markup of documents, without one attribute that does anything. */
const ELEMENTS: Readonly<Record<string, readonly string[]>> = {
  html: ["lang", "dir"], head: [], meta: ["charset", "http-equiv", "content", "name"], title: [], style: [], body: [], h1: ["class"], h2: ["class"], h3: [], p: ["class"], dl: [], dt: [], dd: [], section: [], article: [], span: ["class"], pre: [], ul: [], li: [],
};

test("says line by line what the text says, in its order; incomplete stands under the first line", () => {
  fc.assert(fc.property(reports, (of) => {
    const root = readXml(html(of));
    const found = lines(root);
    expect(found).toEqual(renderAudit(of, "text", { version: "1.2.3" }).split("\n").map(plain).filter(Boolean));
    expect(found[1]?.startsWith("INCOMPLETE") ?? false).toBe(isIncomplete(of));
  }), runs);
});

test("whatever a report holds, it is one document of known elements; it runs nothing and loads nothing", () => {
  fc.assert(fc.property(reports, (of) => {
    const root = readXml(html(of));
    for (const { name, attributes } of all(root)) expect(Object.keys(attributes).filter((key) => !(ELEMENTS[name] ?? []).includes(key)).concat(name in ELEMENTS ? [] : [name])).toEqual([]);
    const [style] = named(root, "style");
    expect([named(root, "style").length, style!.children, style!.text.includes("url("), style!.text.includes("@import")]).toEqual([1, [], false, false]);
    const policy = named(root, "meta").filter(({ attributes }) => attributes["http-equiv"] === "content-security-policy").map(({ attributes }) => attributes["content"]);
    expect(policy).toEqual([`default-src 'none'; style-src 'sha256-${createHash("sha256").update(style!.text).digest("base64")}'; base-uri 'none'; form-action 'none'`]);
  }), runs);
});

test("the policy stands before what it is about", () => { expect(html(report())).toMatch(/^<!doctype html>\n<html lang="en" dir="ltr">\n<head>\n<meta charset="utf-8" \/>\n<meta http-equiv="content-security-policy"/); });

describe("hostile names", () => {
  const NAMES: [name: string, text: string, shown: string][] = [
    ["a script", "</pre></title></style><script>alert(1)</script>", "</pre></title></style><script>alert(1)</script>"],
    ["an attribute", `" onload="x' autofocus`, `" onload="x' autofocus`],
    ["an entity", "&lt;b&gt;&#60;&copy", "&lt;b&gt;&#60;&copy"],
    ["a comment and a section", "<!-- --> <![CDATA[ ]]>", "<!-- --> <![CDATA[ ]]>"],
    ["a terminal's escape", "\u001b[31mred\u001b[0m", "\\u001b[31mred\\u001b[0m"],
    ["marks that turn the text around", "a\u202eb\u2066c\u200f", "a\\u202eb\\u2066c\\u200f"],
    ["lines", "a\nb\r\nc\u2028d", "a\\u000ab\\u000d\\u000ac\\u2028d"],
    ["what is not seen", "a\u0000b\u200bc\ufeff", "a\\u0000b\\u200bc\\ufeff"],
    ["all at once", HOSTILE, `a<b>&amp;"c"'d'\\u000d\\u000a::error::x,y:z%0A\\u0000\\u001b[31m\\ud800\\ufffe]]>é😀`],
  ];
  test.each(NAMES)("%s", (_, text, shown) => {
    const hostile = drifted([finding({
      object: { plane: "kubernetes", apiVersion: "v1", kind: text, namespace: text, name: text }, tenant: text, owner: text, note: text, claimedBy: [{ manager: text, operation: text, confidence: "exact" }], revert: { commands: [text] },
      changes: [{ pointer: `/${text}`, kind: "changed", desired: text, live: { [text]: text }, note: text }], source: { file: text, path: text, line: 1 },
    })], {
      cluster: text, desired: { from: text }, live: { from: text }, notices: [text], ...unread(), pending: [{ object: finding().object, appliedRevision: text, note: text }],
      allowed: { used: [{ rule: { kind: text, reason: text, owner: text, expires: text }, index: 0, pointer: text }], expired: [], unmatched: [{ rule: { kind: text, reason: text, owner: text, expires: text }, index: 1 }] },
    });
    const source = html(hostile);
    const root = readXml(source);
    expect(named(root, "script")).toEqual([]);
    expect(plain(textOf(named(root, "h3")[0]!.children[0]!))).toBe("isolation changed");
    expect(named(root, "h3")[0]!.text).toBe(` ${shown} ${shown}/${shown}`);
    expect(textOf(named(root, "title")[0]!)).toContain(shown);
    expect(named(root, "li").filter((one) => textOf(one) === shown)).toHaveLength(1);
    for (const raw of ["<script", '" onload', "\u001b", "\u202e", "\u2028", "\u0000", "\r", "\ud800<"]) expect([raw, source.includes(raw)]).toEqual([raw, false]);
  });
});

test("one line when there is nothing to say", () => {
  expect(lines(readXml(html(report({ notices: ["the ref is behind"] }))))).toEqual(["prod-eu: no drift from HEAD (a1b2c3d4e5, 2026-11-24T08:00:00Z); 12 objects read; kubernetes: 3 clean; 100 % read of the least covered", "note: the ref is behind"]);
});
