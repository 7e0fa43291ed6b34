import { join } from "node:path";
import { CacheUploadError, type UploadedPart } from "./cache_storage.ts";
import { writeBlob } from "./write_blob.ts";

/** S3's rule for parts, which uploaders keep to: 5 MiB at least, but for the last one. */
const MIN_PART_BYTES = 5 * 1024 * 1024;

/** What a disk that is full holds, for messages. */
export const CACHES = "the controller's caches";

/** Where parts are kept. */
export interface MultipartUploadsOptions {
  /** Each upload gets a folder in it. */
  readonly directory: string;
  /** What one part may have. */
  readonly maxBytes: number;
}

/** Uploads that come in parts, each in a file named after its number and digest, until they are complete. */
export class MultipartUploads {
  readonly #options: MultipartUploadsOptions;

  constructor(options: MultipartUploadsOptions) {
    this.#options = options;
  }

  /** Begins an upload and resolves with its id. */
  async begin(): Promise<string> {
    const uploadId = crypto.randomUUID();
    await Deno.mkdir(this.#folderOf(uploadId), { mode: 0o700 });
    return uploadId;
  }

  /** Takes a part; resolves with its ETag. Rejects with `CacheUploadError`. */
  async writePart(
    { uploadId, partNumber }: { readonly uploadId: string; readonly partNumber: number },
    body: ReadableStream<Uint8Array>,
  ): Promise<string> {
    const draft = join(this.#folderOf(uploadId), crypto.randomUUID());
    try {
      const { digest } = await writeBlob(draft, body, { maxBytes: this.#options.maxBytes, what: CACHES });
      await Deno.rename(draft, this.#partOf(uploadId, partNumber, digest));
      return `"${digest}"`;
    } catch (error) {
      throw error instanceof Deno.errors.NotFound ? unknownUpload() : error;
    }
  }

  /**
   * Hands the content of an upload to `store`, its parts in the order of their numbers, and forgets it once that has
   * resolved. Rejects with `CacheUploadError` where parts are not those that came.
   */
  async complete<T>(
    { uploadId, parts }: { readonly uploadId: string; readonly parts: readonly UploadedPart[] },
    store: (content: AsyncIterable<Uint8Array>) => Promise<T>,
  ): Promise<T> {
    const ordered = parts.toSorted((a, b) => a.partNumber - b.partNumber);
    const paths = ordered.map(({ partNumber, etag }) =>
      this.#partOf(uploadId, partNumber, etag.replaceAll('"', ""))
    );
    await this.#checkParts(uploadId, paths);
    const stored = await store(concatenated(paths));
    await Deno.remove(this.#folderOf(uploadId), { recursive: true });
    return stored;
  }

  async #checkParts(uploadId: string, paths: readonly string[]): Promise<void> {
    const there = await Deno.stat(this.#folderOf(uploadId)).then(() => true, () => false);
    if (!there) throw unknownUpload();
    if (paths.length === 0) throw new CacheUploadError("incomplete", "An upload must have a part");
    if (new Set(paths).size < paths.length) throw new CacheUploadError("incomplete", "A part is named twice");
    for (const [index, path] of paths.entries()) {
      const size = await Deno.stat(path).then(({ size }) => size, () => undefined);
      if (size === undefined) {
        throw new CacheUploadError("incomplete", `Part ${index + 1} never came, or has another ETag`);
      }
      if (size < MIN_PART_BYTES && index < paths.length - 1) {
        throw new CacheUploadError(
          "incomplete",
          `Part ${index + 1} has ${size} bytes: all but the last must have ${MIN_PART_BYTES}`,
        );
      }
    }
  }

  #folderOf(uploadId: string): string {
    if (!/^[0-9a-f-]{36}$/.test(uploadId)) throw unknownUpload();
    return join(this.#options.directory, uploadId);
  }

  #partOf(uploadId: string, partNumber: number, digest: string): string {
    if (!/^[0-9a-f]{64}$/.test(digest)) {
      throw new CacheUploadError("incomplete", `The ETag of part ${partNumber} is none of ours`);
    }
    return join(this.#folderOf(uploadId), `${partNumber}-${digest}`);
  }
}

function unknownUpload(): CacheUploadError {
  return new CacheUploadError("unknown", "There is no such upload, or it is complete already");
}

async function* concatenated(paths: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const path of paths) yield* (await Deno.open(path)).readable;
}
