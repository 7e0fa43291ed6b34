import { type Application, type InputCompletion, proposeCompletions } from "@stricli/core";
import type { CliContext } from "../command.ts";

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
  return [...commandsBesideDefault(application, asked), ...proposals].filter((proposal) =>
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

/** The library forgets the commands of a group that has a default one, of which it proposes the flags. */
function commandsBesideDefault(
  { root }: Application<CliContext>,
  words: readonly string[],
): InputCompletion[] {
  let target: typeof root | undefined = root;
  for (const word of words.slice(0, -1)) {
    target = target && "getAllEntries" in target ? target.getRoutingTargetForInput(word) : undefined;
  }
  if (!target || !("getAllEntries" in target) || !target.getDefaultCommand()) return [];
  const partial = words.at(-1) ?? "";
  return target.getAllEntries().map(({ name, target: { brief } }) => (
    { kind: "routing-target:command", completion: name["convert-camel-to-kebab"], brief } as const
  )).filter(({ completion }) => completion.startsWith(partial));
}
