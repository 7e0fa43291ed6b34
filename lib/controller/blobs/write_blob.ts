import { createHash } from "node:crypto";
import { asStoreFull } from "../store/store_full_error.ts";
import { CacheUploadError } from "./cache_storage.ts";
import { createDraft } from "./drafts.ts";

/** What was written. */
export interface WrittenBlob {
  /** In bytes. */
  readonly size: number;
  /** SHA-256 of the content, in hex. */
  readonly digest: string;
}

/**
 * Writes a new file. Where that fails, the disk is full that holds `what` (`StoreFullError`), or `maxBytes` is exceeded
 * (`CacheUploadError`), nothing is left of it.
 */
export async function writeBlob(
  path: string,
  body: ReadableStream<Uint8Array> | AsyncIterable<Uint8Array>,
  options: { readonly maxBytes: number; readonly what: string },
): Promise<WrittenBlob> {
  const hash = createHash("sha256");
  let size = 0;
  try {
    using file = await createDraft(path);
    for await (const chunk of body) {
      size += chunk.length;
      if (size > options.maxBytes) {
        throw new CacheUploadError("too large", `An entry may have ${options.maxBytes} bytes at most`);
      }
      hash.update(chunk);
      for (let at = 0; at < chunk.length;) at += await file.write(chunk.subarray(at));
    }
  } catch (error) {
    await Deno.remove(path).catch(() => {});
    throw asStoreFull(error, options.what);
  }
  return { size, digest: hash.digest("hex") };
}
