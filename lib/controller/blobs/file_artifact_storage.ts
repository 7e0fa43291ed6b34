import { rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import {
  artifactFolder,
  type ArtifactOwner,
  artifactPathProblem,
  type ArtifactPlace,
  type ArtifactReading,
  type ArtifactStorage,
} from "./artifact_storage.ts";
import type { ByteRange } from "../http/byte_range.ts";
import type { Content } from "../http/select_content.ts";
import { removeAbandonedDrafts } from "./drafts.ts";
import { readRange } from "./read_range.ts";
import { writeBlob } from "./write_blob.ts";

export interface FileArtifactStorageOptions {
  /** Made when it is needed. */
  readonly directory: string;
  /**
   * Where files are until they are complete, on the same disk; made when it is needed. Beside the files themselves when
   * absent.
   */
  readonly draftsDirectory?: string;
  /** The folders of a task's files below that, one in the other; by default one of its build and one of its own in it. */
  readonly foldersOf?: (owner: ArtifactOwner) => readonly string[];
}

/** The most that one file may have; in bytes. */
const MAX_FILE_BYTES = 100e9;

/** Artifacts in files of a directory, under the paths that their tasks gave them. */
export class FileArtifactStorage implements ArtifactStorage {
  readonly #directory: string;
  readonly #draftsDirectory: string | undefined;
  readonly #foldersOf: (owner: ArtifactOwner) => readonly string[];

  constructor(options: FileArtifactStorageOptions) {
    this.#directory = options.directory;
    this.#draftsDirectory = options.draftsDirectory;
    this.#foldersOf = options.foldersOf ?? (({ buildId, taskId }) => [buildId, taskId]);
  }

  /** Removes what processes that were killed left half written in the folder of drafts. */
  async removeLeftovers(): Promise<void> {
    if (this.#draftsDirectory !== undefined) await removeAbandonedDrafts(this.#draftsDirectory);
  }

  async write(
    place: ArtifactPlace,
    body: ReadableStream<Uint8Array> | AsyncIterable<Uint8Array>,
  ): Promise<number> {
    const file = this.#fileOf(place);
    await Deno.mkdir(dirname(file), { recursive: true });
    const drafts = this.#draftsDirectory ?? dirname(file);
    await Deno.mkdir(drafts, { recursive: true });
    // A short name, as that of the file may be as long as names can be.
    const draft = join(drafts, `.${crypto.randomUUID()}.part`);
    const { size } = await writeBlob(draft, body, {
      maxBytes: MAX_FILE_BYTES,
      what: "the controller's artifacts",
    });
    try {
      await Deno.rename(draft, file);
    } catch (error) {
      await Deno.remove(draft).catch(() => {});
      throw error;
    }
    return size;
  }

  async sizeOf(place: ArtifactPlace): Promise<number | undefined> {
    try {
      const { isFile, size } = await Deno.stat(this.#fileOf(place));
      return isFile ? size : undefined;
    } catch (error) {
      if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) {
        return undefined;
      }
      throw error;
    }
  }

  async read(
    place: ArtifactPlace,
    choose: (content: Content) => ByteRange | undefined = () => undefined,
  ): Promise<ArtifactReading | undefined> {
    using resources = new DisposableStack();
    const file = await openIfThere(this.#fileOf(place));
    if (file === undefined) return undefined;
    resources.use(file);
    const { isFile, size, mtime, ino } = await file.stat();
    if (!isFile) return undefined;
    const content = { size, etag: `"${ino}-${size}-${mtime?.getTime() ?? 0}"` };
    const range = choose(content);
    resources.move();
    return { ...content, body: await readRange(file, { range }) };
  }

  /** Removes what is left of builds that were forgotten by a controller that was killed while it removed their files. */
  async removeForgotten(isKnown: (buildId: string) => Promise<boolean>): Promise<void> {
    for (const buildId of await namesIn(this.#directory)) {
      if (/^[0-9]+$/.test(buildId) && !await isKnown(buildId)) await this.removeBuild(buildId);
    }
  }

  async removeBuild(buildId: string): Promise<void> {
    await rm(join(this.#directory, artifactFolder(buildId)), { recursive: true, force: true });
  }

  #fileOf(place: ArtifactPlace): string {
    const problem = artifactPathProblem(place.path);
    if (problem !== undefined) throw new Error(`Storing the artifact ${place.path}: ${problem}`);
    return join(this.#directory, ...[...this.#foldersOf(place), place.name].map(artifactFolder), place.path);
  }
}

/** None where there is no such folder yet. */
async function namesIn(folder: string): Promise<string[]> {
  try {
    return await Array.fromAsync(Deno.readDir(folder), ({ name }) => name);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

async function openIfThere(path: string): Promise<Deno.FsFile | undefined> {
  try {
    return await Deno.open(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return undefined;
    throw error;
  }
}
