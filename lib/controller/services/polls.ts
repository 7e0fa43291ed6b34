import { Code } from "../../rpc/code.ts";
import { RpcError } from "../../rpc/rpc_error.ts";
import type { ControllerMetrics } from "../metrics/controller_metrics.ts";
import type { TaskStore } from "../store/task_store.ts";
import type { TaskControl } from "../tasks/task_control.ts";
import type { Assignments } from "../workers/assignments.ts";
import type { Dispatcher } from "../workers/dispatcher.ts";
import type { Gift } from "../workers/held_poll.ts";
import type { Pool } from "../workers/pool.ts";
import type { TaskQueue } from "../workers/task_queue.ts";
import type { PollReport, PoolWorker } from "../workers/pool_worker.ts";

/** What a worker is to do. */
export interface PollAnswer {
  readonly start: readonly Gift[];
  /** Ids of tasks to stop. */
  readonly stop: readonly string[];
}

export interface PollsOptions {
  readonly pool: Pool;
  readonly dispatcher: Dispatcher;
  readonly control: TaskControl;
  readonly queue: TaskQueue;
  readonly assignments: Assignments;
  readonly tasks: Pick<TaskStore, "lastAssignment">;
  readonly metrics: Pick<ControllerMetrics, "polls">;
}

/** Answers polls. */
export class Polls {
  readonly #options: PollsOptions;

  constructor(options: PollsOptions) {
    this.#options = options;
  }

  /** Takes in what a worker reports, and resolves once there is something for it to do or it has waited long enough. */
  async answer(worker: PoolWorker, report: PollReport, signal: AbortSignal): Promise<PollAnswer> {
    const { pool, dispatcher } = this.#options;
    // A worker that asks again has given its last poll up: nothing may be given to that one from here on.
    dispatcher.release(worker);
    pool.touch(worker);
    worker.cutOff = false;
    await this.#compare(worker, report);
    this.#freeDeadWorkers();
    if (worker.update(report)) await pool.save(worker);

    const urgent = this.#hasNews(worker) || hasNothingToWaitFor(worker);
    const start = await dispatcher.hold(worker, { signal, urgent });
    pool.touch(worker);
    worker.cutOff = signal.aborted;
    const answer = signal.aborted ? "cut_off" : start.length > 0 ? "tasks" : "nothing";
    this.#options.metrics.polls.add(1, { answer });
    if (signal.aborted) throw new RpcError(Code.CANCELLED, "The worker went away while its poll was held");
    const stop = worker.tasksToStop;
    worker.told = new Set(stop);
    return { start, stop };
  }

  /** Says whether a worker is given tasks. Its poll is answered: one that ends need not wait until it runs out. */
  async setDisabled(worker: PoolWorker, disabled: boolean): Promise<void> {
    await this.#options.pool.setDisabled(worker, disabled);
    this.#options.dispatcher.hurry(worker);
  }

  /** Whether there is a task to stop that the worker was not told of in the last answer. */
  #hasNews(worker: PoolWorker): boolean {
    return worker.tasksToStop.some((id) => !worker.told.has(id));
  }

  /** A task that a worker is kept free for must not wait for one that has gone. */
  #freeDeadWorkers(): void {
    const { pool, queue } = this.#options;
    for (const name of queue.heldWorkers) {
      const worker = pool.find(name);
      if (!worker || !pool.isLive(worker)) queue.workerGone(name);
    }
  }

  /** Compares what the worker has with what we think that it has. */
  async #compare(worker: PoolWorker, { running }: PollReport): Promise<void> {
    const { assignments, control, tasks } = this.#options;
    for (const taskId of worker.taskIds) {
      const assignment = assignments.find(taskId);
      if (assignment && running.has(taskId)) assignment.listed = true;
      else if (assignment) await control.notListed(assignment);
    }
    for (const taskId of running) {
      if (worker.has(taskId) || worker.hasEnded(taskId)) continue;
      const last = await tasks.lastAssignment(taskId);
      // A worker may list a task a little longer than it had it.
      if (last?.worker === worker.name && last.release === "stopped") {
        worker.ended(taskId, last.requirements.resources);
      }
    }
  }
}

/** A worker that is given no tasks and has none may be about to end, with this as its last poll. */
function hasNothingToWaitFor(worker: PoolWorker): boolean {
  return worker.disabled && worker.taskIds.length === 0;
}
