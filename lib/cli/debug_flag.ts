import type { StricliIntegration } from "@stricli/core";
import type { CliContext } from "./command.ts";

const NAME = "--debug";

/** Takes `--debug` out of a command line: it may stand anywhere before `--`, with every command. */
export function takeDebugFlag(
  args: readonly string[],
): { readonly words: readonly string[]; readonly debug: boolean } {
  const end = args.indexOf("--");
  const isFlag = (arg: string, at: number) => arg === NAME && (end < 0 || at < end);
  return { words: args.filter((arg, at) => !isFlag(arg, at)), debug: args.some(isFlag) };
}

/** Shows the flag in every help text and completion. It never runs: no command line with the flag gets that far. */
export const debugFlag: StricliIntegration<CliContext> = {
  flag: {
    brief: "Log at least at level debug, and show where errors come from",
    global: true,
    complete: true,
    run() {},
  },
};
