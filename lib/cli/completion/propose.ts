import { type Application, type InputCompletion, proposeCompletions } from "@stricli/core";
import type { CliContext } from "../command.ts";
import { commandsOf, groupWithDefault } from "../command_group.ts";

/** The hidden command by which the scripts of `cirrus completion` ask; what follows it is read as words only. */
export const PROPOSE = "__complete";

/**
 * What may stand in the place of the last word, one line each: the word and, with a tab between, what it means. The words are
 * those behind the program's name; none where files or nothing may stand there.
 */
export async function propose(
  application: Application<CliContext>,
  words: readonly string[],
  context: CliContext,
): Promise<string> {
  const [, flag = "", value = words.at(-1) ?? ""] = /^(--[^=]+)=(.*)$/s.exec(words.at(-1) ?? "") ?? [];
  const before = words.slice(0, -1);
  // The library knows `--flag value` only.
  const asked = flag === "" ? [...before, value] : [...before, flag, value];
  const proposals = await proposeCompletions(application, asked, context);
  return [...forgottenCommands(application, asked), ...proposals].filter((proposal) =>
    isWanted(proposal, value)
  )
    .map(({ kind, completion, brief }) =>
      // What the library says of a value is of its flag.
      `${flag && `${flag}=`}${completion}${kind === "argument:value" ? "" : `\t${brief}`}\n`
    )
    .join("");
}

/** Flags are many: they come only to who begins one. */
function isWanted({ kind, completion }: InputCompletion, partial: string): boolean {
  return kind !== "argument:flag" || (partial.startsWith("-") && completion !== "--");
}

function forgottenCommands(
  { root }: Application<CliContext>,
  words: readonly string[],
): InputCompletion[] {
  const group = groupWithDefault(root, words.slice(0, -1));
  const partial = words.at(-1) ?? "";
  return (group ? commandsOf(group) : []).filter(({ name }) => name.startsWith(partial))
    .map(({ name, brief }) => ({ kind: "routing-target:command", completion: name, brief }));
}
