import { configSchema } from "../../config/config_schema.ts";
import { ExitCode } from "../exit_code.ts";
import type { Io } from "../io.ts";
import type { SchemaFlags } from "./config_flags.ts";
import { fileKindOf } from "./file_kind_of.ts";

/** `cirrus config schema`: writes the JSON Schema of a configuration file. */
export async function printSchema(flags: SchemaFlags, { stdout }: Io): Promise<number> {
  await stdout.write(`${JSON.stringify(configSchema(fileKindOf(flags).schema), null, 2)}\n`);
  return ExitCode.success;
}
