import { ExitCode } from "../exit_code.ts";
import type { Io } from "../io.ts";
import { SCRIPTS } from "./scripts.ts";
import type { Shell } from "./shells.ts";

/** `cirrus completion SHELL` */
export async function printScript(_flags: unknown, io: Io, shell: Shell): Promise<number> {
  await io.stdout.write(SCRIPTS[shell]);
  return ExitCode.success;
}
