import type { Annotation, Task } from "../../../proto/gen/cirrus_ci_service_pb.ts";
import type {
  AssignmentRecord,
  BuildRecord,
  BuildSummary,
  CommandState,
  Release,
  Status,
  StoredEvent,
  TaskOutcome,
  TaskRecord,
  WorkerRecord,
} from "../records.ts";
import type { Repository } from "../builds/repository.ts";
import type { WaitingTask } from "../scheduler/waiting_queue.ts";
import type { ArtifactIndex } from "./artifact_index.ts";

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

/** What followed from a task's outcome. */
export interface Settled {
  readonly buildId: string;
  /** Tasks that have their outcome now: the one in question and those that could not run without it. */
  readonly decided: readonly string[];
  /** Tasks that wait for a worker from now on. */
  readonly triggered: readonly WaitingTask[];
}

/** All that the agent of a task is told. */
export interface TaskWork {
  readonly definition: Task;
  readonly environment: ReadonlyMap<string, string>;
  readonly overrides: ReadonlyMap<string, string>;
  readonly secretsToMask: readonly string[];
  /** The task's place in its build, and how many tasks that has. */
  readonly index: number;
  readonly total: number;
  /** Whether a command has failed already: the agent asks a second time. */
  readonly failedAtLeastOnce: boolean;
}

/** Something an agent says about itself. */
export interface AgentReport {
  readonly kind: "error" | "warning" | "signal" | "logs" | "stop_hook";
  readonly message: string;
}

/** Why a task is taken from a worker. */
export type TakeBack =
  /** The worker never took it. */
  | { readonly release: "unanswered" }
  /** The worker was lost. That is counted, and the log of the next try begins with the note. */
  | { readonly release: "lost"; readonly note: string };

export interface TaskStore {
  /** The tasks that wait for a worker, oldest first. */
  waiting(): Promise<WaitingTask[]>;
  /** How many tasks have not ended, by status. */
  countUndecided(): Promise<ReadonlyMap<Status, number>>;
  /** What workers have, those that are only cleaning up included. */
  assigned(): Promise<AssignmentRecord[]>;
  /** A task's last assignment. */
  lastAssignment(taskId: string): Promise<AssignmentRecord | undefined>;
  /** Gives a waiting task to a worker; undefined when it waits no more. */
  give(
    taskId: string,
    gift: {
      readonly worker: string;
      readonly clientSecretDigest: Uint8Array;
      readonly serverSecret: string;
      readonly at: number;
    },
  ): Promise<AssignmentRecord | undefined>;
  /** The worker has started it. */
  start(assignmentId: number, at: number): Promise<void>;
  /** The agent asks for its commands, for the first time or again. */
  work(assignmentId: number, at: number): Promise<TaskWork>;
  /**
   * Records where commands are. One that has its outcome keeps it; names that the task has not are ignored, and so is
   * all that comes once the worker has the task no more.
   */
  recordCommands(
    assignmentId: number,
    commands: ReadonlyMap<string, CommandState>,
    at: number,
  ): Promise<void>;
  commands(taskId: string): Promise<ReadonlyMap<string, CommandState>>;
  recordAnnotations(assignmentId: number, annotations: readonly Annotation[]): Promise<void>;
  recordReport(assignmentId: number, report: AgentReport, at: number): Promise<void>;
  /** The last error that the agent of an assignment reported. */
  lastError(assignmentId: number): Promise<string | undefined>;
  /**
   * Decides a task, unless it is decided already: then undefined. With `stop`, the worker that has it is to stop it.
   */
  decide(
    taskId: string,
    outcome: TaskOutcome,
    options: { readonly at: number; readonly stop: boolean },
  ): Promise<Settled | undefined>;
  /**
   * Makes a new task in the place of one that was run, with the same definition. What could not run because of that one
   * waits for the new one. Undefined when the task was not run, runs, was replaced before, or could not run again.
   */
  rerun(taskId: string, newId: string, at: number): Promise<Settled | undefined>;
  /** Decides all of a build's tasks that are not decided; the workers that have them are to stop them. */
  abortBuild(buildId: string, message: string, at: number): Promise<Settled>;
  /**
   * Takes a task from its worker and lets it wait again, in its old place; undefined when it was taken before, or is
   * decided: a decided one is only taken.
   */
  takeBack(assignmentId: number, why: TakeBack, at: number): Promise<WaitingTask | undefined>;
  /** The worker has it no more. */
  release(assignmentId: number, release: Release, at: number): Promise<void>;
}

export interface WorkerStore {
  all(): Promise<WorkerRecord[]>;
  /** Digests of session tokens and the worker that each belongs to, undefined before its first poll. */
  sessions(): Promise<Array<{ readonly digest: string; readonly worker: string | undefined }>>;
  addSession(digest: string, at: number): Promise<void>;
  /** Forgets sessions from before `at` that never became a worker's. */
  forgetUnused(at: number): Promise<void>;
  /** Makes a session that of a worker, which is created when it is new; its former session is forgotten. */
  claim(digest: string, worker: WorkerRecord): Promise<void>;
  /** Records what a worker says about itself. */
  update(worker: WorkerRecord): Promise<void>;
  /** Forgets a worker and its session. */
  remove(name: string): Promise<void>;
}

/** What a log is that may be kept in the database while it is small. */
export interface StoredLog {
  readonly id: number;
  /** What the controller itself put before the command's output. */
  readonly preface: Uint8Array;
  /** The output, while it is small; undefined once it is in a file. */
  readonly content: Uint8Array | undefined;
}

/** Which log: the one of a command in one try to run its task. */
export interface LogKey {
  readonly assignmentId: number;
  readonly command: string;
}

/** Where logs are. */
export interface LogIndex {
  find(key: LogKey): Promise<StoredLog | undefined>;
  /** The current log, created when there is none; undefined when the task has no such command. */
  open(key: LogKey): Promise<StoredLog | undefined>;
  /** A log that is to replace the current one once it is complete; undefined when the task has no such command. */
  draft(key: LogKey): Promise<StoredLog | undefined>;
  /** Puts a draft in the place of the current log, whose id it returns if it was in a file. */
  promote(key: LogKey, draftId: number): Promise<number | undefined>;
  /** Removes a draft. */
  discard(id: number): Promise<void>;
  setContent(id: number, content: Uint8Array): Promise<void>;
  /** The content is in the log's file from now on. */
  moveToFile(id: number): Promise<void>;
  /** The commands of a build that have a log, in the last try of each task. */
  ofBuild(buildId: string): Promise<Array<LogKey & { readonly taskId: string }>>;
  /** Forgets the drafts that nobody will complete. Returns the ids of the logs that are in files. */
  recover(): Promise<ReadonlySet<number>>;
}
