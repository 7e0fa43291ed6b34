import type { ArtifactIndex } from "./artifact_index.ts";
import type { BuildStore } from "./build_store.ts";
import type { LogIndex } from "./log_index.ts";
import type { TaskStore } from "./task_store.ts";
import type { WorkerStore } from "./worker_store.ts";

/**
 * The contract of the store: what the controller must still know after it was killed.
 *
 * Every method is one transaction: it happens as a whole and is on the disk when the promise resolves, or it rejects
 * and nothing has changed. Methods may be called concurrently. Those that move a task say by what they return whether
 * they did: somebody else (another call, one day another controller) may have moved it first. They reject with
 * `StoreFullError` when there is no space, and go on as before once there is. Times are milliseconds since 1970.
 *
 * What concerns a build also goes into its events, in the same transaction.
 */
export interface Store extends AsyncDisposable {
  readonly builds: BuildStore;
  readonly tasks: TaskStore;
  readonly workers: WorkerStore;
  readonly logs: LogIndex;
  readonly artifacts: ArtifactIndex;
  /** How many bytes all of it takes but what is in files. */
  usedBytes(): Promise<number>;
  /** Gives some of the space that removed builds took back to the disk. Resolves with whether there is more. */
  compact(): Promise<boolean>;
}
