import type {
  ArtifactFile,
  ArtifactHolder,
  ArtifactIndex,
  ArtifactSet,
  ArtifactSummary,
} from "../artifact_index.ts";
import type { Database, Statement } from "./database.ts";
import { number, type Row, text } from "./row.ts";

/** Which artifacts there are. */
export class SqliteArtifacts implements ArtifactIndex {
  readonly #database: Database;
  readonly #statements: ReturnType<typeof prepare>;

  constructor(database: Database) {
    this.#database = database;
    this.#statements = prepare(database);
  }

  add(assignmentId: number, artifact: Parameters<ArtifactIndex["add"]>[1]): Promise<void> {
    const { name, type, format, files, at } = artifact;
    const { removeEarlier, insert, insertFile } = this.#statements;
    return this.#database.transaction(() => {
      removeEarlier.run(name, assignmentId, assignmentId);
      const row = insert.get(name, type, format, at, assignmentId);
      if (row === undefined) return;
      for (const { path, size } of files) insertFile.run(number(row, "id"), path, size);
    });
  }

  list({ kind, id }: ArtifactHolder): Promise<ArtifactSummary[]> {
    return this.#database.run(() => this.#statements[kind].list.all(id).map(toSummary));
  }

  files(
    { holder, name }: ArtifactSet,
    { after = "", limit }: { readonly after?: string; readonly limit: number },
  ): Promise<ArtifactFile[]> {
    return this.#database.run(() =>
      this.#statements[holder.kind].files.all(holder.id, name, after, limit).map(toFile)
    );
  }

  find({ holder, name }: ArtifactSet, path: string): Promise<ArtifactFile | undefined> {
    return this.#database.run(() => {
      const row = this.#statements[holder.kind].find.get(holder.id, name, path);
      return row && toFile(row);
    });
  }

  totalBytes(): Promise<number> {
    return this.#database.run(() => {
      const row = this.#statements.totalBytes.get();
      return row ? number(row, "bytes") : 0;
    });
  }
}

function toSummary(row: Row): ArtifactSummary {
  return {
    taskId: text(row, "task_id"),
    taskName: text(row, "task_name"),
    name: text(row, "name"),
    type: text(row, "type"),
    format: text(row, "format"),
    files: number(row, "files"),
    size: number(row, "size"),
  };
}

function toFile(row: Row): ArtifactFile {
  return {
    buildId: text(row, "build_id"),
    taskId: text(row, "task_id"),
    taskName: text(row, "task_name"),
    path: text(row, "path"),
    size: number(row, "size"),
    type: text(row, "type"),
    storedAt: number(row, "stored_at"),
  };
}

/** Artifacts are numbered as they are stored, so that of files of one path the one of the highest number is the last. */
const FILES = `
  SELECT
    file.path, file.size, artifact.type, artifact.stored_at, max(artifact.id),
    task.build_id, task.id AS task_id, task.name AS task_name
  FROM task
  JOIN artifact ON artifact.task_id = task.id
  JOIN artifact_file AS file ON file.artifact_id = artifact.id
`;

function prepare(database: Database) {
  const statement = (sql: string): Statement => database.prepare(sql);
  const reads = (holder: string) => ({
    list: statement(`
      SELECT
        task.id AS task_id, task.name AS task_name, artifact.name, artifact.type, artifact.format,
        count(file.path) AS files, coalesce(sum(file.size), 0) AS size
      FROM task
      JOIN artifact ON artifact.task_id = task.id
      LEFT JOIN artifact_file AS file ON file.artifact_id = artifact.id
      WHERE ${holder} GROUP BY artifact.id ORDER BY task.id, artifact.name
    `),
    files: statement(`
      ${FILES} WHERE ${holder} AND artifact.name = ? AND file.path > ?
      GROUP BY file.path ORDER BY file.path LIMIT ?
    `),
    find: statement(`${FILES} WHERE ${holder} AND artifact.name = ? AND file.path = ? GROUP BY file.path`),
  });
  return {
    build: reads("task.build_id = ? AND task.replaced_by IS NULL"),
    task: reads("task.id = ?"),
    removeEarlier: statement(`
      DELETE FROM artifact
      WHERE name = ? AND task_id = (SELECT task_id FROM assignment WHERE id = ?) AND assignment_id != ?
    `),
    insert: statement(`
      INSERT INTO artifact (task_id, assignment_id, name, type, format, stored_at)
      SELECT task_id, id, ?, ?, ?, ? FROM assignment WHERE id = ?
      ON CONFLICT (task_id, name) DO UPDATE
        SET type = excluded.type, format = excluded.format, stored_at = excluded.stored_at
      RETURNING id
    `),
    insertFile: statement("INSERT OR REPLACE INTO artifact_file (artifact_id, path, size) VALUES (?, ?, ?)"),
    totalBytes: statement("SELECT coalesce(sum(size), 0) AS bytes FROM artifact_file"),
  };
}
