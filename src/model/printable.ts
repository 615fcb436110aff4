/** Characters that steer a terminal, reorder the text around them, are not seen, or are half a character. */
const STEERING = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/** Text that shows what it holds, on one line: control and format characters of hostile names as `\u001b`. `kept` names those that may stand. */
export const printable = (text: string, kept = ""): string => text.replace(STEERING, (ch) => (kept.includes(ch) ? ch : escaped(ch)));

/** The same for JSON: its text holds none of them raw, and reads as the same value. */
export const printableJson = (json: string): string => json.replace(STEERING, (ch) => (ch === "\n" ? ch : [...Array(ch.length).keys()].map((i) => escaped(ch[i]!)).join("")));

/** `\u001b`, and `\u{e0001}` above the first plane. */
function escaped(ch: string): string {
  const code = ch.codePointAt(0)!.toString(16);
  return code.length > 4 ? `\\u{${code}}` : `\\u${code.padStart(4, "0")}`;
}
