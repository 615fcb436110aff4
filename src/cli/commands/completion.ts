import { Argument } from "commander";
import { examples, type Register } from "./command.ts";

/** `bulkhead completion`, and `__complete`, which its scripts call */
export const registerCompletion: Register = (program, run) => {
  const shell = new Argument("<shell>", "the shell");
  // Not choices(): an unknown shell gets a suggestion instead of a list.
  shell.argChoices = ["bash", "zsh", "fish"];
  program.command("completion")
    .description("Print the completion script of a shell.")
    .addArgument(shell)
    .addHelpText("after", examples('source <(bulkhead completion bash)      # in ~/.bashrc', 'source <(bulkhead completion zsh)       # in ~/.zshrc', "bulkhead completion fish > ~/.config/fish/completions/bulkhead.fish"))
    .action((name: string) => run(import("../completion.ts").then(({ completionScript }) => completionScript(name))));
  program.command("__complete [words...]", { hidden: true })
    .allowUnknownOption()
    .helpOption(false)
    .action((words: string[]) => run(import("../completion.ts").then(({ completeWords }) => completeWords(program, words))));
};
