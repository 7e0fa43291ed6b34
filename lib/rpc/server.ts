import type { DescMethod, DescService, MessageInitShape, MessageShape } from "@bufbuild/protobuf";
import { withGrace } from "../async/grace.ts";
import { type Logger, silentLogger } from "../logging/logger.ts";
import type { CallContext } from "./call_context.ts";
import { MAX_MESSAGE_BYTES } from "./codec.ts";
import { grpc } from "./grpc.ts";
import { defineMethod, type ServedMethod, serveMethod } from "./serve_method.ts";

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
  readonly services: readonly Implementation[];
  /** The largest request taken, in bytes, after decompression; 64 MiB by default. */
  readonly maxMessageBytes?: number;
  /** Told of handlers that fail with something else than an `RpcError`; nobody is by default. */
  readonly logger?: Logger;
}

/** How long handlers may take to see that their calls were cut off, in milliseconds. */
const CUT_OFF_MS = 1_000;

/** A plaintext gRPC server. It takes gzip and identity. */
export class RpcServer implements AsyncDisposable {
  readonly port: number;
  /** `http://host:port` */
  readonly endpoint: string;
  readonly #server: grpc.Server;
  readonly #running: ReadonlySet<Promise<void>>;
  #shutdown: Promise<void> | undefined;

  private constructor(
    server: grpc.Server,
    options: { host: string; port: number; running: ReadonlySet<Promise<void>> },
  ) {
    this.#server = server;
    this.#running = options.running;
    this.port = options.port;
    this.endpoint = `http://${options.host}:${options.port}`;
  }

  /** Starts to listen. Rejects with an `Error` that says why it cannot and what to do. */
  static async listen(options: ListenOptions): Promise<RpcServer> {
    const { logger = silentLogger, maxMessageBytes = MAX_MESSAGE_BYTES } = options;
    const running = new Set<Promise<void>>();
    const server = new grpc.Server({
      "grpc.max_receive_message_length": maxMessageBytes,
      // Finds callers that vanished without a word, so that their handlers end.
      "grpc.keepalive_time_ms": 60_000,
      "grpc.keepalive_timeout_ms": 20_000,
      "grpc.enable_channelz": 0,
    });
    const observer = {
      started(answered: Promise<void>) {
        running.add(answered);
        answered.finally(() => running.delete(answered));
      },
      failed(method: DescMethod, error: unknown) {
        logger.error(`Handler of ${method.name} failed`, {
          error: error instanceof Error ? error.stack ?? error.message : String(error),
        });
      },
    };
    for (const served of options.services.flatMap(({ methods }) => methods)) {
      const { name } = served.method;
      server.addService({ [name]: defineMethod(served.method) }, { [name]: serveMethod(served, observer) });
    }
    const host = options.hostname.includes(":") ? `[${options.hostname}]` : options.hostname;
    const port = await bind(server, `${host}:${options.port}`);
    return new RpcServer(server, { host, port, running });
  }

  /**
   * Takes no more calls, lets those in flight end for `graceMs` (5,000 by default), then cuts them off.
   * Resolves when the port is free and every handler has ended. Rejects with an `AbortReason` of kind
   * `timeout` when a handler goes on for a second after its signal aborted.
   */
  async close(options: { readonly graceMs?: number } = {}): Promise<void> {
    const { graceMs = 5_000 } = options;
    this.#shutdown ??= new Promise((resolve) => this.#server.tryShutdown(() => resolve()));
    const ended = this.#shutdown.then(() => Promise.all(this.#running));
    const cutOff = setTimeout(() => this.#server.forceShutdown(), graceMs);
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

/** Resolves with the port. */
async function bind(server: grpc.Server, address: string): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  server.bindAsync(address, grpc.ServerCredentials.createInsecure(), (error, port) => {
    if (error !== null) {
      reject(new Error(`Could not listen on ${address}: ${bindProblem(error)}`, { cause: error }));
    } else resolve(port);
  });
  return await promise;
}

function bindProblem(error: Error): string {
  if (error.message.includes("EADDRINUSE")) return "the port is in use; choose another or end what uses it";
  if (error.message.includes("EACCES")) return "not allowed to; choose a port above 1023";
  if (error.message.includes("EADDRNOTAVAIL")) return "this machine has no such address; choose one it has";
  return error.message;
}
