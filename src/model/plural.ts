/** A kind's resource name where no server says it, by the rule of Kubernetes' own guess (apimachinery, `UnsafeGuessKindToResource`), with `gateways` for words like that. */
export function pluralOf(kind: string): string {
  const word = kind.toLowerCase();
  if (word === "endpoints") return word;
  if (/(s|x|ch|sh)$/.test(word)) return `${word}es`;
  return /[^aeiou]y$/.test(word) ? `${word.slice(0, -1)}ies` : `${word}s`;
}
