import type { MessageInitShape } from "@bufbuild/protobuf";
import type { LogEntrySchema } from "../../../proto/gen/cirrus_ci_service_pb.ts";
import type { Logger } from "../../logging/logger.ts";
import type { TaskUpstream } from "../task_upstream.ts";
import type { LogPiece } from "./log_reader.ts";

/** Where the log of one command goes. */
export interface LogTarget {
  readonly upstream: TaskUpstream;
  readonly commandName: string;
  /** Whether it travels with gzip. */
  readonly compress: boolean;
  readonly logger: Logger;
}

export type LogEntryInit = MessageInitShape<typeof LogEntrySchema>;

/** The first entry of every log stream: whose log it is. `raw` marks the complete one at the end. */
export function logKey(target: LogTarget, options: { raw: boolean }): LogEntryInit {
  const { upstream: { taskIdentification }, commandName } = target;
  return { value: { case: "key", value: { taskIdentification, commandName, raw: options.raw } } };
}

/** The entries of a piece of a log; where something was dropped before it, the log says so. */
export function* logChunks(piece: LogPiece): Generator<LogEntryInit> {
  if (piece.lost > 0) {
    yield chunk(new TextEncoder().encode(`\n[${piece.lost} bytes of this log are missing]\n`));
  }
  yield chunk(piece.data);
}

function chunk(data: Uint8Array): LogEntryInit {
  return { value: { case: "chunk", value: { data } } };
}
