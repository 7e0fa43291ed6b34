import type { Task } from "../../proto/gen/cirrus_ci_service_pb.ts";
import type { Repository } from "./builds/repository.ts";
import type { Requirements } from "./scheduler/requirements.ts";

/** How far a task or a command is, in the words of the protocol's `Status`. */
export const STATUSES = [
  "created",
  "triggered",
  "scheduled",
  "executing",
  "aborted",
  "failed",
  "completed",
  "skipped",
] as const;

export type Status = typeof STATUSES[number];

/** Those of a command, which waits for nothing but the one before. */
export const COMMAND_STATUSES = [
  "created",
  "executing",
  "aborted",
  "failed",
  "completed",
  "skipped",
] as const satisfies readonly Status[];

/** Whose fault a failure is: a command's, or that of what the commands needed. */
export const FAILURE_CAUSES = ["command", "infrastructure"] as const;

export type FailureCause = typeof FAILURE_CAUSES[number];

/** How a task ended. */
export type TaskOutcome =
  | { readonly status: "completed" }
  | { readonly status: "failed"; readonly cause: FailureCause; readonly message: string }
  /** Somebody cancelled it, or a task that it depends on did not pass. */
  | { readonly status: "aborted"; readonly message: string }
  /** Its file or its submitter said not to run it. */
  | { readonly status: "skipped"; readonly message: string };

/** Where a task is on its way. */
export type TaskState =
  /** Waits for the tasks that it depends on. */
  | { readonly status: "created" }
  /** Waits for a worker; with a message where it is queued again after its worker was lost. */
  | { readonly status: "triggered"; readonly message?: string }
  /** Given to a worker, which has not said yet that it started. */
  | { readonly status: "scheduled"; readonly worker: string }
  | { readonly status: "executing"; readonly worker: string }
  | TaskOutcome;

/** How a command ended. */
export interface CommandOutcome {
  readonly status: "aborted" | "failed" | "completed" | "skipped";
  readonly durationMs: number;
  /** Whether a signal ended it. */
  readonly signaled: boolean;
}

/** Where a command of a task is. */
export type CommandState =
  | { readonly status: "created" }
  | { readonly status: "executing" }
  | CommandOutcome;

export interface CommandRecord {
  readonly name: string;
  readonly state: CommandState;
}

/** A task as the controller knows it. Times are milliseconds since 1970. */
export interface TaskRecord {
  readonly id: string;
  readonly buildId: string;
  /** The `local_group_id` that the parser gave it. */
  readonly groupId: bigint;
  readonly name: string;
  /** Tells tasks of the same name apart: `KEY:VALUE` of what differs between them. */
  readonly uniqueLabels: readonly string[];
  readonly state: TaskState;
  /** A failure does not fail the build, and what depends on it runs. */
  readonly allowFailures: boolean;
  readonly requires: readonly string[];
  /** In the order in which they run. */
  readonly commands: readonly CommandRecord[];
  /** The worker that has or had it last. */
  readonly worker?: string;
  /** The task that was run in its place; its own outcome counts no more. */
  readonly replacedBy?: string;
  /** When it began to wait for a worker, when its agent began, when it ended. */
  readonly queuedAt?: number;
  readonly startedAt?: number;
  readonly finishedAt?: number;
}

export const BUILD_STATUSES = ["executing", "completed", "failed", "aborted"] as const;

export type BuildStatus = typeof BUILD_STATUSES[number];

/** What a build is, without its tasks. Times are milliseconds since 1970. */
export interface BuildSummary {
  readonly id: string;
  readonly status: BuildStatus;
  readonly createdAt: number;
  readonly finishedAt?: number;
  readonly repository: Repository;
}

/** A build as the controller knows it. */
export interface BuildRecord extends BuildSummary {
  /** In the order of the file, and then those that were run again in the place of others. */
  readonly tasks: readonly TaskRecord[];
}

/** Something that happened to a build and is kept, so that who looks later sees it too. `seq` grows with each. */
export type StoredEvent =
  & { readonly seq: number; readonly at: number }
  & (
    | { readonly kind: "build"; readonly status: BuildStatus }
    /** A task that is `triggered` once more starts over: its commands are as they were created. */
    | { readonly kind: "task"; readonly taskId: string; readonly state: TaskState }
    | {
      readonly kind: "command";
      readonly taskId: string;
      readonly command: string;
      readonly state: CommandState;
    }
  );

/** There is more to read of a command's log: `size` bytes in all. Not kept, and told once for many changes. */
export interface LogEvent {
  readonly kind: "log";
  readonly taskId: string;
  readonly command: string;
  readonly size: number;
}

/** What `Builds.watch` yields. */
export type BuildEvent = StoredEvent | LogEvent;

/** One try to run a task: who has it, and what opens its calls. */
export interface AssignmentRecord {
  readonly id: number;
  readonly taskId: string;
  readonly buildId: string;
  readonly worker: string;
  readonly definition: Task;
  /** What of the worker the task holds. */
  readonly requirements: Requirements;
  readonly clientSecretDigest: Uint8Array;
  readonly serverSecret: string;
  /** The worker said that it started the task, or its agent called. */
  readonly started: boolean;
  /** When the agent asked for the commands. */
  readonly agentStartedAt?: number;
  /** The worker is to stop it. */
  readonly stop: boolean;
  /** The task has its outcome; the worker may still be cleaning up. */
  readonly decided: boolean;
  /** How often the task lost its worker before. */
  readonly timesLost: number;
  /** Why the worker has it no more; absent while it has it. */
  readonly release?: Release;
}

/**
 * Why a worker has a task no more: it said so, its poll did not list a task that was over, it never took the task
 * (the answer was lost), or it was lost itself.
 */
export type Release = "stopped" | "gone" | "unanswered" | "lost";

/** A worker as the controller remembers it. */
export interface WorkerRecord {
  readonly name: string;
  readonly labels: ReadonlyMap<string, string>;
  readonly resources: ReadonlyMap<string, number>;
  readonly disabled: boolean;
  /** Milliseconds since 1970. */
  readonly lastSeenAt: number;
}

/** Whether a status is one that nothing follows. */
export function isFinal(status: Status): boolean {
  return status === "aborted" || status === "failed" || status === "completed" || status === "skipped";
}
