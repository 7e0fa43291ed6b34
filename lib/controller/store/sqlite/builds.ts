import { fromBinary, toBinary } from "@bufbuild/protobuf";
import { TaskSchema } from "../../../../proto/gen/cirrus_ci_service_pb.ts";
import { buildStatusOf } from "../../builds/fate.ts";
import { repositorySchema } from "../../builds/repository.ts";
import { requirementsOf } from "../../scheduler/requirements.ts";
import type { WaitingTask } from "../../scheduler/waiting_queue.ts";
import {
  BUILD_STATUSES,
  type BuildRecord,
  type BuildSummary,
  type StoredEvent,
  type TaskRecord,
} from "../../records.ts";
import { IdempotencyError } from "../idempotency_error.ts";
import type { BuildDraft, BuildStore, FilesOfBuild, TaskDraft } from "../build_store.ts";
import type { Database, Statement } from "./database.ts";
import type { EventTable } from "./events.ts";
import { bytes, flag, mapToText, number, optionalNumber, optionalText, type Row, text, word } from "./row.ts";
import { commandState, taskColumns, taskState } from "./states.ts";

/** Builds: made as a whole, read as a whole. */
export class SqliteBuilds implements BuildStore {
  readonly #database: Database;
  readonly #events: EventTable;
  readonly #statements: ReturnType<typeof prepare>;

  constructor(database: Database, events: EventTable) {
    this.#database = database;
    this.#events = events;
    this.#statements = prepare(database);
  }

  lastId(): Promise<string | undefined> {
    return this.#database.run(() => {
      const row = this.#statements.lastId.get();
      return row && (text(row, "id") || undefined);
    });
  }

  create(draft: BuildDraft): Promise<{ id: string; waiting: WaitingTask[] }> {
    return this.#database.transaction(() => {
      const existing = draft.idempotency && this.#statements.findByKey.get(draft.idempotency.key);
      if (existing) {
        if (text(existing, "request_digest") !== draft.idempotency?.digest) throw new IdempotencyError();
        return { id: text(existing, "id"), waiting: [] };
      }
      this.#insert(draft);
      const triggered = draft.tasks.filter(({ state }) => state.status === "triggered");
      return {
        id: draft.id,
        waiting: triggered.map(({ id, definition }) => ({
          id,
          requirements: requirementsOf(definition),
          queuedAt: draft.createdAt,
        })),
      };
    });
  }

  find(id: string): Promise<BuildRecord | undefined> {
    return this.#database.run(() => {
      const row = this.#statements.find.get(id);
      if (!row) return undefined;
      const tasks = this.#statements.tasks.all(id).map((task) => this.#toTask(task));
      return { ...toSummary(row), tasks };
    });
  }

  findSummary(id: string): Promise<BuildSummary | undefined> {
    return this.#database.run(() => {
      const row = this.#statements.find.get(id);
      return row && toSummary(row);
    });
  }

  list(page: { readonly before?: string; readonly limit: number }): Promise<BuildSummary[]> {
    return this.#database.run(() =>
      this.#statements.list.all(page.before ?? AFTER_ALL_IDS, page.limit).map(toSummary)
    );
  }

  removable(page: { readonly endedBefore: number; readonly limit: number }): Promise<string[]> {
    return this.#database.run(() =>
      this.#statements.removable.all(page.endedBefore, page.limit).map((row) => text(row, "id"))
    );
  }

  remove(id: string): Promise<FilesOfBuild | undefined> {
    return this.#database.transaction(() => {
      const logs = this.#statements.logFiles.all(id).map((row) => number(row, "id"));
      const artifacts = this.#statements.artifactBytes.get(id);
      const artifactBytes = artifacts ? number(artifacts, "bytes") : 0;
      return this.#statements.remove.run(id).changes > 0 ? { logs, artifactBytes } : undefined;
    });
  }

  findTask(taskId: string): Promise<TaskRecord | undefined> {
    return this.#database.run(() => {
      const row = this.#statements.findTask.get(taskId);
      return row && this.#toTask(row);
    });
  }

  events(
    id: string,
    page: { readonly after: number; readonly limit: number },
  ): Promise<StoredEvent[]> {
    return this.#database.run(() => this.#events.after(id, page));
  }

  #insert(draft: BuildDraft): void {
    const status = buildStatusOf(
      draft.tasks.map(({ state, allowFailures }) => ({ ...state, allowFailures })),
    );
    this.#statements.insert.run(
      draft.id,
      draft.createdAt,
      status === "executing" ? null : draft.createdAt,
      status,
      draft.idempotency?.key ?? null,
      draft.idempotency?.digest ?? null,
      mapToText(draft.environment),
      mapToText(draft.overrides),
      JSON.stringify(draft.secretsToMask),
      JSON.stringify(draft.repository),
    );
    for (const task of draft.tasks) this.#insertTask(draft, task);
    for (const task of draft.tasks) {
      for (const required of task.requires) this.#statements.insertDependency.run(task.id, required);
    }
    this.#events.build(draft.id, draft.createdAt, status);
  }

  #insertTask(build: BuildDraft, task: TaskDraft): void {
    const { status } = task.state;
    this.#statements.insertTask.run(
      task.id,
      build.id,
      task.definition.name,
      toBinary(TaskSchema, task.definition),
      Number(task.allowFailures),
      ...taskColumns(task.state),
      status === "triggered" ? build.createdAt : null,
      status === "skipped" ? build.createdAt : null,
    );
    for (const [position, command] of task.definition.commands.entries()) {
      this.#statements.insertCommand.run(task.id, position, command.name, "created");
    }
    this.#events.task(build.id, build.createdAt, { taskId: task.id, state: task.state });
  }

  #toTask(row: Row): TaskRecord {
    const id = text(row, "id");
    const definition = fromBinary(TaskSchema, bytes(row, "definition"));
    const worker = optionalText(row, "last_worker");
    const replacedBy = optionalText(row, "replaced_by");
    const queuedAt = optionalNumber(row, "queued_at");
    const startedAt = optionalNumber(row, "started_at");
    const finishedAt = optionalNumber(row, "finished_at");
    return {
      id,
      buildId: text(row, "build_id"),
      groupId: definition.localGroupId,
      name: text(row, "name"),
      uniqueLabels: definition.metadata?.uniqueLabels ?? [],
      state: taskState(row),
      allowFailures: flag(row, "allow_failures"),
      requires: this.#statements.requires.all(id).map((required) => text(required, "required_id")),
      commands: this.#statements.commands.all(id).map((command) => ({
        name: text(command, "name"),
        state: commandState(command),
      })),
      ...(worker === undefined ? {} : { worker }),
      ...(replacedBy === undefined ? {} : { replacedBy }),
      ...(queuedAt === undefined ? {} : { queuedAt }),
      ...(startedAt === undefined ? {} : { startedAt }),
      ...(finishedAt === undefined ? {} : { finishedAt }),
    };
  }
}

