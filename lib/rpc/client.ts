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
import type { Channel } from "./channel.ts";
import { Code } from "./code.ts";
import { toRpcError } from "./foreign_error.ts";
import { grpc } from "./grpc.ts";
import { RpcError } from "./rpc_error.ts";

export interface CallOptions {
  /** Cancels the call, which rejects with the signal's reason when that is an `AbortReason`. */
  readonly signal?: AbortSignal;
  /** How long the whole call may take, in milliseconds; 900,000 for unary calls, unbounded for streams. */
  readonly timeoutMs?: number;
  readonly metadata?: Readonly<Record<string, string>>;
  /** Whether the messages are sent with gzip; no by default. Answers may come with gzip either way. */
  readonly compress?: boolean;
  /** Whether to wait for a server that is down instead of failing at once; no by default. */
  readonly waitForReady?: boolean;
}

/** How long a unary call may take when nothing else is said: a hung server must not hold its caller forever. */
const UNARY_TIMEOUT_MS = 900_000;

type Method<M extends DescMethod> = {
  unary: (request: MessageInitShape<M["input"]>, options?: CallOptions) => Promise<MessageShape<M["output"]>>;
  client_streaming: (
    requests: AsyncIterable<MessageInitShape<M["input"]>>,
    options?: CallOptions,
  ) => Promise<MessageShape<M["output"]>>;
  server_streaming: (
    request: MessageInitShape<M["input"]>,
    options?: CallOptions,
  ) => AsyncIterable<MessageShape<M["output"]>>;
  bidi_streaming: never;
}[M["methodKind"]];

/** A service's methods under their names in camel case. They reject with `RpcError`. */
export type Client<S extends DescService> = { readonly [N in keyof S["method"]]: Method<S["method"][N]> };

/** A client of a service on a channel. `defaults` hold for every call; a call's own options and metadata go over them. */
export function createClient<S extends DescService>(
  service: S,
  channel: Channel,
  defaults: CallOptions = {},
): Client<S> {
  const client: Record<string, unknown> = {};
  for (const method of service.methods) client[method.localName] = bind(method, channel, defaults);
  return client as Client<S>;
}

function bind(method: DescMethod, channel: Channel, defaults: CallOptions): unknown {
  const merge = (options: CallOptions = {}): CallOptions => ({
    ...defaults,
    ...options,
    metadata: { ...defaults.metadata, ...options.metadata },
  });
  switch (method.methodKind) {
    case "unary":
      return (request: MessageInitShape<DescMessage>, options?: CallOptions) =>
        unary(channel, method, request, merge(options));
    case "client_streaming":
      return (requests: AsyncIterable<MessageInitShape<DescMessage>>, options?: CallOptions) =>
        upload(channel, method, requests, merge(options));
    case "server_streaming":
      return (request: MessageInitShape<DescMessage>, options?: CallOptions) =>
        download(channel, method, request, merge(options));
    case "bidi_streaming":
      return undefined;
  }
}

const path = (method: DescMethod) => `/${method.parent.typeName}/${method.name}`;
const encode = (desc: DescMessage) => (message: MessageInitShape<DescMessage>) =>
  Buffer.from(toBinary(desc, create(desc, message)));
const decode = (desc: DescMessage) => (bytes: Buffer) => fromBinary(desc, bytes);

function prepare(options: CallOptions): [grpc.Metadata, grpc.CallOptions] {
  options.signal?.throwIfAborted();
  const metadata = new grpc.Metadata({ waitForReady: options.waitForReady ?? false });
  for (const [key, value] of Object.entries(options.metadata ?? {})) metadata.set(key, value);
  return [metadata, options.timeoutMs === undefined ? {} : { deadline: Date.now() + options.timeoutMs }];
}

/** The reason of an abort goes before what it did to the call. */
function failure(error: unknown, channel: Channel, signal?: AbortSignal): Error {
  if (signal?.aborted) {
    return signal.reason instanceof AbortReason
      ? signal.reason
      : new RpcError(Code.CANCELLED, String(signal.reason), { cause: signal.reason });
  }
  return toRpcError(error, { endpoint: channel.endpoint });
}

function onAbort(signal: AbortSignal | undefined, call: { cancel(): void }): () => void {
  const cancel = () => call.cancel();
  signal?.addEventListener("abort", cancel, { once: true });
  return () => signal?.removeEventListener("abort", cancel);
}

async function unary(
  channel: Channel,
  method: DescMethod,
  request: MessageInitShape<DescMessage>,
  options: CallOptions,
): Promise<MessageShape<DescMessage>> {
  try {
    const [metadata, callOptions] = prepare({ timeoutMs: UNARY_TIMEOUT_MS, ...options });
    return await new Promise((resolve, reject) => {
      const call = channel.client({ compress: options.compress ?? false }).makeUnaryRequest(
        path(method),
        encode(method.input),
        decode(method.output),
        request,
        metadata,
        callOptions,
        (error, response) => {
          off();
          if (error || !response) reject(error);
          else resolve(response);
        },
      );
      const off = onAbort(options.signal, call);
    });
  } catch (error) {
    throw failure(error, channel, options.signal);
  }
}

async function upload(
  channel: Channel,
  method: DescMethod,
  requests: AsyncIterable<MessageInitShape<DescMessage>>,
  options: CallOptions,
): Promise<MessageShape<DescMessage>> {
  const source = requests[Symbol.asyncIterator]();
  const over = Promise.withResolvers<MessageShape<DescMessage>>();
  over.promise.catch(() => {});
  let off = () => {};
  try {
    const [metadata, callOptions] = prepare(options);
    const call = channel.client({ compress: options.compress ?? false }).makeClientStreamRequest(
      path(method),
      encode(method.input),
      decode(method.output),
      metadata,
      callOptions,
      (error, response) => error || !response ? over.reject(error) : over.resolve(response),
    );
    call.on("error", over.reject);
    off = onAbort(options.signal, call);
    try {
      // A source that waits for its next item must not outlive a call that is over.
      const ended = over.promise.then(() => undefined);
      for (;;) {
        const next = await Promise.race([source.next(), ended]);
        if (next === undefined) break;
        if (next.done) {
          call.end();
          break;
        }
        if (!call.write(next.value)) {
          await Promise.race([new Promise((resolve) => call.once("drain", resolve)), ended]);
        }
      }
      return await over.promise;
    } catch (error) {
      call.cancel();
      throw error;
    }
  } catch (error) {
    throw failure(error, channel, options.signal);
  } finally {
    off();
    source.return?.().catch(() => {});
  }
}

async function* download(
  channel: Channel,
  method: DescMethod,
  request: MessageInitShape<DescMessage>,
  options: CallOptions,
): AsyncGenerator<MessageShape<DescMessage>> {
  let off = () => {};
  try {
    const [metadata, callOptions] = prepare(options);
    const call = channel.client({ compress: options.compress ?? false }).makeServerStreamRequest(
      path(method),
      encode(method.input),
      decode(method.output),
      request,
      metadata,
      callOptions,
    );
    off = onAbort(options.signal, call);
    try {
      for await (const response of call) yield response;
    } finally {
      call.cancel();
    }
  } catch (error) {
    throw failure(error, channel, options.signal);
  } finally {
    off();
  }
}
