import type { Command } from "commander";
import { didYouMean } from "../model/suggest.ts";
import { complete } from "./complete.ts";
import { UsageError } from "./options.ts";
import { print } from "./terminal.ts";

/** Each asks `bulkhead __complete` at every key: a script that listed the commands itself would go stale. */
const SCRIPTS: Readonly<Record<string, string>> = {
  bash: `_bulkhead() {
  local IFS=$'\\n' current=\${COMP_WORDS[COMP_CWORD]}
  COMPREPLY=($("\${COMP_WORDS[0]}" __complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null | cut -f1))
  [[ \${#COMPREPLY[@]} -eq 0 ]] && COMPREPLY=($(compgen -f -- "$current"))
  [[ \${#COMPREPLY[@]} -eq 1 && \${COMPREPLY[0]} == */ ]] && compopt -o nospace 2>/dev/null
  return 0
}
complete -o filenames -F _bulkhead bulkhead
`,
  zsh: `#compdef bulkhead
_bulkhead() {
  local -a offered
  local value description
  "\${words[1]}" __complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null | while IFS=$'\\t' read -r value description; do
    offered+=("\${value//:/\\\\:}:\${description}")
  done
  if (( \${#offered} )); then _describe 'bulkhead' offered; else _files; fi
}
compdef _bulkhead bulkhead
`,
  fish: `function __bulkhead_complete
  set -l words (commandline -opc) (commandline -ct)
  $words[1] __complete -- $words[2..] 2>/dev/null
end
complete -c bulkhead -a '(__bulkhead_complete)'
`,
};

/** `bulkhead completion`: prints the script for a shell. */
export function completionScript(shell: string): number {
  const script = SCRIPTS[shell];
  if (script === undefined) throw new UsageError("BH0001", `"${shell}" is no shell that bulkhead completes for`, didYouMean(shell, Object.keys(SCRIPTS)));
  print(process.stdout, script);
  return 0;
}

/** `bulkhead __complete`, called by the scripts: candidates, one a line, a tab before what they mean. */
export function completeWords(program: Command, words: readonly string[]): number {
  print(process.stdout, complete(program, words, process.cwd()).map(({ value, description }) => `${value}\t${description}\n`).join(""));
  return 0;
}
