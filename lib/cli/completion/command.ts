import { buildCommand } from "@stricli/core";
import { type CliContext, lazily } from "../command.ts";
import { type Shell, SHELLS } from "./shells.ts";
import { SUMMARIES } from "../summaries.ts";

/** `cirrus completion SHELL` */
export const completionCommand = buildCommand<Record<never, never>, [shell: Shell], CliContext>({
  loader: lazily(async () => (await import("./print_script.ts")).printScript),
  parameters: {
    positional: {
      kind: "tuple",
      parameters: [{
        parse: parseShell,
        placeholder: "SHELL",
        brief: `One of ${SHELLS.join(", ")}`,
        proposeCompletions: (partial) => SHELLS.filter((shell) => shell.startsWith(partial)),
      }],
    },
  },
  docs: {
    ...SUMMARIES.completion,
    fullDescription: [
      "Print what makes a shell complete commands, flags and values.",
      "",
      "EXAMPLES",
      "  cirrus completion bash > ~/.local/share/bash-completion/completions/cirrus",
      '  cirrus completion zsh > "${fpath[1]}/_cirrus"',
      "  cirrus completion fish > ~/.config/fish/completions/cirrus.fish",
      "  source <(cirrus completion bash)   # for this shell only",
    ].join("\n"),
  },
});

function parseShell(text: string): Shell {
  const shell = SHELLS.find((shell) => shell === text);
  if (shell === undefined) {
    throw new SyntaxError(`this shell is not known; the shells are ${SHELLS.join(", ")}`);
  }
  return shell;
}
