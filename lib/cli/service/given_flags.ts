import type { FlagParametersForType } from "@stricli/core";
import { errorMessage } from "../../diagnostics/error_message.ts";
import type { CliContext } from "../command.ts";
import { UsageError } from "../usage_error.ts";

/** Flags that were given, each as the arguments that give it again: `--name=mini-1`. */
export type GivenFlags = Readonly<Record<string, readonly string[] | undefined>>;

/** How the command line's library is told of such flags. */
export type GivenFlagParameters = FlagParametersForType<GivenFlags, CliContext>;

/** What is used here of a flag of another command. */
export interface DefinedFlag {
  readonly kind: string;
  readonly brief: string;
  readonly parse?: (this: CliContext, text: string) => unknown;
  readonly variadic?: boolean | string;
  readonly placeholder?: string;
}

/** The flags of another command, by their names. */
export type DefinedFlags = Readonly<Record<string, DefinedFlag>>;

/** Whether a flag without a value was given. */
export function isGiven(given: GivenFlags, name: string): boolean {
  return (given[name] ?? []).length > 0;
}

/** The value of a flag that may be given once. Throws a `UsageError` where it is given twice. */
export function givenValue(given: GivenFlags, name: string): string | undefined {
  const [argument] = givenArguments(given, { [name]: { kind: "parsed", brief: "" } });
  return argument?.slice(argumentOf(name).length + 1);
}

/**
 * The flags of a command, for one that passes them on: their values are checked, and made absolute where they are
 * paths, as their placeholders tell.
 */
export function flagsAsGiven(flags: DefinedFlags): GivenFlagParameters {
  return Object.fromEntries(Object.entries(flags).map(([name, flag]) => [name, asGiven(name, flag)]));
}

function asGiven(name: string, { kind, brief, parse, placeholder }: DefinedFlag) {
  const argument = argumentOf(name);
  return {
    kind: "parsed",
    brief,
    optional: true,
    variadic: true,
    inferEmpty: kind === "boolean",
    ...(placeholder === undefined ? {} : { placeholder }),
    async parse(this: CliContext, text: string): Promise<string> {
      if (kind === "boolean") {
        if (text === "") return argument;
        throw new UsageError(`${argument} takes no value: leave it out where it does not hold`);
      }
      try {
        await parse?.call(this, text);
      } catch (error) {
        // The library names the flag only of what is thrown at once.
        throw new UsageError(`Invalid ${JSON.stringify(text)} for ${argument}: ${errorMessage(error)}`, {
          cause: error,
        });
      }
      if (placeholder !== "PATH" && placeholder !== "DIR") return `${argument}=${text}`;
      const { resolve } = await import("node:path");
      return `${argument}=${resolve(this.io.workingDirectory, text)}`;
    },
  } as const;
}

/** The flags of a command that it was given, as its arguments. Throws a `UsageError` where one may be given only once. */
export function givenArguments(given: GivenFlags, defined: DefinedFlags): readonly string[] {
  return Object.entries(defined).flatMap(([name, { variadic }]) => {
    const values = given[name] ?? [];
    if (values.length > 1 && !variadic) {
      throw new UsageError(`${argumentOf(name)} is given twice: remove one of them`);
    }
    return values;
  });
}

function argumentOf(name: string): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
