import type { BuildStore } from "../build_store.ts";
import type { LogIndex } from "../log_index.ts";
import type { Store } from "../store.ts";
import type { TaskStore } from "../task_store.ts";
import type { WorkerStore } from "../worker_store.ts";
import type { ArtifactIndex } from "../artifact_index.ts";
import { SqliteArtifacts } from "./artifacts.ts";
import { SqliteBuilds } from "./builds.ts";
import { Database, type Observe } from "./database.ts";
import { EventTable } from "./events.ts";
import { SqliteLogs } from "./logs.ts";
import { SqliteTasks } from "./tasks.ts";
import { SqliteWorkers } from "./workers.ts";

/** The store in a SQLite database that this process alone uses. */
export class SqliteStore implements Store {
  readonly builds: BuildStore;
  readonly tasks: TaskStore;
  readonly workers: WorkerStore;
  readonly logs: LogIndex;
  readonly artifacts: ArtifactIndex;
  readonly #database: Database;

  private constructor(database: Database) {
    const events = new EventTable(database);
    this.#database = database;
    this.builds = new SqliteBuilds(database, events);
    this.tasks = new SqliteTasks(database, events);
    this.workers = new SqliteWorkers(database);
    this.logs = new SqliteLogs(database);
    this.artifacts = new SqliteArtifacts(database);
  }

  /** Opens the database at a path, or one in memory (`:memory:`). Throws an `Error` that says why it cannot. */
  static open(path: string, observe?: Observe): SqliteStore {
    return new SqliteStore(Database.open(path, observe));
  }

  usedBytes(): Promise<number> {
    return Promise.try(() => this.#database.usedBytes());
  }

  compact(): Promise<boolean> {
    return Promise.try(() => this.#database.compact());
  }

  [Symbol.asyncDispose](): Promise<void> {
    return Promise.try(() => this.#database[Symbol.dispose]());
  }
}
