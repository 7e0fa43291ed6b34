import { basename, dirname, resolve } from "node:path";
import { errorMessage } from "../../diagnostics/error_message.ts";
import { localFiles } from "../../pipeline/local_files.ts";
import type { ProjectFiles } from "../../pipeline/project_files.ts";
import type { Io } from "../io.ts";
import { repositoryTop } from "../project/repository_top.ts";
import { readDefinitionFile, starlarkIsNotSupported } from "../run/definition_file.ts";
import { UsageError } from "../usage_error.ts";

/** What there is to check. */
export interface ValidateInput {
  /** What messages call it. */
  readonly path: string;
  readonly source: string;
  /** The files that it may name. */
  readonly files: ProjectFiles;
}

/** Reads the file of `--file`. Throws a `UsageError` when it cannot be read. */
export async function readInput(
  file: string | undefined,
  { readStdin, workingDirectory }: Pick<Io, "readStdin" | "workingDirectory">,
): Promise<ValidateInput> {
  if (file === undefined) {
    const { path, source } = await readDefinitionFile(workingDirectory);
    return { path, source, files: filesBeside(workingDirectory) };
  }
  if (file === "-") {
    return { path: "<stdin>", source: await readStdin(), files: filesBeside(workingDirectory) };
  }
  if (basename(file) === ".cirrus.star") throw starlarkIsNotSupported();
  const absolute = resolve(workingDirectory, file);
  const source = await Deno.readTextFile(absolute).catch((error) => {
    throw new UsageError(`Cannot read ${file}: ${errorMessage(error)}`, { cause: error });
  });
  return { path: file, source, files: filesBeside(dirname(absolute)) };
}

function filesBeside(directory: string): ProjectFiles {
  return localFiles(directory, { boundary: repositoryTop(directory) });
}
