import type { Annotation, Task } from "../../../proto/gen/cirrus_ci_service_pb.ts";
import type { AssignmentRecord, CommandState, Release, Status, TaskOutcome } from "../records.ts";
import type { WaitingTask } from "../scheduler/waiting_queue.ts";

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

/** Tasks on their way, and what their workers and agents say of them. */
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
