import { DatabaseSync } from "node:sqlite";
import { number, type Row, text } from "../store/sqlite/row.ts";
import type { CacheEntry, CacheScope } from "./cache_storage.ts";

/** An entry and the name of its file. */
export interface IndexedEntry extends CacheEntry {
  readonly id: number;
  readonly file: string;
}

/** How long one process waits for another one's change; in milliseconds. */
const BUSY_MS = 10_000;

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS entry (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    scope TEXT NOT NULL,
    key TEXT NOT NULL,
    file TEXT NOT NULL,
    size INTEGER NOT NULL,
    digest TEXT NOT NULL,
    task_id TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    used_at INTEGER NOT NULL,
    UNIQUE (scope, key)
  ) STRICT;
  CREATE INDEX IF NOT EXISTS entry_used ON entry (used_at, size);
`;

/** What is in which file, in a SQLite database that several processes may share: two runs of one person, say. */
export class FileCacheIndex implements Disposable {
  readonly #database: DatabaseSync;
  readonly #statements: ReturnType<typeof prepare>;

  constructor(path: string) {
    this.#database = new DatabaseSync(path, { timeout: BUSY_MS });
    this.#database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;");
    this.#database.exec(SCHEMA);
    this.#statements = prepare(this.#database);
  }

  find(scope: CacheScope, key: string): IndexedEntry | undefined {
    return toEntry(this.#statements.find.get(scope, key));
  }

  newest(scope: CacheScope, prefix: string): IndexedEntry | undefined {
    return toEntry(this.#statements.newest.get({ scope, prefix }));
  }

  /** Returns the file of the entry that was replaced. */
  put(entry: Omit<IndexedEntry, "id">): string | undefined {
    const { scope, key, file, size, digest, taskId, createdAt } = entry;
    this.#database.exec("BEGIN IMMEDIATE");
    try {
      const replaced = this.find(scope, key)?.file;
      this.#statements.remove.run(scope, key);
      this.#statements.insert.run(scope, key, file, size, digest, taskId, createdAt, createdAt);
      this.#database.exec("COMMIT");
      return replaced;
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec("ROLLBACK");
      throw error;
    }
  }

  touch(id: number, usedAt: number): void {
    this.#statements.touch.run(usedAt, id);
  }

  /** Returns the file of the entry, if there was one. */
  remove(scope: CacheScope, key: string): string | undefined {
    const row = this.#statements.remove.get(scope, key);
    return row && text(row, "file");
  }

  /** The bytes of all entries. */
  total(): number {
    return Number(this.#statements.total.get()?.total ?? 0);
  }

  /** The entry that was not used for the longest time, those in `except` left out. */
  oldest(except: ReadonlySet<number>): IndexedEntry | undefined {
    return toEntry(this.#statements.oldest.get(JSON.stringify([...except])));
  }

  has(file: string): boolean {
    return this.#statements.file.get(file) !== undefined;
  }

  [Symbol.dispose](): void {
    if (this.#database.isOpen) this.#database.close();
  }
}

function prepare(database: DatabaseSync) {
  return {
    find: database.prepare("SELECT * FROM entry WHERE scope = ? AND key = ?"),
    newest: database.prepare(
      "SELECT * FROM entry WHERE scope = :scope AND substr(key, 1, length(:prefix)) = :prefix ORDER BY id DESC LIMIT 1",
    ),
    insert: database.prepare(
      "INSERT INTO entry (scope, key, file, size, digest, task_id, created_at, used_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
    ),
    touch: database.prepare("UPDATE entry SET used_at = ? WHERE id = ?"),
    remove: database.prepare("DELETE FROM entry WHERE scope = ? AND key = ? RETURNING file"),
    total: database.prepare("SELECT sum(size) AS total FROM entry"),
    oldest: database.prepare(
      "SELECT * FROM entry WHERE id NOT IN (SELECT value FROM json_each(?)) ORDER BY used_at, id LIMIT 1",
    ),
    file: database.prepare("SELECT 1 FROM entry WHERE file = ?"),
  };
}

function toEntry(row: Row | undefined): IndexedEntry | undefined {
  return row && {
    id: number(row, "id"),
    scope: text(row, "scope"),
    key: text(row, "key"),
    file: text(row, "file"),
    size: number(row, "size"),
    digest: text(row, "digest"),
    taskId: text(row, "task_id"),
    createdAt: number(row, "created_at"),
  };
}
