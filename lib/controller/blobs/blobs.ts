import type { Logger } from "../../logging/logger.ts";
import type { Clock } from "../clock.ts";
import type { BlobAddress } from "./blob_address.ts";
import { BLOB_PATH, blobHandler } from "./blob_handler.ts";
import type { CacheStorage } from "./cache_storage.ts";
import { SignedUrls } from "./signed_urls.ts";

export interface BlobsOptions {
  readonly storage: CacheStorage;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** The files of tasks over HTTP. Whoever listens hands the requests that it serves to `fetch`, and says where it is. */
export class Blobs {
  readonly urls: SignedUrls;
  /** Answers a request below `BLOB_PATH`; for `Deno.serve` and Hono alike. */
  readonly fetch: (request: Request) => Promise<Response>;
  /** Undefined as long as nothing listens: agents are told to ask again. */
  address: BlobAddress | undefined;

  constructor({ storage, clock, logger }: BlobsOptions) {
    this.urls = new SignedUrls(clock);
    this.fetch = blobHandler({ storage, urls: this.urls, logger });
  }

  /** Whether a request is one for `fetch`. */
  serves(request: Request): boolean {
    return new URL(request.url).pathname.startsWith(BLOB_PATH);
  }
}
