import type { Logger } from "../../logging/logger.ts";
import { isLoopback } from "../../rpc/endpoint.ts";
import { hostAndPort } from "../../rpc/host_and_port.ts";
import { UsageError } from "../usage_error.ts";
import type { ListenAddress } from "../../units/listen_address.ts";

/** Warns where workers that get tasks from other machines could not get what those store. */
export function warnOfHiddenApi(
  { listen, httpListen, publicHttpUrl }: {
    readonly listen: ListenAddress;
    readonly httpListen: ListenAddress;
    readonly publicHttpUrl?: string;
  },
  { logger }: { readonly logger: Logger },
): void {
  if (isLoopback(listen.hostname) || !isLoopback(httpListen.hostname) || publicHttpUrl !== undefined) return;
  logger.warning(
    `workers on other machines cannot reach ${
      hostAndPort(httpListen.hostname, httpListen.port)
    }, where caches and ` +
      "artifacts are: let --http-listen be open to them too, or name a proxy for it by --public-http-url",
  );
}

/**
 * Refuses to listen in plaintext where others could read the tokens, unless that is what the person wants; then it warns.
 * Throws a `UsageError`.
 */
export function checkEncryption(
  addresses: readonly ListenAddress[],
  options: { readonly encrypted: boolean; readonly insecure: boolean; readonly logger: Logger },
): void {
  const { encrypted, insecure, logger } = options;
  if (encrypted) {
    if (insecure) {
      throw new UsageError("--insecure means plaintext, and --tls-cert does not: remove one of them");
    }
    return;
  }
  for (const { hostname, port } of addresses.filter(({ hostname }) => !isLoopback(hostname))) {
    const address = hostAndPort(hostname, port);
    if (!insecure) {
      throw new UsageError(
        `Cannot listen on ${address}: without TLS others on the network could read the tokens and what tasks print; ` +
          "give --tls-cert and --tls-key, listen on 127.0.0.1, or insist with --insecure",
      );
    }
    logger.warning(
      `listening on ${address} without TLS: whoever can read the network can read the tokens and run tasks`,
    );
  }
}
