import { InvalidBuildError } from "../builds/new_build.ts";
import type { IdSource } from "../id_source.ts";
import { noTask } from "../not_found_error.ts";
import type { TaskRecord } from "../records.ts";
import type { BuildStore } from "../store/build_store.ts";
import type { WaitReason } from "../workers/explain_wait.ts";
import type { TaskControl } from "./task_control.ts";

/** What tasks are read and changed with. */
export interface TasksOptions {
  readonly store: Pick<BuildStore, "findTask">;
  readonly ids: IdSource;
  readonly control: TaskControl;
  /** Why a task waits; undefined when it does not. */
  readonly explain: (taskId: string) => WaitReason[] | undefined;
  /** Rejects with `StoreFullError` when there is no space for another task. */
  readonly requireSpace: () => Promise<void>;
}

/** The tasks of a controller's builds: to read, cancel and rerun them. */
export class Tasks {
  readonly #options: TasksOptions;

  constructor(options: TasksOptions) {
    this.#options = options;
  }

  find(id: string): Promise<TaskRecord | undefined> {
    return this.#options.store.findTask(id);
  }

  /** Aborts a task that has not ended; a worker that has it is told to stop it. */
  async cancel(id: string, reason: string): Promise<void> {
    await this.#require(id);
    await this.#options.control.decide(id, { status: "aborted", message: reason }, { stop: true });
  }

  /**
   * Runs a task again that has ended, as a new task in its place; the old one keeps its record. Tasks that could not run
   * because of the old one wait for the new one. Rejects with `InvalidBuildError` when the task cannot be run again, or with
   * `StoreFullError` without space.
   */
  async rerun(id: string): Promise<TaskRecord> {
    const { ids, control, requireSpace } = this.#options;
    await this.#require(id);
    await requireSpace();
    const newId = ids.next();
    if (await control.rerun(id, newId)) return await this.#require(newId);
    throw new InvalidBuildError(
      `Running task ${id} again: it has not run, has not ended, or was run again before, ` +
        "or a task on which it depends did not pass; run that one again",
    );
  }

  /** Tells of each worker why it has not taken a task; undefined when the task waits for none. */
  explainWait(id: string): WaitReason[] | undefined {
    return this.#options.explain(id);
  }

  async #require(id: string): Promise<TaskRecord> {
    const task = await this.find(id);
    if (task === undefined) throw noTask(id);
    return task;
  }
}
