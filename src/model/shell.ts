/** Words of a POSIX shell, for commands that people copy from a report. */

/** Steer a terminal, reorder text or are not seen: a report escapes them, and a copied command would then say something else. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u;

/**
 * One word, whatever the text holds: bare where nothing in it means anything to a shell, else in single quotes. With characters that a report cannot show,
 * as `$'…'` with each of their bytes written out (POSIX 2024; bash, zsh, ksh, busybox).
 */
export function shellWord(text: string): string {
  if (/^[A-Za-z0-9_./:=@%+-]+$/.test(text)) return text;
  if (!UNSEEN.test(text)) return `'${text.replaceAll("'", "'\\''")}'`;
  const bytes = (ch: string): string => [...Buffer.from(ch)].map((byte) => `\\${byte.toString(8).padStart(3, "0")}`).join("");
  return `$'${[...text].map((ch) => (ch === "'" || ch === "\\" ? `\\${ch}` : UNSEEN.test(ch) ? bytes(ch) : ch)).join("")}'`;
}
