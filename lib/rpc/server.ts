import { Buffer } from "node:buffer";
import {
  create,
  type DescMessage,
  type DescMethod,
  type DescService,
  fromBinary,
  type MessageInitShape,
  type MessageShape,
  toBinary,
} from "@bufbuild/protobuf";
import { AbortReason } from "../async/abort_reason.ts";
import { MAX_MESSAGE_BYTES } from "./channel.ts";
import { Code } from "./code.ts";
import { grpc } from "./grpc.ts";
import { RpcError } from "./rpc_error.ts";

/** What a handler may want of the call it answers. */
export interface CallContext {
  /** Aborts when the caller goes away or its deadline passes; nobody reads the answer then. */
  readonly signal: AbortSignal;
  readonly metadata: ReadonlyMap<string, string>;
  /** The caller's address. */
  readonly peer: string;
}

type Handler<M extends DescMethod> = {
  unary: (
    request: MessageShape<M["input"]>,
    context: CallContext,
  ) => Promise<MessageInitShape<M["output"]>>;
  client_streaming: (
    requests: AsyncIterable<MessageShape<M["input"]>>,
    context: CallContext,
  ) => Promise<MessageInitShape<M["output"]>>;
  server_streaming: never;
  bidi_streaming: never;
}[M["methodKind"]];

/** The functions behind a service's methods. They throw `RpcError` to choose the status of a failed call. */
export type Handlers<S extends DescService> = { readonly [N in keyof S["method"]]: Handler<S["method"][N]> };

/** A service and what answers its calls, for `RpcServer.listen`. */
export interface Implementation {
  readonly definition: grpc.ServiceDefinition;
  readonly handlers: grpc.UntypedServiceImplementation;
}

/** Puts handlers behind a service; a method without one answers UNIMPLEMENTED. */
export function implement<S extends DescService>(service: S, handlers: Partial<Handlers<S>>): Implementation {
  const definition: Record<
    string,
    grpc.MethodDefinition<MessageShape<DescMessage>, MessageShape<DescMessage>>
  > = {};
  const implementation: grpc.UntypedServiceImplementation = {};
  const table = handlers as Readonly<Record<string, AnyHandler | undefined>>;
  for (const method of service.methods) {
    const handler = table[method.localName];
    if (handler === undefined) continue;
    definition[method.localName] = define(method);
    implementation[method.localName] = answer(method, handler);
  }
  return { definition, handlers: implementation };
}

// deno-lint-ignore no-explicit-any
type AnyHandler = (request: any, context: CallContext) => Promise<MessageInitShape<DescMessage>>;

function define(
  method: DescMethod,
): grpc.MethodDefinition<MessageShape<DescMessage>, MessageShape<DescMessage>> {
  return {
    path: `/${method.parent.typeName}/${method.name}`,
    requestStream: method.methodKind === "client_streaming" || method.methodKind === "bidi_streaming",
    responseStream: method.methodKind === "server_streaming" || method.methodKind === "bidi_streaming",
    originalName: method.name,
    requestSerialize: (message) => Buffer.from(toBinary(method.input, message)),
    requestDeserialize: (bytes) => fromBinary(method.input, bytes),
    responseSerialize: (message) => Buffer.from(toBinary(method.output, message)),
    responseDeserialize: (bytes) => fromBinary(method.output, bytes),
  };
}

type UnaryCall = grpc.ServerUnaryCall<MessageShape<DescMessage>, MessageShape<DescMessage>>;
type StreamCall = grpc.ServerReadableStream<MessageShape<DescMessage>, MessageShape<DescMessage>>;
type Answer = grpc.sendUnaryData<MessageShape<DescMessage>>;

function answer(method: DescMethod, handler: AnyHandler): grpc.UntypedHandleCall {
  const reply = (response: Promise<MessageInitShape<DescMessage>>, callback: Answer) =>
    void response.then(
      (message) => callback(null, create(method.output, message)),
      (error: unknown) => callback(toStatus(error)),
    );
  if (method.methodKind === "unary") {
    return (call: UnaryCall, callback: Answer) => {
      const gone = new AbortController();
      call.on("cancelled", () => gone.abort(callerGone()));
      reply(Promise.try(handler, call.request, describe(call, gone.signal)), callback);
    };
  }
  return (call: StreamCall, callback: Answer) => {
    const gone = new AbortController();
    call.on("cancelled", () => gone.abort(callerGone()));
    reply(Promise.try(handler, call, describe(call, gone.signal)), callback);
  };
}

function callerGone(): AbortReason {
  return new AbortReason("cancelled", "The caller is gone");
}

function describe(call: Pick<UnaryCall, "metadata" | "getPeer">, signal: AbortSignal): CallContext {
  const metadata = new Map<string, string>();
  for (const [key, value] of Object.entries(call.metadata.getMap())) {
    if (typeof value === "string") metadata.set(key, value);
  }
  return { signal, metadata, peer: call.getPeer() };
}

function toStatus(error: unknown): grpc.ServerErrorResponse {
  const status = error instanceof RpcError ? error : new RpcError(Code.INTERNAL, "Internal error");
  return Object.assign(new Error(status.details), { code: status.code, details: status.details });
}

export interface ListenOptions {
  readonly hostname: string;
  /** 0 lets the system choose. */
  readonly port: number;
  readonly services: readonly Implementation[];
  /** The largest request, after decompression; 64 MiB by default. */
  readonly maxMessageBytes?: number;
}

/** A plaintext gRPC server. */
export class RpcServer implements AsyncDisposable {
  readonly port: number;
  /** `http://host:port` */
  readonly endpoint: string;
  readonly #server: grpc.Server;

  private constructor(server: grpc.Server, hostname: string, port: number) {
    this.#server = server;
    this.port = port;
    this.endpoint = `http://${hostname}:${port}`;
  }

  /** Starts to listen. Rejects with an `Error` that says why it cannot. */
  static async listen(options: ListenOptions): Promise<RpcServer> {
    const { hostname, maxMessageBytes = MAX_MESSAGE_BYTES } = options;
    const host = hostname.includes(":") ? `[${hostname}]` : hostname;
    const server = new grpc.Server({
      "grpc.max_receive_message_length": maxMessageBytes,
      "grpc.max_send_message_length": -1,
    });
    for (const { definition, handlers } of options.services) server.addService(definition, handlers);
    const port = await new Promise<number>((resolve, reject) => {
      server.bindAsync(`${host}:${options.port}`, grpc.ServerCredentials.createInsecure(), (error, port) => {
        if (error) {
          reject(
            new Error(`Could not listen on ${host}:${options.port}: ${error.message}`, { cause: error }),
          );
        } else resolve(port);
      });
    });
    return new RpcServer(server, host, port);
  }

  /** Takes no more calls, lets those in flight end for `graceMs` (5,000 by default), then cuts them off. */
  async close(options: { readonly graceMs?: number } = {}): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(() => {
        this.#server.forceShutdown();
        resolve();
      }, options.graceMs ?? 5_000);
      this.#server.tryShutdown(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close({ graceMs: 0 });
  }
}