/** A page of builds. It goes by the index of ids, so that the last page of many comes as fast as the first. */
export const LIST_BUILDS = "SELECT * FROM build WHERE id < ? ORDER BY id DESC LIMIT ?";

/** Greater than every id: ids are digits. */
const AFTER_ALL_IDS = ":";

function toSummary(row: Row): BuildSummary {
  const finishedAt = optionalNumber(row, "finished_at");
  return {
    id: text(row, "id"),
    status: word(row, "status", BUILD_STATUSES),
    createdAt: number(row, "created_at"),
    ...(finishedAt === undefined ? {} : { finishedAt }),
    repository: repositorySchema.parse(JSON.parse(text(row, "repository"))),
  };
}

/** Whether a worker still has a task of a build, which may be cleaning up. */
const HELD = `EXISTS (
  SELECT 1 FROM assignment JOIN task ON task.id = assignment.task_id
  WHERE assignment.release IS NULL AND task.build_id = build.id
)`;

const TASK = `
  SELECT task.*, (
    SELECT assignment.worker FROM assignment WHERE assignment.task_id = task.id ORDER BY id DESC LIMIT 1
  ) AS last_worker
  FROM task
`;

function prepare(database: Database) {
  const statement = (sql: string): Statement => database.prepare(sql);
  return {
    lastId: statement(`
      SELECT max(
        coalesce((SELECT max(id) FROM build), ''),
        coalesce((SELECT max(id) FROM task), '')
      ) AS id
    `),
    find: statement("SELECT * FROM build WHERE id = ?"),
    findByKey: statement("SELECT id, request_digest FROM build WHERE idempotency_key = ?"),
    list: statement(LIST_BUILDS),
    removable: statement(`
      SELECT id FROM build WHERE finished_at < ? AND NOT ${HELD} ORDER BY finished_at LIMIT ?
    `),
    logFiles: statement(`
      SELECT log.id FROM task
      JOIN assignment ON assignment.task_id = task.id
      JOIN log ON log.assignment_id = assignment.id
      WHERE task.build_id = ? AND log.content IS NULL
    `),
    artifactBytes: statement(`
      SELECT coalesce(sum(file.size), 0) AS bytes FROM task
      JOIN artifact ON artifact.task_id = task.id
      JOIN artifact_file AS file ON file.artifact_id = artifact.id
      WHERE task.build_id = ?
    `),
    remove: statement(`DELETE FROM build WHERE id = ? AND finished_at IS NOT NULL AND NOT ${HELD}`),
    insert: statement(`
      INSERT INTO build (
        id, created_at, finished_at, status, idempotency_key, request_digest, environment, overrides,
        secrets_to_mask, repository
      ) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    `),
    insertTask: statement(`
      INSERT INTO task
        (id, build_id, name, definition, allow_failures, status, worker, cause, message, queued_at, finished_at)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    `),
    insertDependency: statement("INSERT OR IGNORE INTO dependency VALUES (?, ?)"),
    insertCommand: statement("INSERT INTO command (task_id, position, name, status) VALUES (?, ?, ?, ?)"),
    tasks: statement(`${TASK} WHERE build_id = ? ORDER BY id`),
    findTask: statement(`${TASK} WHERE id = ?`),
    requires: statement("SELECT required_id FROM dependency WHERE task_id = ? ORDER BY required_id"),
    commands: statement("SELECT * FROM command WHERE task_id = ? ORDER BY position"),
  };
}
