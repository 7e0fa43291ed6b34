import type { EventEmitter } from "node:events";
import {
  create,
  type DescMethod,
  type Message,
  type MessageInitShape,
  type MessageShape,
} from "@bufbuild/protobuf";
import { AbortReason } from "../async/abort_reason.ts";
import type { CallContext } from "./call_context.ts";
import { Code } from "./code.ts";
import { decode, encode, methodPath } from "./codec.ts";
import type { grpc } from "./grpc.ts";
import { fromGrpcMetadata } from "./grpc_metadata.ts";
import { RpcError } from "./rpc_error.ts";

type Request = MessageShape<DescMethod["input"]>;
type ResponseInit = MessageInitShape<DescMethod["output"]>;
type Response = MessageShape<DescMethod["output"]>;

/** A method and the function behind it. */
export type ServedMethod =
  | {
    readonly kind: "unary";
    readonly method: DescMethod;
    readonly handler: (request: Request, context: CallContext) => Promise<ResponseInit>;
  }
  | {
    readonly kind: "client_streaming";
    readonly method: DescMethod;
    readonly handler: (requests: AsyncIterable<Request>, context: CallContext) => Promise<ResponseInit>;
  };

/** What the server wants to hear of its calls. */
export interface CallObserver {
  /** A handler began; the promise resolves, and never rejects, when its call was answered. */
  started(answered: Promise<void>): void;
  /** A handler failed with something that is no `RpcError`; the caller is not told what. */
  failed(method: DescMethod, error: unknown): void;
}

/** How grpc-js reads and writes a method. */
export function defineMethod(method: DescMethod): grpc.MethodDefinition<Message, Message> {
  return {
    path: methodPath(method),
    requestStream: method.methodKind === "client_streaming",
    responseStream: false,
    originalName: method.name,
    requestSerialize: (request) => encode(method.input, request),
    requestDeserialize: (bytes) => decode(method.input, bytes),
    responseSerialize: (response) => encode(method.output, response),
    responseDeserialize: (bytes) => decode(method.output, bytes),
  };
}

/** The function that grpc-js runs for each call of a method. */
export function serveMethod(served: ServedMethod, observer: CallObserver): grpc.UntypedHandleCall {
  switch (served.kind) {
    case "unary":
      return (call: grpc.ServerUnaryCall<Request, Response>, callback: grpc.sendUnaryData<Response>) =>
        observer.started(
          answer({ call, callback, served, observer }, (context) => served.handler(call.request, context)),
        );
    case "client_streaming":
      return (call: grpc.ServerReadableStream<Request, Response>, callback: grpc.sendUnaryData<Response>) =>
        observer.started(
          answer(
            { call, callback, served, observer },
            (context) => served.handler(requestsOf(call, context.signal), context),
          ),
        );
  }
}

interface Answering {
  readonly call: EventEmitter & Pick<grpc.ServerUnaryCall<Request, Response>, "metadata" | "getPeer">;
  readonly callback: grpc.sendUnaryData<Response>;
  readonly served: ServedMethod;
  readonly observer: CallObserver;
}

async function answer(
  { call, callback, served, observer }: Answering,
  handle: (context: CallContext) => Promise<ResponseInit>,
): Promise<void> {
  const gone = new AbortController();
  // grpc-js calls it cancelled also when the answer was sent.
  let done = false;
  call.on("cancelled", () => {
    if (!done) gone.abort(new AbortReason("cancelled", "The caller went away or its deadline passed"));
  });
  try {
    const context = {
      signal: gone.signal,
      metadata: fromGrpcMetadata(call.metadata),
      peer: call.getPeer(),
    };
    const response = create(served.method.output, await handle(context));
    done = true;
    callback(null, response);
  } catch (error) {
    done = true;
    if (!(error instanceof RpcError) && !gone.signal.aborted) observer.failed(served.method, error);
    callback(statusOf(error));
  }
}

/** An upload that is cut off must not look like one that is complete, as it does in grpc-js. */
async function* requestsOf(
  call: AsyncIterable<Request>,
  signal: AbortSignal,
): AsyncGenerator<Request> {
  try {
    yield* call;
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  }
  signal.throwIfAborted();
}

/** Longer texts risk what peers allow for the headers of an answer. */
const MAX_DETAILS = 2_000;

function statusOf(error: unknown): { code: Code; details: string } {
  if (!(error instanceof RpcError)) {
    return { code: Code.INTERNAL, details: "Internal error; the log of the server says more" };
  }
  // Half a surrogate pair would make grpc-js throw.
  return { code: error.code, details: error.details.slice(0, MAX_DETAILS).toWellFormed() };
}
