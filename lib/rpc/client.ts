import type { DescMethod, DescService, MessageInitShape, MessageShape } from "@bufbuild/protobuf";
import type { CallOptions } from "./call_options.ts";
import { download, exchange, unary, upload } from "./calls.ts";
import type { Channel } from "./channel.ts";

export type { CallOptions };

/**
 * A service's methods under their names in camel case. A call that fails rejects with an `RpcError`; one whose
 * signal aborted, with the signal's reason; one whose channel was disposed, with an `AbortReason`.
 */
export type Client<S extends DescService> = { readonly [N in keyof S["method"]]: Method<S["method"][N]> };

type Method<M extends DescMethod> = {
  unary: (request: MessageInitShape<M["input"]>, options?: CallOptions) => Promise<MessageShape<M["output"]>>;
  /** Takes from `requests` only as fast as the wire does, and returns it when the call is over before it. */
  client_streaming: (
    requests: AsyncIterable<MessageInitShape<M["input"]>>,
    options?: CallOptions,
  ) => Promise<MessageShape<M["output"]>>;
  /** The call starts with the first item asked for; leaving the loop cancels it. */
  server_streaming: (
    request: MessageInitShape<M["input"]>,
    options?: CallOptions,
  ) => AsyncIterable<MessageShape<M["output"]>>;
  /** Both of the above: the call starts with the first answer asked for. */
  bidi_streaming: (
    requests: AsyncIterable<MessageInitShape<M["input"]>>,
    options?: CallOptions,
  ) => AsyncIterable<MessageShape<M["output"]>>;
}[M["methodKind"]];

/**
 * A client of a service over a channel. `defaults` hold for every call; a call's own options go over them,
 * its metadata key by key.
 */
export function createClient<S extends DescService>(
  service: S,
  channel: Channel,
  defaults: CallOptions = {},
): Client<S> {
  const methods = service.methods.map((method) => [method.localName, bind(method, { channel, defaults })]);
  return Object.fromEntries(methods);
}

function bind(method: DescMethod, client: { channel: Channel; defaults: CallOptions }) {
  const callee = { channel: client.channel, method };
  const merge = (options: CallOptions = {}): CallOptions => ({
    ...client.defaults,
    ...options,
    metadata: { ...client.defaults.metadata, ...options.metadata },
  });
  switch (method.methodKind) {
    case "unary":
      return (request: MessageInitShape<DescMethod["input"]>, options?: CallOptions) =>
        unary(callee, request, merge(options));
    case "client_streaming":
      return (requests: AsyncIterable<MessageInitShape<DescMethod["input"]>>, options?: CallOptions) =>
        upload(callee, requests, merge(options));
    case "server_streaming":
      return (request: MessageInitShape<DescMethod["input"]>, options?: CallOptions) =>
        download(callee, request, merge(options));
    case "bidi_streaming":
      return (requests: AsyncIterable<MessageInitShape<DescMethod["input"]>>, options?: CallOptions) =>
        exchange(callee, requests, merge(options));
  }
}
