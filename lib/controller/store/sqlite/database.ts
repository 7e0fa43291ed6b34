import { DatabaseSync, type SQLInputValue, type StatementSync } from "node:sqlite";
import { asStoreFull } from "../store_full_error.ts";
import { migrate } from "./migrate.ts";
import { MIGRATIONS } from "./migrations.ts";
import { number, type Row } from "./row.ts";

/** A prepared statement. */
export interface Statement {
  run(...values: SQLInputValue[]): { readonly changes: number; readonly id: number };
  get(...values: SQLInputValue[]): Row | undefined;
  all(...values: SQLInputValue[]): Row[];
}

/** Told of everything that the database did and how many seconds it took. */
export type Observe = (operation: "statement" | "transaction", seconds: number) => void;

/** What a large transaction leaves of its journal. */
const MAX_JOURNAL_BYTES = 64 * 1024 * 1024;

/** How many pages are given back to the disk at once: few enough to keep nobody waiting. */
const COMPACTED_PAGES = 1_000;

/** A SQLite database with the current schema, used by this process alone. */
export class Database implements Disposable {
  readonly #database: DatabaseSync;
  readonly #observe: Observe;

  private constructor(database: DatabaseSync, observe: Observe) {
    this.#database = database;
    this.#observe = observe;
  }

  /**
   * Opens a database file, or one in memory (`:memory:`), and brings its schema up to date. Throws an `Error` that says
   * what to do when another process has it open, when it is damaged, or when it was written by a newer version.
   */
  static open(path: string, observe: Observe = () => {}): Database {
    const database = new DatabaseSync(path);
    try {
      // NORMAL: what was committed survives the death of this process; the last moments before a power cut may be
      // lost, and then a task is run again. FULL would cost a disk flush for each of a task's ten or so changes.
      database.exec(`
        PRAGMA auto_vacuum = INCREMENTAL;
        PRAGMA locking_mode = EXCLUSIVE;
        PRAGMA journal_mode = WAL;
        PRAGMA synchronous = NORMAL;
        PRAGMA journal_size_limit = ${MAX_JOURNAL_BYTES};
        PRAGMA foreign_keys = ON;
      `);
      migrate(database, { path, migrations: MIGRATIONS });
      return new Database(database, observe);
    } catch (error) {
      database.close();
      if (error instanceof Error && /locked/.test(error.message)) {
        throw new Error(
          `Opening ${path}: another controller has it open; stop that one, or choose another data directory`,
          { cause: error },
        );
      }
      if (error instanceof Error && /malformed|not a database/.test(error.message)) {
        throw new Error(
          `Opening ${path}: it is damaged (${error.message}); put a copy in its place, or move it away and begin anew, ` +
            "without the builds that it holds",
          { cause: error },
        );
      }
      throw error;
    }
  }

  prepare(sql: string): Statement {
    const statement: StatementSync = this.#database.prepare(sql);
    return {
      run: (...values) => {
        const { changes, lastInsertRowid } = translated(() => statement.run(...values));
        return { changes: Number(changes), id: Number(lastInsertRowid) };
      },
      get: (...values) => translated(() => statement.get(...values)),
      all: (...values) => translated(() => statement.all(...values)),
    };
  }

  /** Runs `work`, which only reads or is a single statement; it sees nothing half done. */
  run<T>(work: () => T): Promise<T> {
    return this.#timed("statement", work);
  }

  /** Runs `work` in a transaction: all that it writes is kept, or nothing. */
  transaction<T>(work: () => T): Promise<T> {
    const exec = (sql: string) => translated(() => this.#database.exec(sql));
    return this.#timed("transaction", () => {
      exec("BEGIN IMMEDIATE");
      try {
        const result = work();
        exec("COMMIT");
        return result;
      } catch (error) {
        // A full disk ends the transaction by itself.
        if (this.#database.isTransaction) exec("ROLLBACK");
        throw error;
      }
    });
  }

  #timed<T>(operation: Parameters<Observe>[0], work: () => T): Promise<T> {
    const startedAt = performance.now();
    return Promise.try(() => {
      try {
        return work();
      } finally {
        this.#observe(operation, (performance.now() - startedAt) / 1_000);
      }
    });
  }

  /** How many bytes are in use, without what removed rows have left free. */
  usedBytes(): number {
    return (this.#pragma("page_count") - this.#pragma("freelist_count")) * this.#pragma("page_size");
  }

  /** Gives some of the space that removed rows have left free back to the disk. Returns whether there is more. */
  compact(): boolean {
    translated(() => this.#database.prepare(`PRAGMA incremental_vacuum(${COMPACTED_PAGES})`).all());
    return this.#pragma("freelist_count") > COMPACTED_PAGES;
  }

  #pragma(name: "page_count" | "freelist_count" | "page_size"): number {
    const row = this.#database.prepare(`PRAGMA ${name}`).get();
    return row === undefined ? 0 : number(row, name);
  }

  [Symbol.dispose](): void {
    if (this.#database.isOpen) this.#database.close();
  }
}

function translated<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw asStoreFull(error, "the controller's database");
  }
}
