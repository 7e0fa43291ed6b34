import { Code } from "./code.ts";
import { grpc } from "./grpc.ts";
import { RpcError } from "./rpc_error.ts";

/**
 * Metadata as grpc-js sends it. Throws an `RpcError` that names the key, never the value (it may be a secret),
 * of what cannot be sent.
 */
export function toGrpcMetadata(
  init: Readonly<Record<string, string>>,
  options: grpc.MetadataOptions,
): grpc.Metadata {
  const metadata = new grpc.Metadata(options);
  for (const [key, value] of Object.entries(init)) {
    const position = value.search(/[^ -~]/);
    if (position >= 0) {
      throw new RpcError(
        Code.INVALID_ARGUMENT,
        `Could not send "${key}": its character ${
          position + 1
        } is not printable ASCII, which is all that gRPC ` +
          "metadata carries; change the value",
      );
    }
    metadata.set(key, value);
  }
  return metadata;
}

/** The metadata that came with a call; the first value of each key, without the binary ones. */
export function fromGrpcMetadata(metadata: grpc.Metadata): ReadonlyMap<string, string> {
  const texts = new Map<string, string>();
  for (const [key, value] of Object.entries(metadata.getMap())) {
    if (typeof value === "string") texts.set(key, value);
  }
  return texts;
}
