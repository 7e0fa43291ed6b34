import { resolve } from "node:path";
import type { Io } from "../io.ts";
import { UsageError } from "../usage_error.ts";
import { parseEnvFile } from "./env_file.ts";

/** What the flags of `cirrus run` say about variables. */
export interface EnvironmentFlags {
  /** `NAME=VALUE` or `NAME`, the later ones win. */
  readonly variables: readonly string[];
  /** Paths, the later files win. */
  readonly files: readonly string[];
}

/**
 * The variables that the person asks for: those of the files, with the single ones over them. A single one
 * without a value is taken from the environment of this program; where it is not set there, `warn` is told
 * and it is left out. Throws a `UsageError` for anything that cannot be read.
 */
export async function readUserEnvironment(
  flags: EnvironmentFlags,
  io: Pick<Io, "environment" | "workingDirectory"> & { warn: (message: string) => void },
): Promise<Map<string, string>> {
  const environment = new Map<string, string>();
  for (const path of flags.files) {
    const text = await Deno.readTextFile(resolve(io.workingDirectory, path)).catch((error: Error) => {
      throw new UsageError(`Cannot read the file of --env-file: ${error.message}`, { cause: error });
    });
    for (const [name, value] of parseEnvFile(text, path)) environment.set(name, value);
  }
  for (const variable of flags.variables) {
    const [name, ...rest] = variable.split("=");
    if (!name || /\s/.test(name)) {
      throw new UsageError(
        `Cannot read a variable of --env: it starts with no name; write NAME=VALUE or NAME`,
      );
    }
    const value = rest.length > 0 ? rest.join("=") : io.environment.get(name);
    if (value === undefined) io.warn(`${name} of --env is not set in the environment: write ${name}=VALUE`);
    else environment.set(name, value);
  }
  return environment;
}
