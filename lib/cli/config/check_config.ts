import { ConfigError } from "../../config/config_error.ts";
import { configSchema } from "../../config/config_schema.ts";
import { resolvedConfig } from "../../config/resolved_config.ts";
import { ExitCode } from "../exit_code.ts";
import type { Io } from "../io.ts";
import type { CheckFlags } from "./config_flags.ts";
import { fileKindOf } from "./file_kind_of.ts";

/** `cirrus config check`: says what is wrong with a configuration file, or what it comes to. */
export async function checkConfig(flags: CheckFlags, { stdout, stderr, environment }: Io): Promise<number> {
  const kind = fileKindOf(flags);
  try {
    const { root, others, notes } = await kind.check(flags.file, environment);
    await stdout.write(resolvedConfig(root, { path: flags.file, schema: configSchema(kind.schema), others }));
    await stderr.write(notes.map((note) => `${note}\n`).join(""));
    return ExitCode.success;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const { length } = error.diagnostics;
    await stderr.write(`${error.message}\n`);
    await stdout.write(`${flags.file} does not hold: ${length} ${length === 1 ? "error" : "errors"}\n`);
    return ExitCode.failure;
  }
}
