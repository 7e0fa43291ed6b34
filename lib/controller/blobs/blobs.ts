import type { Logger } from "../../logging/logger.ts";
import { Code } from "../../rpc/code.ts";
import { RpcError } from "../../rpc/rpc_error.ts";
import type { CallContext } from "../../rpc/server.ts";
import type { Clock } from "../clock.ts";
import type { ArtifactStorage } from "./artifact_storage.ts";
import { type BlobAddress, blobOrigin } from "./blob_address.ts";
import { BLOB_PATH, blobHandler } from "./blob_handler.ts";
import type { CacheStorage } from "./cache_storage.ts";
import { type Grant, SignedUrls } from "./signed_urls.ts";

export interface BlobsOptions {
  readonly caches: CacheStorage;
  readonly artifacts: ArtifactStorage;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** The files of tasks over HTTP. Whoever listens hands the requests that it serves to `fetch`, and says where it is. */
export class Blobs {
  /** Answers a request below `BLOB_PATH`; for `Deno.serve` and Hono alike. */
  readonly fetch: (request: Request) => Promise<Response>;
  /** Undefined as long as nothing listens: agents are told to ask again. */
  address: BlobAddress | undefined;
  readonly #urls: SignedUrls;

  constructor({ caches, artifacts, clock, logger }: BlobsOptions) {
    this.#urls = new SignedUrls(clock);
    this.fetch = blobHandler({ caches, artifacts, urls: this.#urls, logger });
  }

  /** Whether a request is one for `fetch`. */
  serves(request: Request): boolean {
    return new URL(request.url).pathname.startsWith(BLOB_PATH);
  }

  /** A URL for the agent that calls. Throws UNAVAILABLE as long as nothing listens. */
  urlOf(grant: Grant, context: CallContext): string {
    if (!this.address) {
      throw new RpcError(Code.UNAVAILABLE, "This controller does not serve files yet: ask again");
    }
    const endpoint = context.metadata.get("org.cirruslabs.api-endpoint");
    return blobOrigin(this.address, endpoint) + BLOB_PATH + this.#urls.sign(grant);
  }
}
