import {
  type ApplicationText,
  ArgumentScannerError,
  formatMessageForArgumentScannerError,
  text_en,
} from "@stricli/core";
import { errorMessage } from "../diagnostics/error_message.ts";
import { nearest } from "../diagnostics/nearest.ts";
import { commandsAt, commandsBesideDefault, flagsAt, type Target } from "./command_group.ts";
import { describeError, describeFully } from "./describe_error.ts";

/** A command line, and what it is read by. */
interface ReadLine {
  readonly root: Target;
  readonly words: readonly string[];
}

/**
 * What the command line's library says, where its own words would mislead or could show a secret. With `debug`,
 * errors come with their stacks. What a word may have been meant to be is found here, by `line`: the library knows no
 * kebab case, and what it looks for at each flag (see `NOTHING_IS_NEAR`) takes longer than all of `--version`.
 */
export function applicationText(line: ReadLine, { debug }: { readonly debug: boolean }): ApplicationText {
  const describe = (error: unknown) => debug ? describeFully(error) : describeError(error);
  return {
    ...text_en,
    noCommandRegisteredForInput: ({ input }) =>
      input.startsWith("-")
        ? unknownFlag(flagName(input).slice(2), [])
        : `No command registered for ${input}${didYouMean(input, commandsAt(line.root, line.words))}`,
    exceptionWhileParsingArguments: (error) => describeParseError(error, line),
    exceptionWhileRunningCommand: describe,
    exceptionWhileLoadingCommandFunction: describe,
    commandErrorResult: describe,
  };
}

function describeParseError(error: unknown, { root, words }: ReadLine): string {
  if (!(error instanceof ArgumentScannerError)) return describeError(error);
  return formatMessageForArgumentScannerError(error, {
    FlagNotFoundError: ({ input, corrections }) =>
      unknownFlag(input, corrections.length > 0 ? corrections : flagsAt(root, words)),
    AliasNotFoundError: ({ input }) => `No flag registered for -${input}: see --help`,
    EnumValidationError: ({ externalFlagName, input, values }) =>
      `Invalid ${JSON.stringify(input)} for --${externalFlagName}: write one of ${values.join(", ")}` +
      didYouMean(input, values),
    // The library's text quotes both values, and one of them may be a token.
    UnexpectedFlagError: ({ externalFlagName }) => `--${externalFlagName} is given twice: give it once`,
    ArgumentParseError: ({ externalFlagNameOrPlaceholder: name, input, exception }) =>
      `Invalid ${JSON.stringify(input)} for ${nameOfParameter(name)}: ${errorMessage(exception)}`,
    UnsatisfiedFlagError: ({ externalFlagName, nextFlagName }) =>
      `Give --${externalFlagName} a value` +
      (nextFlagName === undefined ? ": see --help" : `: --${nextFlagName} is a flag`),
    UnsatisfiedPositionalError: ({ placeholder }) => `${placeholder} is missing: see --help`,
    // `--dirty=`, of a flag that needs no value, is no flag to the library.
    UnexpectedPositionalError: ({ input }) =>
      input.startsWith("-")
        ? `Cannot read ${flagName(input)}: see --help for how to write it`
        : `Unexpected argument ${JSON.stringify(input)}${
          didYouMean(input, commandsBesideDefault(root, words)) || ": see --help for what this command takes"
        }`,
  });
}

/** The flags that every command has, which the library does not count among those of a command. */
const EVERYWHERE = ["help", "debug", "version"];

function unknownFlag(name: string, candidates: readonly string[]): string {
  const flags = [...candidates, ...EVERYWHERE].map((candidate) => `--${kebabCase(candidate)}`);
  return `No flag registered for --${name}${didYouMean(`--${name}`, flags)}`;
}

function didYouMean(word: string, candidates: readonly string[]): string {
  const meant = nearest(word, candidates);
  return meant === undefined ? "" : `, did you mean ${meant}?`;
}

/** Placeholders of arguments are in capitals. */
function nameOfParameter(name: string): string {
  return /[a-z]/.test(name) ? `--${name}` : name;
}

function kebabCase(camelCase: string): string {
  return camelCase.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

function flagName(input: string): string {
  return input.replace(/[=\s].*$/s, "");
}
