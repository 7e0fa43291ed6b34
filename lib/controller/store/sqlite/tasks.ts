import { fromBinary, toBinary } from "@bufbuild/protobuf";
import { type Annotation, AnnotationSchema, TaskSchema } from "../../../../proto/gen/cirrus_ci_service_pb.ts";
import {
  type AssignmentRecord,
  type CommandState,
  isFinal,
  type Release,
  type Status,
  type TaskOutcome,
} from "../../records.ts";
import type { WaitingTask } from "../../scheduler/waiting_queue.ts";
import type { AgentReport, Settled, TakeBack, TaskStore, TaskWork } from "../task_store.ts";
import { AssignmentTable } from "./assignments.ts";
import { CommandTable } from "./commands.ts";
import { TaskCourse } from "./course.ts";
import type { Database, Statement } from "./database.ts";
import type { EventTable } from "./events.ts";
import { bytes, map, number, optionalText, type Row, text, texts } from "./row.ts";
import { taskStatus } from "./states.ts";

/** Tasks on their way: each method is one transaction. */
export class SqliteTasks implements TaskStore {
  readonly #database: Database;
  readonly #assignments: AssignmentTable;
  readonly #commands: CommandTable;
  readonly #course: TaskCourse;
  readonly #statements: ReturnType<typeof prepare>;

  constructor(database: Database, events: EventTable) {
    this.#database = database;
    this.#assignments = new AssignmentTable(database);
    this.#commands = new CommandTable(database, events);
    this.#course = new TaskCourse(database, events);
    this.#statements = prepare(database);
  }

  waiting(): Promise<WaitingTask[]> {
    return this.#database.run(() => this.#course.allWaiting());
  }

  assigned(): Promise<AssignmentRecord[]> {
    return this.#database.run(() => this.#assignments.held());
  }

  countUndecided(): Promise<ReadonlyMap<Status, number>> {
    return this.#database.run(() =>
      new Map(this.#statements.countUndecided.all().map((row) => [taskStatus(row), number(row, "count")]))
    );
  }

  lastAssignment(taskId: string): Promise<AssignmentRecord | undefined> {
    return this.#database.run(() => this.#assignments.lastOf(taskId));
  }

  commands(taskId: string): Promise<ReadonlyMap<string, CommandState>> {
    return this.#database.run(() => this.#commands.of(taskId));
  }

  give(taskId: string, gift: Parameters<TaskStore["give"]>[1]): Promise<AssignmentRecord | undefined> {
    return this.#database.transaction(() => {
      const task = this.#statements.find.get(taskId);
      if (!task || taskStatus(task) !== "triggered") return undefined;
      this.#course.move(taskId, { status: "scheduled", worker: gift.worker }, gift.at);
      const id = this.#assignments.insert({ taskId, ...gift });
      const note = optionalText(task, "note");
      if (note !== undefined) {
        this.#statements.beginLog.run(id, new TextEncoder().encode(`${note}\n`), taskId);
      }
      return this.#assignments.find(id);
    });
  }

  start(assignmentId: number, at: number): Promise<void> {
    return this.#database.transaction(() => {
      const assignment = this.#assignments.find(assignmentId);
      if (assignment && !assignment.started) this.#start(assignment, at);
    });
  }

  work(assignmentId: number, at: number): Promise<TaskWork> {
    return this.#database.transaction(() => {
      const assignment = this.#assignments.find(assignmentId);
      const row = this.#statements.work.get(assignmentId);
      if (!row || !assignment) {
        throw new Error(`Reading the work of assignment ${assignmentId}: there is none`);
      }
      if (!assignment.started) this.#start(assignment, at);
      this.#assignments.setAgentStarted(assignmentId, at);
      this.#statements.setAgentStarted.run(at, assignment.taskId);
      const commands = [...this.#commands.of(assignment.taskId).values()];
      return {
        definition: fromBinary(TaskSchema, bytes(row, "definition")),
        environment: map(row, "environment"),
        overrides: map(row, "overrides"),
        secretsToMask: texts(row, "secrets_to_mask"),
        index: number(row, "task_index"),
        total: number(row, "total"),
        failedAtLeastOnce: commands.some(({ status }) => status === "failed"),
      };
    });
  }

  recordCommands(
    assignmentId: number,
    commands: ReadonlyMap<string, CommandState>,
    at: number,
  ): Promise<void> {
    return this.#database.transaction(() => {
      const assignment = this.#assignments.find(assignmentId);
      if (!assignment || assignment.release !== undefined) return;
      for (const [command, state] of commands) this.#commands.move(assignment, { command, state }, at);
    });
  }

  recordAnnotations(assignmentId: number, annotations: readonly Annotation[]): Promise<void> {
    return this.#database.transaction(() => {
      for (const annotation of annotations) {
        this.#statements.insertAnnotation.run(assignmentId, toBinary(AnnotationSchema, annotation));
      }
    });
  }

  recordReport(assignmentId: number, report: AgentReport, at: number): Promise<void> {
    return this.#database.run(() => {
      this.#statements.insertReport.run(assignmentId, at, report.kind, report.message);
    });
  }

  lastError(assignmentId: number): Promise<string | undefined> {
    return this.#database.run(() => {
      const row = this.#statements.lastError.get(assignmentId);
      return row && text(row, "message");
    });
  }

  decide(
    taskId: string,
    outcome: TaskOutcome,
    options: { readonly at: number; readonly stop: boolean },
  ): Promise<Settled | undefined> {
    return this.#database.transaction(() => {
      const task = this.#statements.find.get(taskId);
      if (!task || isFinal(taskStatus(task))) return undefined;
      const buildId = text(task, "build_id");
      this.#course.move(taskId, outcome, options.at);
      if (options.stop) this.#assignments.setStop(taskId);
      const { triggered, aborted } = this.#course.settleDependents(taskId, options.at);
      this.#course.settleBuild(buildId, options.at);
      return { buildId, decided: [taskId, ...aborted], triggered };
    });
  }

  rerun(taskId: string, newId: string, at: number): Promise<Settled | undefined> {
    return this.#database.transaction(() => {
      const task = this.#statements.find.get(taskId);
      if (!task || !isRerunnable(task) || this.#course.fate(taskId).kind !== "trigger") return undefined;
      const buildId = text(task, "build_id");
      this.#statements.copy.run(newId, taskId);
      this.#statements.copyCommands.run(newId, taskId);
      this.#statements.copyDependencies.run(newId, taskId);
      this.#statements.redirectDependents.run(newId, taskId);
      this.#statements.setReplaced.run(newId, taskId);
      this.#course.reopenBuild(buildId, at);
      this.#course.reviveDependents(newId, at);
      const waiting = this.#course.trigger(newId, at);
      return { buildId, decided: [], triggered: waiting ? [waiting] : [] };
    });
  }

  abortBuild(buildId: string, message: string, at: number): Promise<Settled> {
    return this.#database.transaction(() => {
      const decided = this.#statements.undecided.all(buildId).map((row) => text(row, "id"));
      for (const taskId of decided) {
        this.#course.move(taskId, { status: "aborted", message }, at);
        this.#assignments.setStop(taskId);
      }
      if (decided.length > 0) this.#course.settleBuild(buildId, at);
      return { buildId, decided, triggered: [] };
    });
  }

  takeBack(assignmentId: number, why: TakeBack, at: number): Promise<WaitingTask | undefined> {
    return this.#database.transaction(() => {
      const assignment = this.#assignments.find(assignmentId);
      if (!assignment || !this.#assignments.release(assignmentId, why.release, at) || assignment.decided) {
        return undefined;
      }
      const { taskId } = assignment;
      this.#commands.reset(taskId);
      if (why.release === "unanswered") return this.#course.triggerAgain(taskId, at);
      this.#statements.setLost.run(why.note, taskId);
      return this.#course.trigger(taskId, at, why.note);
    });
  }

  release(assignmentId: number, release: Release, at: number): Promise<void> {
    return this.#database.run(() => {
      this.#assignments.release(assignmentId, release, at);
    });
  }

  #start({ id, taskId, worker, decided }: AssignmentRecord, at: number): void {
    this.#assignments.setStarted(id);
    if (!decided) this.#course.move(taskId, { status: "executing", worker }, at);
  }
}

