import { keepAbortable } from "../async/keep_abortable.ts";
import { errorMessage } from "../diagnostics/error_message.ts";
import { trustedRoots } from "../rpc/trusted_roots.ts";

/**
 * `fetch` for servers that may be anybody's, such as S3's: authorities of one's own are trusted beside those that are
 * trusted anyway. Dispose it to close its connections.
 */
export class TrustingFetch implements Disposable {
  readonly #caFile: string | undefined;
  #roots: Promise<string[]> | undefined;
  #client: Promise<Deno.HttpClient> | undefined;
  #disposed = false;

  constructor(options: { readonly caFile?: string } = {}) {
    this.#caFile = options.caFile;
  }

  /**
   * Rejects with an `Error` that says why there is no answer. The URL may hold a signature, so no message names it.
   */
  async fetch(url: string, init: RequestInit): Promise<Response> {
    try {
      const client = isEncrypted(url) ? { client: await this.#encrypting() } : {};
      return keepAbortable(await fetch(url, { ...init, ...client }));
    } catch (error) {
      init.signal?.throwIfAborted();
      throw new Error(whyUnreached(error, url), { cause: error });
    }
  }

  /** The authorities that are trusted, as PEM texts. Rejects when a file that names some cannot be used. */
  trusted(): Promise<string[]> {
    this.#roots ??= this.#readRoots();
    return this.#roots;
  }

  [Symbol.dispose](): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#client?.then((client) => client.close(), () => {});
  }

  #encrypting(): Promise<Deno.HttpClient> {
    if (this.#disposed) throw new Error("the connection to its upstream is closed");
    this.#client ??= this.trusted().then((caCerts) => Deno.createHttpClient({ caCerts }));
    return this.#client;
  }

  async #readRoots(): Promise<string[]> {
    const roots = await trustedRoots();
    if (this.#caFile === undefined) return roots;
    return [...await trustedRoots({ caFile: this.#caFile }), ...roots];
  }
}

/** Whether a URL is one of HTTP over TLS. */
export function isEncrypted(url: string): boolean {
  return url.startsWith("https:");
}

/** What a failed `fetch` says itself is only that; what caused it names the URL, and that may hold a signature. */
function whyUnreached(error: unknown, url: string): string {
  if (!URL.canParse(url)) return "its URL is none";
  const cause = error instanceof TypeError && error.cause !== undefined ? error.cause : error;
  const shown = new URL(url);
  shown.username = shown.password = "";
  return [url, shown.href].reduce((message, text) => message.replaceAll(text, "\0"), errorMessage(cause))
    .replace(/^error sending request[^\0]*\0[^)]*\): /, "")
    .replaceAll("\0", "its URL");
}
