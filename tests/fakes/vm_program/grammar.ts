/** What a program takes behind a subcommand. */
export interface CommandGrammar {
  /** How many names; `some` is one or more. */
  readonly names: number | "some";
  /** By their spelling, with the dashes. */
  readonly options: Readonly<Record<string, OptionGrammar>>;
}

export interface OptionGrammar {
  /** The form that its value must have as a whole; absent for one without a value. */
  readonly value?: RegExp;
  /** True where it may be given more than once. */
  readonly repeatable?: boolean;
  /** Another option without which this one is refused. */
  readonly needs?: string;
}

/** By the name of the subcommand. */
export type Grammar = Readonly<Record<string, CommandGrammar>>;

/** A command line that a grammar allows. */
export interface ParsedCommand {
  readonly subcommand: string;
  readonly names: readonly string[];
  /** The values of each option that was given, in order; an empty text for one without a value. */
  readonly options: ReadonlyMap<string, readonly string[]>;
}

/** What is wrong with a command line, in words of which only the beginning is the real programs' own. */
export class GrammarError extends Error {
  override readonly name = "GrammarError";
}

/** Reads a command line; throws a `GrammarError` for whatever the grammar does not name. */
export function parseCommand(grammar: Grammar, [subcommand = "", ...rest]: readonly string[]): ParsedCommand {
  const command = grammar[subcommand];
  if (command === undefined) throw new GrammarError(`Unexpected argument '${subcommand}'`);
  const names: string[] = [];
  const options = new Map<string, string[]>();
  for (let index = 0; index < rest.length; index++) {
    const argument = rest[index] ?? "";
    if (!argument.startsWith("-")) {
      names.push(argument);
      continue;
    }
    const [, option = argument, attached] = /^(--[^=]+)=(.*)$/s.exec(argument) ?? [];
    const form = command.options[option];
    if (form === undefined) throw new GrammarError(`Unknown option '${option}'`);
    const given = options.get(option) ?? [];
    if (given.length > 0 && !form.repeatable) throw new GrammarError(`'${option}' is given twice`);
    options.set(option, given);
    if (form.value === undefined) {
      if (attached !== undefined) throw new GrammarError(`'${option}' takes no value`);
      given.push("");
      continue;
    }
    const value = attached ?? rest[++index];
    if (value === undefined || (attached === undefined && value.startsWith("-"))) {
      throw new GrammarError(`Missing value for '${option}'`);
    }
    if (form.value.exec(value)?.[0] !== value) {
      throw new GrammarError(`The value '${value}' is invalid for '${option}'`);
    }
    given.push(value);
  }
  for (const option of options.keys()) {
    const needed = command.options[option]?.needs;
    if (needed !== undefined && !options.has(needed)) {
      throw new GrammarError(`'${option}' is given without '${needed}'`);
    }
  }
  const fits = command.names === "some" ? names.length > 0 : names.length === command.names;
  if (!fits) throw new GrammarError(`${names.length} names, not ${command.names}: '${names.join("' '")}'`);
  return { subcommand, names, options };
}
