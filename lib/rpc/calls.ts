import type { Buffer } from "node:buffer";
import { Readable } from "node:stream";
import type { DescMethod, MessageInitShape, MessageShape } from "@bufbuild/protobuf";
import type { CallOptions } from "./call_options.ts";
import type { Channel } from "./channel.ts";
import { decode, encode, methodPath } from "./codec.ts";
import { toRpcError } from "./foreign_error.ts";
import type { grpc } from "./grpc.ts";
import { toGrpcMetadata } from "./grpc_metadata.ts";

/** What is called, and over what. */
export interface Callee {
  readonly channel: Channel;
  readonly method: DescMethod;
}

type Request = MessageInitShape<DescMethod["input"]>;
type Response = MessageShape<DescMethod["output"]>;

/** Ends the wait for a server that took the request and hangs. */
const UNARY_TIMEOUT_MS = 900_000;

/** One request, one answer. */
export async function unary(callee: Callee, request: Request, options: CallOptions): Promise<Response> {
  const call = prepare(callee, { timeoutMs: UNARY_TIMEOUT_MS, ...options });
  const answer = Promise.withResolvers<Response>();
  const handle = call.client.makeUnaryRequest(
    call.path,
    call.serialize,
    call.deserialize,
    request,
    call.metadata,
    call.options,
    settle(answer, callee.channel),
  );
  return await cancellable(handle, answer.promise, call.signal);
}

/**
 * A stream of requests, one answer. Whatever `requests` throws ends the call and is thrown as it is; when the
 * call ends first, `requests` is returned.
 */
export async function upload(
  callee: Callee,
  requests: AsyncIterable<Request>,
  options: CallOptions,
): Promise<Response> {
  const source = Readable.from(requests, { highWaterMark: 1 });
  // What a source says of its own end, after that of the call, concerns nobody.
  source.on("error", () => {});
  try {
    const call = prepare(callee, options);
    const answer = Promise.withResolvers<Response>();
    const sink = call.client.makeClientStreamRequest(
      call.path,
      call.serialize,
      call.deserialize,
      call.metadata,
      call.options,
      settle(answer, callee.channel),
    );
    source.on("error", answer.reject);
    source.on("data", (request: Request) => {
      if (!sink.write(request)) source.pause();
    });
    source.on("end", () => sink.end());
    sink.on("drain", () => source.resume());
    return await cancellable(sink, answer.promise, call.signal);
  } finally {
    source.destroy();
  }
}

/**
 * One request, a stream of answers. Leaving the loop over it cancels the call. When the call fails, answers
 * that came just before may be lost: grpc-js hands the failure over first.
 */
export async function* download(
  callee: Callee,
  request: Request,
  options: CallOptions,
): AsyncGenerator<Response> {
  const call = prepare(callee, options);
  const source: grpc.ClientReadableStream<Response> = call.client.makeServerStreamRequest(
    call.path,
    call.serialize,
    call.deserialize,
    request,
    call.metadata,
    call.options,
  );
  const cancel = () => source.cancel();
  call.signal.addEventListener("abort", cancel, { once: true });
  try {
    for await (const response of source) yield response;
  } catch (error) {
    call.signal.throwIfAborted();
    throw toRpcError(error, callee.channel);
  } finally {
    call.signal.removeEventListener("abort", cancel);
    source.on("error", () => {});
    source.cancel();
  }
}

/**
 * A stream of requests, a stream of answers, each as fast as its receiver takes it. Leaving the loop over the answers
 * cancels the call; when it ends first, `requests` is returned. Whatever `requests` throws ends the call and is thrown as
 * it is. For answers that come just before a failure see `download`.
 */
export async function* exchange(
  callee: Callee,
  requests: AsyncIterable<Request>,
  options: CallOptions,
): AsyncGenerator<Response> {
  const call = prepare(callee, options);
  const stream: grpc.ClientDuplexStream<Request, Response> = call.client.makeBidiStreamRequest(
    call.path,
    call.serialize,
    call.deserialize,
    call.metadata,
    call.options,
  );
  const source = Readable.from(requests, { highWaterMark: 1 });
  let failure: unknown;
  source.on("error", (error) => {
    failure = error;
    stream.cancel();
  });
  source.on("data", (request: Request) => {
    if (!stream.write(request)) source.pause();
  });
  source.on("end", () => stream.end());
  stream.on("drain", () => source.resume());
  const cancel = () => stream.cancel();
  call.signal.addEventListener("abort", cancel, { once: true });
  try {
    for await (const response of stream) yield response;
  } catch (error) {
    if (failure !== undefined) throw failure;
    call.signal.throwIfAborted();
    throw toRpcError(error, callee.channel);
  } finally {
    call.signal.removeEventListener("abort", cancel);
    stream.on("error", () => {});
    source.destroy();
    stream.cancel();
  }
}

/** Everything about a call but its requests. Throws when it is aborted before it began. */
function prepare({ channel, method }: Callee, options: CallOptions) {
  const signal = AbortSignal.any([channel.closed, ...(options.signal ? [options.signal] : [])]);
  signal.throwIfAborted();
  const deadline = options.timeoutMs === undefined ? {} : { deadline: Date.now() + options.timeoutMs };
  return {
    signal,
    client: options.compress ? channel.compressingClient : channel.client,
    path: methodPath(method),
    serialize: (request: Request) => encode(method.input, request),
    deserialize: (bytes: Buffer) => decode(method.output, bytes),
    metadata: toGrpcMetadata(options.metadata ?? {}, { waitForReady: options.waitForReady ?? false }),
    options: deadline,
  };
}

function settle(answer: PromiseWithResolvers<Response>, channel: Channel): grpc.requestCallback<Response> {
  return (error, response) => {
    if (error !== null || response === undefined) answer.reject(toRpcError(error, channel));
    else answer.resolve(response);
  };
}

/** Waits for the answer. An abort cancels the call, and its reason goes before what that did to the call. */
async function cancellable(
  call: { cancel(): void },
  answer: Promise<Response>,
  signal: AbortSignal,
): Promise<Response> {
  const cancel = () => call.cancel();
  signal.addEventListener("abort", cancel, { once: true });
  try {
    return await answer;
  } catch (error) {
    call.cancel();
    signal.throwIfAborted();
    throw error;
  } finally {
    signal.removeEventListener("abort", cancel);
  }
}
