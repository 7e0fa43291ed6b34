import type { Command } from "@stricli/core";
import type { CliContext } from "./command.ts";
import type { Target } from "./command_group.ts";

type CommandParameters = Command<CliContext>["parameters"];
type Flag = NonNullable<CommandParameters["flags"]>[string];

/**
 * Writes the flags of a command line in the one way that the command line's library reads without fail: each name and
 * each value as a word of its own. Understands what pflag does, by which the Go program reads its own: `-fPATH`,
 * `-f=PATH`, `-vfPATH` (flags without a value in front), `--file=` (an empty value) and values that begin with a dash.
 */
export function separateFlagWords(root: Target, words: readonly string[]): string[] {
  const { parameters, start } = findCommand(root, words);
  if (parameters === undefined) return [...words];
  const separated = words.slice(0, start);
  const rest = words.slice(start);
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    if (word === "--") return [...separated, word, ...rest];
    const { names, value } = readWord(word, parameters);
    const name = names.at(-1);
    const flag = name === undefined ? undefined : findFlag(name, parameters);
    if (name === undefined || (value !== undefined && isWithoutValue(flag))) {
      separated.push(word);
      continue;
    }
    separated.push(...names.slice(0, -1));
    // A flag in the place of a value is a forgotten value. Unknown flags are the library's to refuse.
    const missing = isWithoutValue(flag) || isFlag(rest[0], parameters);
    const given = flag === undefined ? undefined : value ?? (missing ? undefined : rest.shift());
    separated.push(...given === undefined ? [name] : withValue(name, given));
  }
  return separated;
}

/** A command's parameters, and the place of the first word that is not part of its name. */
function findCommand(
  root: Target,
  words: readonly string[],
): { readonly parameters: CommandParameters | undefined; readonly start: number } {
  let target: Target | undefined = root;
  let start = 0;
  while (target !== undefined && "getAllEntries" in target) {
    const next: Target | undefined = target.getRoutingTargetForInput(words[start] ?? "");
    if (next !== undefined) start++;
    target = next ?? target.getDefaultCommand();
  }
  return { parameters: target?.parameters, start };
}

interface FlagWord {
  /** As the library is to get them; none where a word is no flag of the command. */
  readonly names: readonly string[];
  readonly value?: string;
}

function readWord(word: string, { flags = {}, aliases = {} }: CommandParameters): FlagWord {
  const [, long, value] = /^(--[^=]+)(?:=(.*))?$/s.exec(word) ?? [];
  if (long !== undefined) return { names: [long], ...value !== undefined && { value } };
  const names: string[] = [];
  if (!/^-[^-]/.test(word)) return { names };
  for (let at = 1; at < word.length; at++) {
    const letter = word.charAt(at);
    const flag = flags[aliases[letter as keyof typeof aliases] ?? ""];
    // What is behind an unknown letter may have been meant as its value, which need not be shown.
    if (flag === undefined) return { names: [`-${letter}`] };
    names.push(`-${letter}`);
    const rest = word.slice(at + 1);
    if (rest.startsWith("=")) return { names, value: rest.slice(1) };
    if (rest !== "" && !isWithoutValue(flag)) return { names, value: rest };
  }
  return { names };
}

function isFlag(word: string | undefined, parameters: CommandParameters): boolean {
  if (word === undefined || word === "--") return true;
  const [name] = readWord(word, parameters).names;
  return name !== undefined && findFlag(name, parameters) !== undefined;
}

function isWithoutValue(flag: Flag | undefined): boolean {
  if (flag?.kind === "parsed") return flag.inferEmpty ?? false;
  return flag?.kind === "boolean" || flag?.kind === "counter";
}

function findFlag(name: string, { flags = {}, aliases = {} }: CommandParameters): Flag | undefined {
  const long = name.slice(2).replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
  return flags[name.startsWith("--") ? long : aliases[name.slice(1) as keyof typeof aliases] ?? ""];
}

/** The library takes a value that begins with a dash for a flag, unless it stands behind an equals sign. */
function withValue(name: string, value: string): string[] {
  return value.startsWith("-") ? [`${name}=${value}`] : [name, value];
}
