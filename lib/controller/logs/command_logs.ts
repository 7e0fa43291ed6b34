import type { BuildWatchers } from "../events/build_watchers.ts";
import { noTask } from "../not_found_error.ts";
import type { BuildStore } from "../store/build_store.ts";
import type { LogKey } from "../store/log_index.ts";
import { followLog, isLogOver, type LogOfTry } from "./follow_log.ts";
import type { Logs, LogSlice } from "./logs.ts";

/** The most of a log that is read at once. */
const MAX_SLICE_BYTES = 1024 * 1024;

/** The log of a command, in the last try of its task. */
export interface LogName {
  readonly taskId: string;
  readonly command: string;
}

/** What logs are found and read with. */
export interface CommandLogsOptions {
  readonly logs: Logs;
  readonly keyOf: (log: LogName) => Promise<LogKey | undefined>;
  readonly store: Pick<BuildStore, "findTask">;
  readonly watchers: BuildWatchers;
}

/** The logs of a controller's commands, by the names that people know them by. */
export class CommandLogs {
  readonly #options: CommandLogsOptions;

  constructor(options: CommandLogsOptions) {
    this.#options = options;
  }

  /**
   * Reads a part of a command's log, in the last try of its task: at most `length` bytes and 1 MiB, fewer where the log
   * ends. Undefined when there is no such log.
   */
  async read(
    log: LogName,
    part: { readonly offset: number; readonly length?: number },
  ): Promise<LogSlice | undefined> {
    return (await this.#readTry(log, part))?.slice;
  }

  /**
   * Yields a command's log from a byte on, as it grows, until the command or its task has ended. When the task loses its
   * worker and starts over, what is yielded starts over too. Rejects with the signal's reason.
   */
  async *follow(
    log: LogName,
    { offset, signal }: { readonly offset: number; readonly signal: AbortSignal },
  ): AsyncGenerator<Uint8Array> {
    const { store, watchers } = this.#options;
    const task = await store.findTask(log.taskId);
    if (task === undefined) throw noTask(log.taskId);
    yield* followLog({
      changes: watchers.changes(task.buildId, { ...log, signal }),
      isOver: async () => isLogOver(await store.findTask(log.taskId), log.command),
      read: (offset) => this.#readTry(log, { offset }),
    }, offset);
  }

  async #readTry(
    log: LogName,
    part: { readonly offset: number; readonly length?: number },
  ): Promise<LogOfTry | undefined> {
    const { logs, keyOf } = this.#options;
    const key = await keyOf(log);
    const length = Math.min(part.length ?? MAX_SLICE_BYTES, MAX_SLICE_BYTES);
    const slice = key && await logs.read(key, { offset: part.offset, length });
    return slice && { assignmentId: key.assignmentId, slice };
  }
}
