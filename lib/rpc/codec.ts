import { Buffer } from "node:buffer";
import {
  create,
  type DescMessage,
  type DescMethod,
  fromBinary,
  type MessageInitShape,
  type MessageShape,
  toBinary,
} from "@bufbuild/protobuf";

/**
 * The largest message either side takes, in bytes, after decompression: answers carry whole environments,
 * and a peer must not be able to fill the memory.
 */
export const MAX_MESSAGE_BYTES = 64 * 1024 * 1024;

/** Where a method is called: `/package.Service/Method`. */
export function methodPath(method: DescMethod): string {
  return `/${method.parent.typeName}/${method.name}`;
}

/** The bytes of a message, as grpc-js wants them. */
export function encode<D extends DescMessage>(schema: D, message: MessageInitShape<D>): Buffer {
  const bytes = toBinary(schema, create(schema, message));
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** The message in bytes that came; fields that the schema does not know are kept. */
export function decode<D extends DescMessage>(schema: D, bytes: Buffer): MessageShape<D> {
  // A plain view, so that fields of bytes are plain too: a Buffer's slice() would not copy.
  return fromBinary(schema, new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength));
}
