import type { CommandState } from "../../records.ts";
import type { Database, Statement } from "./database.ts";
import type { EventTable } from "./events.ts";
import { text } from "./row.ts";
import { commandColumns, commandState } from "./states.ts";

/** The commands of tasks. Written only within the transactions of those who move a task. */
export class CommandTable {
  readonly #events: EventTable;
  readonly #statements: ReturnType<typeof prepare>;

  constructor(database: Database, events: EventTable) {
    this.#events = events;
    this.#statements = prepare(database);
  }

  /** In the order in which they run. */
  of(taskId: string): Map<string, CommandState> {
    return new Map(this.#statements.of.all(taskId).map((row) => [text(row, "name"), commandState(row)]));
  }

  has(taskId: string, name: string): boolean {
    return this.#statements.find.get(taskId, name) !== undefined;
  }

  /** Moves a command on; one that has its outcome keeps it, and an unknown name is ignored. */
  move(
    task: { readonly taskId: string; readonly buildId: string },
    change: { readonly command: string; readonly state: CommandState },
    at: number,
  ): void {
    const { taskId, buildId } = task;
    const row = this.#statements.find.get(taskId, change.command);
    if (!row) return;
    const before = commandState(row);
    if ("durationMs" in before || before.status === change.state.status) return;
    this.#statements.move.run(...commandColumns(change.state), taskId, change.command);
    this.#events.command(buildId, at, { taskId, ...change });
  }

  /** Puts all of a task's commands back to where they were at first. */
  reset(taskId: string): void {
    this.#statements.reset.run(...commandColumns({ status: "created" }), taskId);
  }
}

function prepare(database: Database) {
  const statement = (sql: string): Statement => database.prepare(sql);
  return {
    of: statement("SELECT * FROM command WHERE task_id = ? ORDER BY position"),
    find: statement("SELECT * FROM command WHERE task_id = ? AND name = ?"),
    move: statement(
      "UPDATE command SET status = ?, duration_ms = ?, signaled = ? WHERE task_id = ? AND name = ?",
    ),
    reset: statement("UPDATE command SET status = ?, duration_ms = ?, signaled = ? WHERE task_id = ?"),
  };
}
