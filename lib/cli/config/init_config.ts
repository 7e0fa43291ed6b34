import { resolve } from "node:path";
import { configSchema } from "../../config/config_schema.ts";
import { exampleFile } from "../../config/example_file.ts";
import { errorMessage } from "../../diagnostics/error_message.ts";
import { ExitCode } from "../exit_code.ts";
import type { Io } from "../io.ts";
import { UsageError } from "../usage_error.ts";
import type { InitFlags } from "./config_flags.ts";
import { fileKindOf } from "./file_kind_of.ts";

/** `cirrus config init`: writes a configuration file to begin with, and never over another one. */
export async function initConfig(flags: InitFlags, { stdout, workingDirectory }: Io): Promise<number> {
  const kind = fileKindOf(flags);
  const file = flags.file ?? kind.fileName;
  const text = exampleFile(configSchema(kind.schema), kind.example);
  try {
    // A token may be written into it.
    await Deno.writeTextFile(resolve(workingDirectory, file), text, { createNew: true, mode: 0o600 });
  } catch (error) {
    if (error instanceof Deno.errors.AlreadyExists) {
      throw new UsageError(`Cannot write ${file}: it is there already; name another file with --file`);
    }
    throw new UsageError(`Cannot write ${file}: ${errorMessage(error)}`, { cause: error });
  }
  await stdout.write(`Wrote ${file}: every key with an example, most of them commented out\n`);
  return ExitCode.success;
}
