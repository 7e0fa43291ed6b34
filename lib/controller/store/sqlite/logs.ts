import type { LogIndex, LogKey, StoredLog } from "../log_index.ts";
import type { Database, Statement } from "./database.ts";
import { bytes, number, type Row, text } from "./row.ts";

/** Where logs are, and the small ones themselves. */
export class SqliteLogs implements LogIndex {
  readonly #database: Database;
  readonly #statements: ReturnType<typeof prepare>;

  constructor(database: Database) {
    this.#database = database;
    this.#statements = prepare(database);
  }

  find(key: LogKey): Promise<StoredLog | undefined> {
    return this.#database.run(() => this.#current(key));
  }

  open(key: LogKey): Promise<StoredLog | undefined> {
    return this.#database.transaction(() =>
      this.#current(key) ?? this.#insert(key, { current: true, preface: new Uint8Array() })
    );
  }

  draft(key: LogKey): Promise<StoredLog | undefined> {
    return this.#database.transaction(() => {
      const preface = this.#current(key)?.preface ?? new Uint8Array();
      return this.#insert(key, { current: false, preface });
    });
  }

  promote(key: LogKey, draftId: number): Promise<number | undefined> {
    return this.#database.transaction(() => {
      const replaced = this.#current(key);
      if (replaced) this.#statements.remove.run(replaced.id);
      this.#statements.promote.run(draftId);
      return replaced?.content === undefined ? replaced?.id : undefined;
    });
  }

  discard(id: number): Promise<void> {
    return this.#database.run(() => {
      this.#statements.remove.run(id);
    });
  }

  setContent(id: number, content: Uint8Array): Promise<void> {
    return this.#database.run(() => {
      this.#statements.setContent.run(content, id);
    });
  }

  moveToFile(id: number): Promise<void> {
    return this.#database.run(() => {
      this.#statements.setContent.run(null, id);
    });
  }

  ofBuild(buildId: string): Promise<Array<LogKey & { taskId: string }>> {
    return this.#database.run(() =>
      this.#statements.ofBuild.all(buildId).map((row) => ({
        assignmentId: number(row, "assignment_id"),
        taskId: text(row, "task_id"),
        command: text(row, "command"),
      }))
    );
  }

  recover(): Promise<ReadonlySet<number>> {
    return this.#database.transaction(() => {
      this.#statements.removeDrafts.run();
      return new Set(this.#statements.inFiles.all().map((row) => number(row, "id")));
    });
  }

  #current(key: LogKey): StoredLog | undefined {
    const row = this.#statements.current.get(key.assignmentId, key.command);
    return row && toLog(row);
  }

  /** Undefined when the task has no such command. */
  #insert(key: LogKey, log: { current: boolean; preface: Uint8Array }): StoredLog | undefined {
    const row = this.#statements.insert.get(Number(log.current), log.preface, key.assignmentId, key.command);
    return row && toLog(row);
  }
}

function toLog(row: Row): StoredLog {
  return {
    id: number(row, "id"),
    preface: bytes(row, "preface"),
    content: row.content === null ? undefined : bytes(row, "content"),
  };
}

function prepare(database: Database) {
  const statement = (sql: string): Statement => database.prepare(sql);
  return {
    current: statement("SELECT * FROM log WHERE assignment_id = ? AND command = ? AND current = 1"),
    insert: statement(`
      INSERT INTO log (assignment_id, command, current, preface, content)
      SELECT assignment.id, command.name, ?, ?, x''
      FROM assignment JOIN command ON command.task_id = assignment.task_id
      WHERE assignment.id = ? AND command.name = ?
      RETURNING *
    `),
    promote: statement("UPDATE log SET current = 1 WHERE id = ?"),
    remove: statement("DELETE FROM log WHERE id = ?"),
    removeDrafts: statement("DELETE FROM log WHERE current = 0"),
    setContent: statement("UPDATE log SET content = ? WHERE id = ?"),
    ofBuild: statement(`
      SELECT log.assignment_id, assignment.task_id, log.command
      FROM task
      JOIN assignment ON assignment.id =
        (SELECT id FROM assignment WHERE task_id = task.id ORDER BY id DESC LIMIT 1)
      JOIN log ON log.assignment_id = assignment.id AND log.current = 1
      WHERE task.build_id = ? ORDER BY log.id
    `),
    inFiles: statement("SELECT id FROM log WHERE content IS NULL"),
  };
}
