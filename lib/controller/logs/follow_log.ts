import { isFinal, type TaskRecord } from "../records.ts";
import type { LogSlice } from "./logs.ts";

/** A part of a log, and which try to run the task it is of. */
export interface LogOfTry {
  readonly assignmentId: number;
  readonly slice: LogSlice;
}

/** What of a log is needed to follow it. */
export interface FollowedLog {
  /** Yields at once, and again whenever there may be more to read. */
  readonly changes: AsyncIterable<void>;
  /** Whether nothing comes any more beside what can be read by now. */
  readonly isOver: () => Promise<boolean>;
  /** Reads from a byte on, in the last try; undefined when there is no log yet. */
  readonly read: (offset: number) => Promise<LogOfTry | undefined>;
}

/** Yields a log from a byte on, as it grows, until it is over. In another try it is another log, from its beginning. */
export async function* followLog(log: FollowedLog, offset: number): AsyncGenerator<Uint8Array> {
  let assignmentId: number | undefined;
  for await (const _change of log.changes) {
    const over = await log.isOver();
    for (;;) {
      const part = await log.read(offset);
      if (part === undefined) break;
      const isAnother = assignmentId !== undefined && assignmentId !== part.assignmentId;
      assignmentId = part.assignmentId;
      if (isAnother) offset = 0;
      else if (part.slice.bytes.byteLength === 0) break;
      else {
        offset += part.slice.bytes.byteLength;
        yield part.slice.bytes;
      }
    }
    if (over) return;
  }
}

/** Whether a command of a task writes nothing any more. */
export function isLogOver(task: TaskRecord | undefined, command: string): boolean {
  if (task === undefined || isFinal(task.state.status)) return true;
  const state = task.commands.find(({ name }) => name === command)?.state;
  return state === undefined || "durationMs" in state;
}
