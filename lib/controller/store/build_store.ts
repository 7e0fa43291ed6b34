import type { Task } from "../../../proto/gen/cirrus_ci_service_pb.ts";
import type { Repository } from "../builds/repository.ts";
import type { BuildRecord, BuildSummary, StoredEvent, TaskOutcome, TaskRecord } from "../records.ts";
import type { WaitingTask } from "../scheduler/waiting_queue.ts";

/** A build about to be stored. */
export interface BuildDraft {
  readonly id: string;
  readonly createdAt: number;
  /** A build with the same key is the same build; the digest is of what was asked for. */
  readonly idempotency?: { readonly key: string; readonly digest: string };
  readonly repository: Repository;
  /** Variables below those of a task. */
  readonly environment: ReadonlyMap<string, string>;
  /** Variables above those of a task. */
  readonly overrides: ReadonlyMap<string, string>;
  readonly secretsToMask: readonly string[];
  readonly tasks: readonly TaskDraft[];
}

/** A task about to be stored. */
export interface TaskDraft {
  readonly id: string;
  readonly definition: Task;
  readonly allowFailures: boolean;
  /** Ids of tasks of the same build. */
  readonly requires: readonly string[];
  readonly state:
    | { readonly status: "created" | "triggered" }
    | (TaskOutcome & { readonly status: "skipped" });
}

/** What of a build is in files. */
export interface FilesOfBuild {
  /** Ids of logs. */
  readonly logs: readonly number[];
  readonly artifactBytes: number;
}

/** The builds, and what is in them. */
export interface BuildStore {
  /** The greatest id of a build or task. */
  lastId(): Promise<string | undefined>;
  /**
   * Stores a build and returns its tasks that wait for a worker; none where a build has its key, which is then it.
   * Rejects with `IdempotencyError` when that one was asked for in other words.
   */
  create(draft: BuildDraft): Promise<{ readonly id: string; readonly waiting: readonly WaitingTask[] }>;
  find(id: string): Promise<BuildRecord | undefined>;
  findSummary(id: string): Promise<BuildSummary | undefined>;
  /** Builds made before the build `before`, or all, the last one first. */
  list(page: { readonly before?: string; readonly limit: number }): Promise<BuildSummary[]>;
  /** Ids of builds that had ended by then and that `remove` would forget, the one that ended first first. */
  removable(page: { readonly endedBefore: number; readonly limit: number }): Promise<string[]>;
  /**
   * Forgets a build that has ended and of which no worker has a task any more. Returns what of it is in files; undefined
   * when it is not so.
   */
  remove(id: string): Promise<FilesOfBuild | undefined>;
  findTask(taskId: string): Promise<TaskRecord | undefined>;
  /** What happened to a build after the event `after`, at most `limit` of it. */
  events(id: string, page: { readonly after: number; readonly limit: number }): Promise<StoredEvent[]>;
}
