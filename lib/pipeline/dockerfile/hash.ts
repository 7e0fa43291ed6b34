import { errorMessage } from "../../diagnostics/error_message.ts";
import { createHash } from "node:crypto";
import { posix } from "node:path";
import { sortedByBytes } from "../byte_order.ts";
import type { ProjectFiles } from "../project_files.ts";
import { contextSources } from "./context_sources.ts";
import { DockerfileError } from "./instructions.ts";

/** An image to be built. */
export interface Build {
  /** Relative to the project's root. */
  readonly dockerfile: string;
  readonly buildArguments: ReadonlyMap<string, string>;
  /** Empty when nothing says which. */
  readonly architecture: string;
  /** Directory that the Dockerfile takes its files from, empty for the project's root. */
  readonly context: string;
}

/** How many files one image may depend on before its hash is given up. */
const MOST_FILES = 100_000;

/**
 * A name for the image that changes with whatever it is built from: the Dockerfile, the arguments, the architecture
 * and the files that it takes from its context. The formula is the one by which images are already stored. What
 * could not be looked at is told to `warn` and left out.
 */
export async function hashBuild(
  contents: Uint8Array,
  { build, files, warn }: { build: Build; files: ProjectFiles; warn: (message: string) => void },
): Promise<string> {
  const withoutFiles = createHash("md5");
  const withFiles = createHash("sha256");
  const pairs = [...build.buildArguments].map(([name, value]) => name + value);
  const architecture = build.architecture === "amd64" ? "" : build.architecture;
  for (const part of [contents, sortedByBytes(pairs).join(", "), architecture]) {
    withoutFiles.update(part);
    withFiles.update(part);
  }
  let filesRead = 0;
  for (const source of sourcesOf(contents, build, warn)) {
    try {
      for await (const bytes of filesBelow(posix.join(build.context, source), files)) {
        withFiles.update(bytes);
        filesRead++;
      }
    } catch (error) {
      warn(
        `Hashing "${build.dockerfile}": "${source}" cannot be read, so its changes go unseen: ${
          errorMessage(error)
        }`,
      );
    }
  }
  return (filesRead > 0 ? withFiles : withoutFiles).digest("hex");
}

/** The contents of a file, or of all files below a directory, level by level and by name. */
async function* filesBelow(path: string, files: ProjectFiles): AsyncGenerator<Uint8Array> {
  const open = [path];
  for (const next of open) {
    const names = await files.list(next);
    if (names === undefined) yield await files.read(next);
    else open.push(...sortedByBytes(names).map((name) => posix.join(next, name)));
    if (open.length > MOST_FILES) throw new Error(`it has more than ${MOST_FILES} files`);
  }
}

function sourcesOf(contents: Uint8Array, build: Build, warn: (message: string) => void): readonly string[] {
  try {
    return contextSources(new TextDecoder().decode(contents), {
      buildArguments: build.buildArguments,
      architecture: build.architecture || "amd64",
    });
  } catch (error) {
    if (!(error instanceof DockerfileError)) throw error;
    warn(
      `Hashing "${build.dockerfile}": ${error.message}; what it copies cannot be told, so changes of that go unseen`,
    );
    return [];
  }
}