/** Whether a task has been run and its outcome still counts. */
function isRerunnable(task: Row): boolean {
  const status = taskStatus(task);
  return isFinal(status) && status !== "skipped" && optionalText(task, "replaced_by") === undefined;
}

function prepare(database: Database) {
  const statement = (sql: string): Statement => database.prepare(sql);
  return {
    find: statement("SELECT * FROM task WHERE id = ?"),
    undecided: statement(`
      SELECT id FROM task
      WHERE build_id = ? AND status IN ('created', 'triggered', 'scheduled', 'executing') ORDER BY id
    `),
    countUndecided: statement(`
      SELECT status, count(*) AS count FROM task
      WHERE status IN ('created', 'triggered', 'scheduled', 'executing') GROUP BY status
    `),
    work: statement(`
      SELECT task.definition, build.environment, build.overrides, build.secrets_to_mask,
        (
          SELECT count(*) FROM task AS other WHERE other.build_id = build.id AND other.replaced_by IS NULL
        ) AS total,
        (
          SELECT count(*) FROM task AS other
          WHERE other.build_id = build.id AND other.replaced_by IS NULL AND other.id < task.id
        ) AS task_index
      FROM assignment
      JOIN task ON task.id = assignment.task_id
      JOIN build ON build.id = task.build_id
      WHERE assignment.id = ?
    `),
    copy: statement(`
      INSERT INTO task (id, build_id, name, definition, allow_failures, status)
      SELECT ?, build_id, name, definition, allow_failures, 'created' FROM task WHERE id = ?
    `),
    copyCommands: statement(`
      INSERT INTO command (task_id, position, name, status)
      SELECT ?, position, name, 'created' FROM command WHERE task_id = ?
    `),
    copyDependencies: statement(`
      INSERT INTO dependency SELECT ?, required_id FROM dependency WHERE task_id = ?
    `),
    redirectDependents: statement("UPDATE dependency SET required_id = ? WHERE required_id = ?"),
    setReplaced: statement("UPDATE task SET replaced_by = ? WHERE id = ?"),
    setAgentStarted: statement("UPDATE task SET started_at = coalesce(started_at, ?) WHERE id = ?"),
    setLost: statement(
      "UPDATE task SET times_lost = times_lost + 1, note = ?, started_at = NULL WHERE id = ?",
    ),
    beginLog: statement(`
      INSERT INTO log (assignment_id, command, current, preface, content)
      SELECT ?, name, 1, ?, x'' FROM command WHERE task_id = ? AND position = 0
    `),
    insertAnnotation: statement("INSERT INTO annotation (assignment_id, annotation) VALUES (?, ?)"),
    insertReport: statement(
      "INSERT INTO agent_report (assignment_id, at, kind, message) VALUES (?, ?, ?, ?)",
    ),
    lastError: statement(`
      SELECT message FROM agent_report WHERE assignment_id = ? AND kind = 'error' ORDER BY id DESC LIMIT 1
    `),
  };
}
