import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Categories, normalUser } from "../../../src/layers/serving/redis/normal.ts";
import { reachOf } from "../../../src/layers/serving/redis/reach.ts";
import { encode, Parser, RedisError, type Reply, textOf } from "../../../src/layers/serving/redis/resp.ts";

const CATEGORIES: Categories = { read: ["get", "mget", "scan", "xinfo|stream"], write: ["set", "del", "function|load"], connection: ["client|id", "client|kill", "ping", "client"], slow: ["acl|list", "acl|setuser", "select"] };
const of = (text: string) => normalUser(text.split(" "), CATEGORIES);

describe("equal meaning, equal form", () => {
  test.each([
    ["order of grants", "+get +set", "+set +get"],
    ["a category and its members", "-@all +@read", "+get +mget +scan +xinfo|stream"],
    ["taken away and given again", "+@read -get +get", "+@read"],
    ["all but one", "+@all -@all +get", "+get"],
    ["upper case", "+GET", "+get"],
    ["a container and its subcommands", "+client", "+client +client|id +client|kill"],
    ["key spellings", "%RW~a", "~a"], ["read and write apart", "%R~a %W~a", "~a"], ["allkeys", "allkeys", "~*"],
    ["a covered key", "~a:* ~a:b:*", "~a:*"], ["a covered key that may less", "~a:* %R~a:x", "~a:*"], ["a covered channel", "&a* &ab", "&a*"],
    ["allchannels", "allchannels", "&*"], ["keys taken back", "~x resetkeys ~a", "~a"],
    ["a selector that allows nothing", "(~* -@all) +get", "+get"], ["selectors cleared", "(~* +get) clearselectors", "off"], ["order of selectors", "(~a +get) (~b +get)", "(~b +get) (~a +get)"],
    ["reset", "on nopass ~* +@all (~* +get) reset", "off"], ["the same hash counts once a rule", "#abc", ">other"],
  ])("%s", (_name, a, b) => expect(of(a)).toEqual(of(b)));
});
describe("another meaning, another form", () => {
  test.each([
    ["on", "on", "off"], ["one more command", "+get", "+get +set"], ["one subcommand", "+client|id", "+client"], ["later commands", "+@all", "+@read +@write +@connection +@slow"],
    ["later commands, with one taken away", "+@all -get", "+@read +@write +@connection +@slow -get"], ["a first argument", "+select|0", "off"], ["any password", "nopass", "#abc"], ["two passwords", "#a #b", "#a"], ["payloads", "skip-sanitize-payload", "off"],
    ["only reading", "%R~a", "~a"], ["a key that is not covered", "~a:* ~a", "~a:*"], ["covered, but may more", "%R~a:* ~a:x", "%R~a:*"], ["a class is no plain text", "~[ab]* ~a", "~[ab]*"], ["an escape is none either", String.raw`~a\* ~a*`, String.raw`~a\*`],
    ["a selector", "(~a +get) +get", "+get"], ["a selector's keys", "(~a +get)", "(~b +get)"], ["a rule of a newer server", "future-thing", "off"], ["a command that this server lacks", "+json.get", "off"],
  ])("%s", (_name, a, b) => expect(of(a)).not.toEqual(of(b)));
});
test("the order of patterns never matters, and doing it twice changes nothing", () => {
  const pattern = fc.tuple(fc.constantFrom("~", "%R~", "%W~"), fc.constantFrom("a", "a:", "a:b"), fc.constantFrom("", "*", "?")).map((parts) => parts.join(""));
  fc.assert(fc.property(fc.array(pattern, { maxLength: 6 }), (rules) => {
    const form = normalUser(rules, CATEGORIES);
    expect(normalUser(rules.toReversed(), CATEGORIES)).toEqual(form);
    const again = Object.entries(form.keys).map(([p, access]) => `${{ read: "%R~", write: "%W~", "read and write": "~" }[access]}${p}`);
    expect(normalUser(again, CATEGORIES)).toEqual(form);
  }));
});

describe("what a stranger reaches", () => {
  test.each([
    ["off", "off >x ~* +@all", undefined], ["no password", "on ~* +@all", undefined], ["keys without a command", "on >x ~*", undefined], ["another prefix", "on >x ~other:* +get", undefined], ["a longer name", "on >x ~acme2:* +get", undefined],
    ["every key", "on >x ~* +get", "reaches keys of acme"], ["a shorter prefix", "on >x ~ac* +get", "reaches keys of acme"], ["one key", "on >x ~acme:x +get", "reaches keys of acme"], ["a wildcard in front", "on >x ~?cme:x +get", "reaches keys of acme"],
    ["SCAN without keys", "on nopass +scan", "reaches what is everybody's, by scan; any password will do"], ["accounts", "on >x +acl|setuser", "reaches what is everybody's, by acl|setuser"], ["a channel without a command for it", "on >x &* +get", undefined],
  ])("%s", (_name, rules, expected) => expect(reachOf(of(rules), ["acme"])).toBe(expected));
});

describe("the wire", () => {
  const parse = (chunks: Buffer[]): Reply[] => { const parser = new Parser(); return chunks.flatMap((chunk) => parser.push(chunk)); };
  const hash = "0123456789abcdef".repeat(4);
  const stream = Buffer.from(`*2\r\n$${76 + 5}\r\nuser a on #${hash} ~x\r\n*0\r\n:7\r\n+OK\r\n-NOPERM secret words\r\n$-1\r\n*1\r\n*1\r\n$2\r\n\r\n\r\n`.replace("$81", `$${Buffer.byteLength(`user a on #${hash} ~x`)}`));
  const expected = [["user a on # ~x", []], 7, "OK", new RedisError("NOPERM"), null, [["\r\n"]]];
  test("the same replies wherever chunks end; no hash, and no words of an error", () => {
    expect(parse([stream])).toEqual(expected);
    for (let at = 1; at < stream.length; at++) expect(parse([stream.subarray(0, at), stream.subarray(at)])).toEqual(expected);
    expect(parse([...stream].map((byte) => Buffer.from([byte])))).toEqual(expected);
  });
  test.each(["HTTP/1.1 200 OK\r\n", "$-x\r\n", "*99999999999\r\n", "*1\r\n".repeat(9), `+${"x".repeat(70_000)}`])("hostile bytes %#", (text) => expect(() => parse([Buffer.from(text)])).toThrow());
  test("an argument cannot end a command", () => expect(encode(["GET", "a\r\nFLUSHALL"])).toBe("*2\r\n$3\r\nGET\r\n$11\r\na\r\nFLUSHALL\r\n"));
  test("bytes that are no UTF-8 keep apart", () => {
    expect(textOf(Buffer.from([0x61, 0xff]))).not.toBe(textOf(Buffer.from([0x61, 0xfe])));
    expect(JSON.parse(JSON.stringify(textOf(Buffer.from([0x61, 0xff]))))).toBe("a\udcff");
    expect(textOf(Buffer.from("ä\u{fffd}"))).toBe("ä\u{fffd}");
  });
});
