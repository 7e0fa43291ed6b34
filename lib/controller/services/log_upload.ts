import type { LogEntry, LogEntry_LogKey } from "../../../proto/gen/cirrus_ci_service_pb.ts";
import { Code } from "../../rpc/code.ts";
import { RpcError } from "../../rpc/rpc_error.ts";

/** A log on its way in. */
export interface LogUpload {
  readonly key: LogEntry_LogKey;
  readonly pieces: AsyncIterable<Uint8Array>;
}

/** Takes a stream of log entries apart: a key, then chunks. Rejects with INVALID_ARGUMENT when it does not begin so. */
export async function openUpload(entries: AsyncIterable<LogEntry>): Promise<LogUpload> {
  const iterator = entries[Symbol.asyncIterator]();
  const first = await iterator.next();
  if (first.done || first.value.value.case !== "key") {
    throw new RpcError(Code.INVALID_ARGUMENT, "A stream of logs begins with a key; this one does not");
  }
  return { key: first.value.value.value, pieces: piecesOf({ [Symbol.asyncIterator]: () => iterator }) };
}

async function* piecesOf(entries: AsyncIterable<LogEntry>): AsyncGenerator<Uint8Array> {
  for await (const { value } of entries) {
    if (value.case === "chunk" && value.value.data.byteLength > 0) yield value.value.data;
  }
}
