import { join } from "node:path";
import { errorMessage } from "../../diagnostics/error_message.ts";
import { UsageError } from "../usage_error.ts";

/** The file that says what tasks there are. */
export interface DefinitionFile {
  /** Relative to the project. */
  readonly path: string;
  readonly source: string;
}

/** What to say where tasks are only in a `.cirrus.star`. */
export function starlarkIsNotSupported(): UsageError {
  return new UsageError(
    "Cannot read .cirrus.star: Starlark is not supported; write the tasks that it makes into a .cirrus.yml",
  );
}

/** Reads the `.cirrus.yml` of a project. Throws a `UsageError` that says what to do when there is none. */
export async function readDefinitionFile(directory: string): Promise<DefinitionFile> {
  for (const path of [".cirrus.yml", ".cirrus.yaml"]) {
    const source = await readIfThere(join(directory, path));
    if (source !== undefined) return { path, source };
  }
  if (await readIfThere(join(directory, ".cirrus.star")) !== undefined) {
    throw starlarkIsNotSupported();
  }
  throw new UsageError(`No .cirrus.yml in ${directory}: change to a project's directory, or write one`);
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw new UsageError(`Cannot read ${path}: ${errorMessage(error)}`, { cause: error });
  }
}
