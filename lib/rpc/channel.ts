import tls from "node:tls";
import { AbortReason } from "../async/abort_reason.ts";
import { MAX_MESSAGE_BYTES } from "./codec.ts";
import { BoundedCredentials } from "./credentials.ts";
import { type Endpoint, isLoopback, parseEndpoint } from "./endpoint.ts";
import { grpc } from "./grpc.ts";
import { trustedRoots } from "./trusted_roots.ts";

export interface ChannelOptions {
  /**
   * `http://host:port` is plaintext, `unix:PATH` a plaintext socket; `https://host:port` and `host:port` are
   * TLS 1.3 or newer.
   */
  readonly endpoint: string;
  /** A PEM file of the certificate authorities to trust; see `trustedRoots` for the default. */
  readonly caFile?: string;
  /** How long a server that accepts the connection may stay mute, in milliseconds; 20,000 by default. */
  readonly connectTimeoutMs?: number;
  /**
   * How long a connection with calls in flight may be silent before it is tested, in milliseconds; 60,000 by
   * default. It counts as lost when the test is not answered within a third of that.
   */
  readonly keepaliveMs?: number;
}

/**
 * A connection to one server, made when the first call needs it and made again when it breaks. Any number
 * of clients may share one; whoever opened it disposes it, which ends the calls still in flight.
 */
export class Channel implements Disposable {
  /** As it was given to `openChannel`. */
  readonly endpoint: string;
  readonly #connect: (options: grpc.ChannelOptions) => grpc.Client;
  readonly #closed = new AbortController();
  #plain: grpc.Client | undefined;
  #compressing: grpc.Client | undefined;

  /** Use `openChannel`. */
  constructor(endpoint: string, connect: (options: grpc.ChannelOptions) => grpc.Client) {
    this.endpoint = endpoint;
    this.#connect = connect;
  }

  /** Aborts when the channel is disposed. */
  get closed(): AbortSignal {
    return this.#closed.signal;
  }

  /** What calls go through. */
  get client(): grpc.Client {
    this.#closed.signal.throwIfAborted();
    return this.#plain ??= this.#connect({});
  }

  /**
   * The same, sending with gzip. It has a connection of its own, as grpc-js compresses per connection and a
   * server that knows no gzip must not see the header on every call.
   */
  get compressingClient(): grpc.Client {
    this.#closed.signal.throwIfAborted();
    return this.#compressing ??= this.#connect({
      "grpc.default_compression_algorithm": grpc.compressionAlgorithms.gzip,
    });
  }

  [Symbol.dispose](): void {
    if (this.#closed.signal.aborted) return;
    this.#closed.abort(new AbortReason("finished", `The channel to ${this.endpoint} was closed`));
    this.#plain?.close();
    this.#compressing?.close();
  }
}

/**
 * Prepares a channel, which connects with its first call. Rejects with an `Error` that says what is wrong
 * with the endpoint or the CA file.
 */
export async function openChannel(options: ChannelOptions): Promise<Channel> {
  const endpoint = parseEndpoint(options.endpoint);
  const credentials = await credentialsFor(endpoint, options);
  const channelOptions = optionsFor(endpoint, options);
  return new Channel(
    options.endpoint,
    (more) => new grpc.Client(endpoint.target, credentials, { ...channelOptions, ...more }),
  );
}

async function credentialsFor(endpoint: Endpoint, options: ChannelOptions): Promise<BoundedCredentials> {
  const { connectTimeoutMs = 20_000 } = options;
  if (endpoint.kind !== "tls") return new BoundedCredentials({ connectTimeoutMs });
  const context = tls.createSecureContext({ ca: await trustedRoots(options), minVersion: "TLSv1.3" });
  return new BoundedCredentials({ connectTimeoutMs, tls: { context, host: endpoint.host } });
}

function optionsFor(endpoint: Endpoint, options: ChannelOptions): grpc.ChannelOptions {
  // Go servers forgive two tests that come sooner than they like, and more after answering another call.
  const { keepaliveMs = 60_000 } = options;
  return {
    "grpc.max_receive_message_length": MAX_MESSAGE_BYTES,
    "grpc.initial_reconnect_backoff_ms": 200,
    "grpc.max_reconnect_backoff_ms": 5_000,
    "grpc.keepalive_time_ms": keepaliveMs,
    "grpc.keepalive_timeout_ms": keepaliveMs / 3,
    // The connection ends with its channel instead of lingering in a pool of the whole process.
    "grpc.use_local_subchannel_pool": 1,
    "grpc.enable_channelz": 0,
    ...(endpoint.kind === "unix" || isLoopback(endpoint.host) ? { "grpc.enable_http_proxy": 0 } : {}),
  };
}
