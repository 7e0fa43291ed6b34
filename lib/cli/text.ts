import {
  type ApplicationText,
  ArgumentScannerError,
  formatMessageForArgumentScannerError,
  text_en,
} from "@stricli/core";
import { errorMessage } from "../diagnostics/error_message.ts";
import { nearest } from "../diagnostics/nearest.ts";
import { describeError, describeFully } from "./describe_error.ts";

/**
 * What the command line's library says, where its own words would mislead or could show a secret. With `debug`,
 * errors come with their stacks. `commands` are what a word may have been meant to be that is no argument.
 */
export function applicationText(
  { debug, commands }: { readonly debug: boolean; readonly commands: readonly string[] },
): ApplicationText {
  const describe = (error: unknown) => debug ? describeFully(error) : describeError(error);
  return {
    ...text_en,
    noCommandRegisteredForInput: ({ input, corrections }) =>
      input.startsWith("-")
        ? unknownFlag(flagName(input).slice(2), [])
        : `No command registered for ${input}${
          didYouMean(input, corrections.map((command) => command.slice(1, -1)))
        }`,
    exceptionWhileParsingArguments: (error) => describeParseError(error, commands),
    exceptionWhileRunningCommand: describe,
    exceptionWhileLoadingCommandFunction: describe,
    commandErrorResult: describe,
  };
}

function describeParseError(error: unknown, commands: readonly string[]): string {
  if (!(error instanceof ArgumentScannerError)) return describeError(error);
  return formatMessageForArgumentScannerError(error, {
    FlagNotFoundError: ({ input, corrections }) => unknownFlag(input, corrections),
    AliasNotFoundError: ({ input }) => `No flag registered for -${input}: see --help`,
    EnumValidationError: ({ externalFlagName, input, values }) =>
      `Invalid ${JSON.stringify(input)} for --${externalFlagName}: write one of ${values.join(", ")}` +
      didYouMean(input, values),
    // The library's text quotes both values, and one of them may be a token.
    UnexpectedFlagError: ({ externalFlagName }) => `--${externalFlagName} is given twice: give it once`,
    ArgumentParseError: ({ externalFlagNameOrPlaceholder: name, input, exception }) =>
      `Invalid ${JSON.stringify(input)} for ${nameOfParameter(name)}: ${errorMessage(exception)}`,
    UnsatisfiedFlagError: ({ externalFlagName, nextFlagName }) =>
      `--${externalFlagName} needs a value` +
      (nextFlagName === undefined ? "" : `, and --${nextFlagName} is a flag`),
    UnsatisfiedPositionalError: ({ placeholder }) => `${placeholder} is missing: see --help`,
    // `--dirty=`, of a flag that needs no value, is no flag to the library.
    UnexpectedPositionalError: ({ input }) =>
      input.startsWith("-")
        ? `Cannot read ${flagName(input)}: see --help for how to write it`
        : `Unexpected argument ${JSON.stringify(input)}${
          didYouMean(input, commands) || ": see --help for what this command takes"
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
