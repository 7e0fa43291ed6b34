import {
  type ApplicationText,
  ArgumentScannerError,
  formatMessageForArgumentScannerError,
  text_en,
} from "@stricli/core";
import { errorMessage } from "../diagnostics/error_message.ts";

/** What the command line's library says, where its own words would mislead or could show a secret. */
export const TEXT: ApplicationText = {
  ...text_en,
  exceptionWhileParsingArguments: (error) =>
    error instanceof ArgumentScannerError
      ? formatMessageForArgumentScannerError(error, {
        // The library's text quotes both values, and one of them may be a token.
        UnexpectedFlagError: ({ externalFlagName }) => `--${externalFlagName} is given twice: give it once`,
        // `--name=` and a value with a line break are no flags to the library.
        UnexpectedPositionalError: ({ input }) =>
          input.startsWith("-")
            ? `Cannot read ${flagName(input)}: write the value as a word of its own, behind the flag's name`
            : `Unexpected argument ${JSON.stringify(input)}: see --help for what this command takes`,
      })
      : describeError(error),
  exceptionWhileRunningCommand: describeError,
  exceptionWhileLoadingCommandFunction: describeError,
  commandErrorResult: describeError,
};

function flagName(input: string): string {
  return input.replace(/[=\s].*$/s, "");
}

/**
 * An error as a person reads it. Errors that only a fault of this program can be the cause of come with
 * their stack, for the report.
 */
export function describeError(error: unknown): string {
  // What went wrong first is the cause of what went wrong while cleaning up.
  if (error instanceof SuppressedError) return describeError(error.suppressed);
  const isFault = error instanceof TypeError || error instanceof ReferenceError ||
    error instanceof RangeError;
  if (isFault) return `This is a fault of cirrus, please report it: ${error.stack ?? error.message}`;
  return errorMessage(error);
}
