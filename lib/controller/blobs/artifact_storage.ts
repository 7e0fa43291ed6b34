import type { ByteRange } from "../http/byte_range.ts";
import type { Content } from "../http/select_content.ts";

/**
 * The contract of what keeps artifacts: the files that tasks upload. All methods may be called concurrently. A file is
 * there whole or not at all; one that is uploaded again takes the place of the first.
 */

/** Whose files. */
export interface ArtifactOwner {
  readonly buildId: string;
  readonly taskId: string;
  readonly taskName: string;
}

/** One file of a task's artifacts. */
export interface ArtifactPlace extends ArtifactOwner {
  /** The name of the artifacts, which is that of their command. */
  readonly name: string;
  /** Relative, with `/`; see `artifactPathProblem`. */
  readonly path: string;
}

/** A file and its content, which its receiver reads to the end or cancels. */
export interface ArtifactReading extends Content {
  readonly body: ReadableStream<Uint8Array>;
}

export interface ArtifactStorage {
  /** Rejects with the body's error, and then nothing changed. Resolves with the bytes that were written. */
  write(place: ArtifactPlace, body: ReadableStream<Uint8Array> | AsyncIterable<Uint8Array>): Promise<number>;
  /** The bytes of a file; undefined when there is none. */
  sizeOf(place: ArtifactPlace): Promise<number | undefined>;
  /**
   * Opens a file, for the part of it that `choose` says once it knows the file; all of it when undefined. Undefined when
   * there is no such file. One that is removed or replaced while it is read is read to its end.
   */
  read(
    place: ArtifactPlace,
    choose?: (content: Content) => ByteRange | undefined,
  ): Promise<ArtifactReading | undefined>;
  /** Removes all files of a build. */
  removeBuild(buildId: string): Promise<void>;
}

/** More than this no file system takes; in characters. */
const MAX_PATH_LENGTH = 4_096;

/** What is wrong with a path that a task gives its file; undefined when nothing is. */
export function artifactPathProblem(path: string): string | undefined {
  if (path.length > MAX_PATH_LENGTH) return `it is longer than ${MAX_PATH_LENGTH} characters`;
  if (path.includes("\0")) return "it has a NUL byte";
  const segments = path.split("/");
  if (segments.some((segment) => segment === "" || segment === "." || segment === "..")) {
    return 'it must be relative, and no part of it may be empty, "." or ".."';
  }
  return undefined;
}

/** A name as one folder: `build / linux` is `build _ linux`. */
export function artifactFolder(name: string): string {
  const safe = name.replaceAll(/[/\\\0]/g, "_");
  return safe === "" || safe === "." || safe === ".." ? "_" : safe;
}
