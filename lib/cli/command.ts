import type { CommandContext } from "@stricli/core";
import type { Io } from "./io.ts";

/** What the command line's library hands to every command. */
export interface CliContext extends CommandContext {
  readonly io: Io;
  readonly process: CommandContext["process"] & { exitCode?: number | string | null };
}

/** The body of a command: it resolves with the program's exit code, or rejects with an error for the person. */
export type CommandBody<Flags, Arguments extends readonly unknown[] = []> = (
  flags: Flags,
  io: Io,
  ...positional: Arguments
) => Promise<number>;

/**
 * Loads a command's body only when the command runs, so that `--help` and `--version` stay fast: they load
 * no dependency but the command line's.
 */
export function lazily<Flags, Arguments extends readonly unknown[] = []>(
  load: () => Promise<CommandBody<Flags, Arguments>>,
): () => Promise<(this: CliContext, flags: Flags, ...positional: Arguments) => Promise<void>> {
  return async () => {
    const body = await load();
    return async function (this: CliContext, flags: Flags, ...positional: Arguments) {
      this.process.exitCode = await body(flags, this.io, ...positional);
    };
  };
}
