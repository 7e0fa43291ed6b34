import {
  BUILD_STATUSES,
  type BuildStatus,
  type CommandState,
  type StoredEvent,
  type TaskState,
} from "../../records.ts";
import type { Database, Statement } from "./database.ts";
import { number, type Row, text, word } from "./row.ts";
import { commandColumns, commandState, taskColumns, taskState } from "./states.ts";

/** The events of builds. Written only within the transactions of those who change a build. */
export class EventTable {
  readonly #insert: Statement;
  readonly #select: Statement;

  constructor(database: Database) {
    this.#insert = database.prepare(`
      INSERT INTO event
        (build_id, at, kind, task_id, command, status, worker, cause, message, duration_ms, signaled)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    `);
    this.#select = database.prepare(
      "SELECT * FROM event WHERE build_id = ? AND seq > ? ORDER BY seq LIMIT ?",
    );
  }

  build(buildId: string, at: number, status: BuildStatus): void {
    this.#insert.run(buildId, at, "build", null, null, status, null, null, null, null, null);
  }

  task(buildId: string, at: number, change: { readonly taskId: string; readonly state: TaskState }): void {
    const [status, worker, cause, message] = taskColumns(change.state);
    this.#insert.run(
      buildId,
      at,
      "task",
      change.taskId,
      null,
      status,
      worker,
      cause,
      message,
      null,
      null,
    );
  }

  command(
    buildId: string,
    at: number,
    change: { readonly taskId: string; readonly command: string; readonly state: CommandState },
  ): void {
    const [status, duration, signaled] = commandColumns(change.state);
    this.#insert.run(
      buildId,
      at,
      "command",
      change.taskId,
      change.command,
      status,
      null,
      null,
      null,
      duration,
      signaled,
    );
  }

  after(buildId: string, page: { readonly after: number; readonly limit: number }): StoredEvent[] {
    return this.#select.all(buildId, page.after, page.limit).map(toEvent);
  }
}

function toEvent(row: Row): StoredEvent {
  const base = { seq: number(row, "seq"), at: number(row, "at") };
  const kind = word(row, "kind", ["build", "task", "command"]);
  switch (kind) {
    case "build":
      return {
        ...base,
        kind,
        status: word(row, "status", BUILD_STATUSES),
      };
    case "task":
      return { ...base, kind, taskId: text(row, "task_id"), state: taskState(row) };
    case "command":
      return {
        ...base,
        kind,
        taskId: text(row, "task_id"),
        command: text(row, "command"),
        state: commandState(row),
      };
  }
}
