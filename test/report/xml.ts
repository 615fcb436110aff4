/** A strict reader of the XML that JUnit files and HTML reports are: throws on anything that is not well-formed. */
export interface Element { name: string; attributes: Record<string, string>; children: Element[]; text: string }

/** Characters that XML 1.0 allows. */
const CHARACTERS = /^[\u0009\u000a\u000d\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]*$/u;

export function readXml(source: string): Element {
  if (!CHARACTERS.test(source)) throw new Error("a character that XML cannot hold");
  const root: Element = { name: "", attributes: {}, children: [], text: "" };
  const open = [root];
  let rest = source.replace(/^<(?:\?xml version="1\.0" encoding="UTF-8"\?|!doctype html)>\n/, "");
  while (rest !== "") {
    const top = open.at(-1)!;
    const text = /^[^<]+/.exec(rest);
    const tag = /^<(\/?)([a-z][a-z0-9-]*)((?:\s+[a-z-]+="[^"<]*")*)\s*(\/?)>/.exec(rest);
    if (text) top.text += unescape(text[0]);
    else if (!tag) throw new Error(`no markup: ${rest.slice(0, 40)}`);
    else if (tag[1]) { if (top.name !== tag[2]) throw new Error(`${tag[2]} closes ${top.name}`); open.pop(); }
    else {
      const element: Element = { name: tag[2]!, attributes: Object.fromEntries([...tag[3]!.matchAll(/([a-z-]+)="([^"]*)"/g)].map(([, key, value]) => [key!, unescape(value!)])), children: [], text: "" };
      top.children.push(element);
      if (!tag[4]) open.push(element);
    }
    rest = rest.slice((text ?? tag)![0].length);
  }
  if (open.length !== 1 || root.children.length !== 1 || root.text.trim() !== "") throw new Error("not one element");
  return root.children[0]!;
}

const ENTITIES: Record<string, string> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'", "#13": "\r" };
const unescape = (text: string): string => text.replace(/&([^;]*);?/g, (all, name: string) => {
  if (!all.endsWith(";") || !(name in ENTITIES)) throw new Error(`bad reference ${all}`);
  return ENTITIES[name]!;
});
