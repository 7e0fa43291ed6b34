import { DatabaseSync, type SQLInputValue, type StatementSync } from "node:sqlite";
import { StoreFullError } from "../store_full_error.ts";
import { MIGRATIONS } from "./migrations.ts";
import type { Row } from "./row.ts";

/** A prepared statement. */
export interface Statement {
  run(...values: SQLInputValue[]): { readonly changes: number; readonly id: number };
  get(...values: SQLInputValue[]): Row | undefined;
  all(...values: SQLInputValue[]): Row[];
}

/** Told of everything that the database did and how many seconds it took. */
export type Observe = (operation: "statement" | "transaction", seconds: number) => void;

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
   * what to do when another process has it open, or when it was written by a newer version.
   */
  static open(path: string, observe: Observe = () => {}): Database {
    const database = new DatabaseSync(path);
    try {
      // NORMAL: what was committed survives the death of this process; the last moments before a power cut may be
      // lost, and then a task is run again. FULL would cost a disk flush for each of a task's ten or so changes.
      database.exec(`
        PRAGMA locking_mode = EXCLUSIVE;
        PRAGMA journal_mode = WAL;
        PRAGMA synchronous = NORMAL;
        PRAGMA foreign_keys = ON;
      `);
      migrate(database, path);
      return new Database(database, observe);
    } catch (error) {
      database.close();
      if (error instanceof Error && /locked/.test(error.message)) {
        throw new Error(
          `Opening ${path}: another controller has it open; stop that one, or choose another data directory`,
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

  [Symbol.dispose](): void {
    if (this.#database.isOpen) this.#database.close();
  }
}

function migrate(database: DatabaseSync, path: string): void {
  const version = Number(database.prepare("PRAGMA user_version").get()?.user_version);
  if (version > MIGRATIONS.length) {
    throw new Error(
      `Opening ${path}: a newer version of this program wrote it; run that version, or choose another data directory`,
    );
  }
  for (const [step, sql] of MIGRATIONS.entries()) {
    if (step < version) continue;
    database.exec("BEGIN IMMEDIATE");
    database.exec(sql);
    database.exec(`PRAGMA user_version = ${step + 1}`);
    database.exec("COMMIT");
  }
}

function translated<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    // Errors of `exec` carry no code: SQLite's text for SQLITE_FULL tells.
    if (error instanceof Error && error.message === "database or disk is full") {
      throw new StoreFullError("The disk that holds the controller's database is full: make space there", {
        cause: error,
      });
    }
    throw error;
  }
}
