import type { AssignmentRecord } from "../records.ts";
import type { Resources } from "../scheduler/requirements.ts";
import type { HeldTask, PoolWorker } from "./pool_worker.ts";

/** A task that a worker has, as long as it has it. */
export class Assignment implements HeldTask {
  readonly record: AssignmentRecord;
  readonly worker: PoolWorker;
  /** The worker said that it started the task, or its agent called. */
  started: boolean;
  /** A poll of the worker has listed the task. */
  listed = false;
  /** The worker is to stop it. */
  stop: boolean;
  /** The task has its outcome. */
  decided: boolean;
  /** When the agent asked for its commands, by `Clock.elapsed`. */
  agentSince: number | undefined;
  /** When the agent called last, by `Clock.elapsed`. */
  lastHeard: number;

  constructor(record: AssignmentRecord, options: { worker: PoolWorker; elapsed: number }) {
    this.record = record;
    this.worker = options.worker;
    this.started = record.started;
    this.stop = record.stop;
    this.decided = record.decided;
    this.lastHeard = options.elapsed;
    this.agentSince = record.agentStartedAt === undefined ? undefined : options.elapsed;
  }

  get taskId(): string {
    return this.record.taskId;
  }

  get resources(): Resources {
    return this.record.requirements.resources;
  }
}
