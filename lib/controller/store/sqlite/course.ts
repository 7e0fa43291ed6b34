import { buildStatusOf, dependencyMessage, type Fate, fateOf, type Standing } from "../../builds/fate.ts";
import { isFinal, type TaskState } from "../../records.ts";
import { requirementsOf } from "../../scheduler/requirements.ts";
import type { WaitingTask } from "../../scheduler/waiting_queue.ts";
import { fromBinary } from "@bufbuild/protobuf";
import { TaskSchema } from "../../../../proto/gen/cirrus_ci_service_pb.ts";
import type { Database, Statement } from "./database.ts";
import type { EventTable } from "./events.ts";
import { bytes, flag, number, type Row, text } from "./row.ts";
import { taskColumns, taskStatus } from "./states.ts";

/** Moves tasks from state to state, and their builds with them. Used only within transactions. */
export class TaskCourse {
  readonly #events: EventTable;
  readonly #statements: ReturnType<typeof prepare>;

  constructor(database: Database, events: EventTable) {
    this.#events = events;
    this.#statements = prepare(database);
  }

  /** Puts a task into a state. */
  move(taskId: string, state: TaskState, at: number): void {
    const row = this.#statements.move.get(...taskColumns(state), taskId);
    if (!row) return;
    if (isFinal(state.status)) this.#statements.setFinished.run(at, taskId);
    this.#events.task(text(row, "build_id"), at, { taskId, state });
  }

  /** Lets a task wait for a worker, from `at` on. */
  trigger(taskId: string, at: number, note?: string): WaitingTask | undefined {
    this.#statements.setQueued.run(at, taskId);
    this.move(
      taskId,
      note === undefined ? { status: "triggered" } : { status: "triggered", message: note },
      at,
    );
    return this.#waiting(taskId);
  }

  /** Lets a task wait for a worker as if it had never been given to one. */
  triggerAgain(taskId: string, at: number): WaitingTask | undefined {
    this.move(taskId, { status: "triggered" }, at);
    return this.#waiting(taskId);
  }

  allWaiting(): WaitingTask[] {
    return this.#statements.allWaiting.all().map(toWaiting);
  }

  /**
   * Draws the consequences of a task's outcome: tasks that waited for it are triggered or, with those that wait for
   * them, aborted. Returns both kinds.
   */
  settleDependents(taskId: string, at: number): { triggered: WaitingTask[]; aborted: string[] } {
    const triggered: WaitingTask[] = [];
    const aborted: string[] = [];
    const settled = [taskId];
    for (const id of settled) {
      for (const dependent of this.#statements.pendingDependents.all(id).map((row) => text(row, "id"))) {
        const fate = this.fate(dependent);
        if (fate.kind === "trigger") {
          const waiting = this.trigger(dependent, at);
          if (waiting) triggered.push(waiting);
        }
        if (fate.kind === "abort") {
          this.move(dependent, { status: "aborted", message: dependencyMessage(fate.culprit) }, at);
          this.#statements.setBlocked.run(1, dependent);
          aborted.push(dependent);
          settled.push(dependent);
        }
      }
    }
    return { triggered, aborted };
  }

  /** Lets tasks wait again that could not run because of a task, and those that could not because of them. */
  reviveDependents(taskId: string, at: number): void {
    const revived = [taskId];
    for (const id of revived) {
      for (const dependent of this.#statements.blockedDependents.all(id).map((row) => text(row, "id"))) {
        this.#statements.setBlocked.run(0, dependent);
        this.#statements.setFinished.run(null, dependent);
        this.move(dependent, { status: "created" }, at);
        revived.push(dependent);
      }
    }
  }

  /** What becomes of a task that is not triggered. */
  fate(taskId: string): Fate {
    return fateOf(this.#statements.standings.all(taskId).map(toStanding));
  }

  /** A build that had ended goes on. */
  reopenBuild(buildId: string, at: number): void {
    if (this.#statements.reopenBuild.run(buildId).changes > 0) this.#events.build(buildId, at, "executing");
  }

  /** Ends a build when the last of its tasks has ended. */
  settleBuild(buildId: string, at: number): void {
    if (this.#statements.unfinished.get(buildId)) return;
    const tasks = this.#statements.ofBuild.all(buildId);
    const status = buildStatusOf(tasks.map((row) => toStanding(row)));
    this.#statements.finishBuild.run(status, at, buildId);
    this.#events.build(buildId, at, status);
  }

  #waiting(taskId: string): WaitingTask | undefined {
    const row = this.#statements.waiting.get(taskId);
    return row && toWaiting(row);
  }
}

function toStanding(row: Row): Standing {
  return { name: text(row, "name"), status: taskStatus(row), allowFailures: flag(row, "allow_failures") };
}

function toWaiting(row: Row): WaitingTask {
  const definition = fromBinary(TaskSchema, bytes(row, "definition"));
  return {
    id: text(row, "id"),
    requirements: requirementsOf(definition),
    queuedAt: number(row, "queued_at"),
  };
}

function prepare(database: Database) {
  const statement = (sql: string): Statement => database.prepare(sql);
  return {
    move: statement(
      "UPDATE task SET status = ?, worker = ?, cause = ?, message = ? WHERE id = ? RETURNING build_id",
    ),
    setFinished: statement("UPDATE task SET finished_at = ? WHERE id = ?"),
    setQueued: statement("UPDATE task SET queued_at = ? WHERE id = ?"),
    waiting: statement("SELECT * FROM task WHERE id = ?"),
    allWaiting: statement("SELECT * FROM task WHERE status = 'triggered' ORDER BY id"),
    pendingDependents: statement(`
      SELECT task.id FROM dependency JOIN task ON task.id = dependency.task_id
      WHERE dependency.required_id = ? AND task.status = 'created' ORDER BY task.id
    `),
    blockedDependents: statement(`
      SELECT task.id FROM dependency JOIN task ON task.id = dependency.task_id
      WHERE dependency.required_id = ? AND task.blocked = 1 ORDER BY task.id
    `),
    setBlocked: statement("UPDATE task SET blocked = ? WHERE id = ?"),
    reopenBuild: statement(
      "UPDATE build SET status = 'executing', finished_at = NULL WHERE id = ? AND finished_at IS NOT NULL",
    ),
    standings: statement(`
      SELECT task.name, task.status, task.allow_failures
      FROM dependency JOIN task ON task.id = dependency.required_id WHERE dependency.task_id = ?
    `),
    unfinished: statement(`
      SELECT 1 FROM task
      WHERE build_id = ? AND status IN ('created', 'triggered', 'scheduled', 'executing') LIMIT 1
    `),
    ofBuild: statement(`
      SELECT name, status, allow_failures FROM task WHERE build_id = ? AND replaced_by IS NULL
    `),
    finishBuild: statement("UPDATE build SET status = ?, finished_at = ? WHERE id = ?"),
  };
}
