import tls from "node:tls";
import { grpc } from "./grpc.ts";
import { parseEndpoint } from "./endpoint.ts";
import { trustedRoots } from "./trusted_roots.ts";

export interface ChannelOptions {
  /** `http://host:port` (plaintext), `unix:PATH` (plaintext socket), `https://host:port` or `host:port` (TLS 1.3 or newer). */
  readonly endpoint: string;
  /** A PEM file of the certificate authorities to trust; see `trustedRoots`. */
  readonly caFile?: string;
}

/** The largest message taken or given, in bytes: poll answers and initial commands carry whole environments. */
export const MAX_MESSAGE_BYTES = 64 * 1024 * 1024;

const CHANNEL_OPTIONS: grpc.ChannelOptions = {
  "grpc.max_receive_message_length": MAX_MESSAGE_BYTES,
  "grpc.max_send_message_length": MAX_MESSAGE_BYTES,
  "grpc.initial_reconnect_backoff_ms": 200,
  "grpc.max_reconnect_backoff_ms": 5_000,
  "grpc.keepalive_time_ms": 60_000,
  "grpc.keepalive_timeout_ms": 20_000,
  // A channel's connection ends with the channel instead of lingering in a shared pool.
  "grpc.use_local_subchannel_pool": 1,
};

/**
 * A connection to one server, made when the first call needs it and made again when it breaks. Any number
 * of clients may share one; whoever opened it disposes it, which fails the calls still in flight.
 */
export class Channel implements Disposable {
  readonly endpoint: string;
  readonly #open: (compress: boolean) => grpc.Client;
  readonly #clients = new Map<boolean, grpc.Client>();

  /** Use `openChannel`. */
  constructor(endpoint: string, open: (compress: boolean) => grpc.Client) {
    this.endpoint = endpoint;
    this.#open = open;
  }

  /** What calls go through; with `compress` the messages are sent with gzip. */
  client(options: { readonly compress: boolean }): grpc.Client {
    // grpc-js compresses per connection, and a server that knows no gzip must never see its header.
    let client = this.#clients.get(options.compress);
    if (client === undefined) {
      client = this.#open(options.compress);
      this.#clients.set(options.compress, client);
    }
    return client;
  }

  [Symbol.dispose](): void {
    for (const client of this.#clients.values()) client.close();
  }
}

/** Prepares a channel; connects with the first call. Rejects with an `Error` on a bad endpoint or CA file. */
export async function openChannel(options: ChannelOptions): Promise<Channel> {
  const endpoint = parseEndpoint(options.endpoint);
  const credentials = endpoint.kind === "tls"
    ? grpc.credentials.createFromSecureContext(
      tls.createSecureContext({ ca: await trustedRoots(options), minVersion: "TLSv1.3" }),
    )
    : grpc.credentials.createInsecure();
  const override = endpoint.kind === "tls" && /^[\d.]+$|:/.test(endpoint.host)
    ? { "grpc.ssl_target_name_override": endpoint.host }
    : {};
  return new Channel(options.endpoint, (compress) =>
    new grpc.Client(endpoint.target, credentials, {
      ...CHANNEL_OPTIONS,
      ...override,
      ...(compress ? { "grpc.default_compression_algorithm": grpc.compressionAlgorithms.gzip } : {}),
    }));
}
