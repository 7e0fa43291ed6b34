import type { WorkerRecord } from "../../records.ts";
import type { WorkerStore } from "../worker_store.ts";
import type { Database, Statement } from "./database.ts";
import { flag, map, mapToText, number, optionalText, text } from "./row.ts";

/** Workers and the sessions by which they are known. */
export class SqliteWorkers implements WorkerStore {
  readonly #database: Database;
  readonly #statements: ReturnType<typeof prepare>;

  constructor(database: Database) {
    this.#database = database;
    this.#statements = prepare(database);
  }

  all(): Promise<WorkerRecord[]> {
    return this.#database.run(() =>
      this.#statements.all.all().map((row) => ({
        name: text(row, "name"),
        labels: map(row, "labels"),
        resources: new Map([...map(row, "resources")].map(([name, amount]) => [name, Number(amount)])),
        disabled: flag(row, "disabled"),
        lastSeenAt: number(row, "last_seen_at"),
      }))
    );
  }

  sessions(): Promise<Array<{ digest: string; worker: string | undefined }>> {
    return this.#database.run(() =>
      this.#statements.sessions.all().map((row) => ({
        digest: text(row, "digest"),
        worker: optionalText(row, "worker"),
      }))
    );
  }

  addSession(digest: string, at: number): Promise<void> {
    return this.#database.run(() => {
      this.#statements.addSession.run(digest, at);
    });
  }

  forgetUnused(at: number): Promise<void> {
    return this.#database.run(() => {
      this.#statements.forgetUnused.run(at);
    });
  }

  remove(name: string): Promise<void> {
    return this.#database.run(() => {
      this.#statements.remove.run(name);
    });
  }

  claim(digest: string, worker: WorkerRecord): Promise<void> {
    return this.#database.transaction(() => {
      this.#save(worker);
      this.#statements.forget.run(worker.name, digest);
      this.#statements.claim.run(worker.name, digest);
    });
  }

  update(worker: WorkerRecord): Promise<void> {
    return this.#database.run(() => this.#save(worker));
  }

  #save({ name, labels, resources, disabled, lastSeenAt }: WorkerRecord): void {
    const amounts = new Map([...resources].map(([resource, amount]) => [resource, String(amount)]));
    this.#statements.save.run(name, mapToText(labels), mapToText(amounts), Number(disabled), lastSeenAt);
  }
}

function prepare(database: Database) {
  const statement = (sql: string): Statement => database.prepare(sql);
  return {
    all: statement("SELECT * FROM worker ORDER BY name"),
    sessions: statement("SELECT * FROM session"),
    addSession: statement("INSERT INTO session (digest, created_at) VALUES (?, ?)"),
    forget: statement("DELETE FROM session WHERE worker = ? AND digest <> ?"),
    forgetUnused: statement("DELETE FROM session WHERE worker IS NULL AND created_at < ?"),
    remove: statement("DELETE FROM worker WHERE name = ?"),
    claim: statement("UPDATE session SET worker = ? WHERE digest = ?"),
    save: statement(`
      INSERT INTO worker VALUES (?, ?, ?, ?, ?) ON CONFLICT (name) DO UPDATE SET
        labels = excluded.labels, resources = excluded.resources,
        disabled = excluded.disabled, last_seen_at = excluded.last_seen_at
    `),
  };
}
