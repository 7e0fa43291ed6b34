import type net from "node:net";
import type { DescMethod, DescService, MessageInitShape, MessageShape } from "@bufbuild/protobuf";
import { withGrace } from "../async/grace.ts";
import { type Logger, silentLogger } from "../logging/logger.ts";
import type { CallContext } from "./call_context.ts";
import { MAX_MESSAGE_BYTES } from "./codec.ts";
import { grpc } from "./grpc.ts";
import { hostAndPort } from "./host_and_port.ts";
import { Listener } from "./listener.ts";
import { type CallObserver, defineMethod, type ServedMethod, serveMethod } from "./serve_method.ts";
import type { ServerCertificate } from "./server_certificate.ts";

export type { CallContext };

/** The functions behind a service's methods. One throws an `RpcError` to choose the status its caller gets. */
export type Handlers<S extends DescService> = { readonly [N in keyof S["method"]]: Handler<S["method"][N]> };

type Handler<M extends DescMethod> = {
  unary: (
    request: MessageShape<M["input"]>,
    context: CallContext,
  ) => Promise<MessageInitShape<M["output"]>>;
  /** The caller is read only as fast as the handler takes its requests. */
  client_streaming: (
    requests: AsyncIterable<MessageShape<M["input"]>>,
    context: CallContext,
  ) => Promise<MessageInitShape<M["output"]>>;
  server_streaming: never;
  bidi_streaming: never;
}[M["methodKind"]];

/** A service and what answers its calls, for `RpcServer.listen`. */
export interface Implementation {
  readonly methods: readonly ServedMethod[];
}

/** Puts handlers behind a service; a call of a method without one is answered UNIMPLEMENTED. */
export function implement<S extends DescService>(service: S, handlers: Partial<Handlers<S>>): Implementation {
  const table = new Map(Object.entries(handlers));
  const methods: ServedMethod[] = [];
  for (const method of service.methods) {
    const handler = table.get(method.localName);
    if (handler === undefined) continue;
    if (method.methodKind === "unary" || method.methodKind === "client_streaming") {
      methods.push({ kind: method.methodKind, method, handler });
    }
  }
  return { methods };
}

export interface ListenOptions {
  readonly hostname: string;
  /** 0 lets the system choose. */
  readonly port: number;
  /** Plaintext without one. */
  readonly certificate?: ServerCertificate;
  readonly services: readonly Implementation[];
  /** The largest request taken, in bytes, after decompression; 64 MiB by default. */
  readonly maxMessageBytes?: number;
  /** Told of handlers that fail with something else than an `RpcError`; nobody is by default. */
  readonly logger?: Logger;
}

/** How long handlers may take to see that their calls were cut off, in milliseconds. */
const CUT_OFF_MS = 1_000;

/** A gRPC server. It takes gzip and identity. */
export class RpcServer implements AsyncDisposable {
  readonly port: number;
  /** `http://host:port`, or `https://host:port` with a certificate. */
  readonly endpoint: string;
  readonly #server: grpc.Server;
  readonly #listener: Listener;
  /** The calls whose handlers have not ended. */
  readonly #running: ReadonlySet<Promise<void>>;

  private constructor(
    server: grpc.Server,
    options: { endpoint: string; listener: Listener; running: ReadonlySet<Promise<void>> },
  ) {
    this.#server = server;
    this.#listener = options.listener;
    this.#running = options.running;
    this.port = options.listener.port;
    this.endpoint = options.endpoint;
  }

  /** Starts to listen. Rejects with an `Error` that says why it cannot and what to do. */
  static async listen(options: ListenOptions): Promise<RpcServer> {
    const { hostname, port, services, logger = silentLogger, maxMessageBytes = MAX_MESSAGE_BYTES } = options;
    const running = new Set<Promise<void>>();
    const observer: CallObserver = {
      started(answered) {
        running.add(answered);
        answered.finally(() => running.delete(answered));
      },
      failed(method, error) {
        logger.error(`Handler of ${method.name} failed`, {
          error: error instanceof Error ? error.stack ?? error.message : String(error),
        });
      },
    };
    const server = new grpc.Server({
      "grpc.max_receive_message_length": maxMessageBytes,
      // Finds callers that vanished without a word, so that their handlers end.
      "grpc.keepalive_time_ms": 60_000,
      "grpc.keepalive_timeout_ms": 20_000,
      "grpc.enable_channelz": 0,
    });
    for (const served of services.flatMap(({ methods }) => methods)) {
      const { name } = served.method;
      server.addService({ [name]: defineMethod(served.method) }, { [name]: serveMethod(served, observer) });
    }
    const injector = server.createConnectionInjector(grpc.ServerCredentials.createInsecure());
    const accept = (connection: net.Socket) => injector.injectConnection(connection);
    const { certificate } = options;
    const listener = await Listener.listen({ hostname, port, certificate, accept });
    const endpoint = `${certificate ? "https" : "http"}://${hostAndPort(hostname, listener.port)}`;
    return new RpcServer(server, { endpoint, listener, running });
  }

  /**
   * Takes no more calls, lets those in flight end for `graceMs` (5,000 by default), then cuts them off.
   * Resolves when the port is free and every handler has ended. Rejects with an `AbortReason` of kind
   * `timeout` when a handler goes on for a second after its signal aborted.
   */
  async close(options: { readonly graceMs?: number } = {}): Promise<void> {
    const { graceMs = 5_000 } = options;
    const ended = this.#listener.close().then(() => Promise.all(this.#running));
    // Tells callers to go; it is done before they are gone, so the listener is what is waited for.
    this.#server.tryShutdown(() => {});
    const cutOff = setTimeout(() => this.#listener.cut(), graceMs);
    try {
      await withGrace(`closing the server at ${this.endpoint}`, graceMs + CUT_OFF_MS, () => ended);
    } finally {
      clearTimeout(cutOff);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}
