import type { Clock } from "../clock.ts";
import type { WorkerCapacity } from "../scheduler/fit.ts";
import type { Scheduler } from "../scheduler/scheduler.ts";
import type { WaitingTask } from "../scheduler/waiting_queue.ts";

export interface TaskQueueOptions {
  readonly scheduler: Scheduler;
  readonly clock: Clock;
  /** Told when a task has come in. */
  readonly onAdded: () => void;
}

/** The tasks that wait for a worker, in the hands of the scheduler, and since when they do. */
export class TaskQueue {
  readonly #scheduler: Scheduler;
  readonly #clock: Clock;
  readonly #onAdded: () => void;
  readonly #since = new Map<string, number>();

  constructor(options: TaskQueueOptions) {
    this.#scheduler = options.scheduler;
    this.#clock = options.clock;
    this.#onAdded = options.onAdded;
  }

  get size(): number {
    return this.#scheduler.size;
  }

  /** When each task began to wait, by `Clock.elapsed`: a clock that is set does not touch it. */
  get since(): ReadonlyMap<string, number> {
    return this.#since;
  }

  find(taskId: string): WaitingTask | undefined {
    return this.#scheduler.find(taskId);
  }

  /** The names of the workers that are kept free for a task that came first. */
  get heldWorkers(): string[] {
    return [...this.#scheduler.holds.keys()];
  }

  add(task: WaitingTask): void {
    const waited = Math.max(0, this.#clock.now() - task.queuedAt);
    this.#since.set(task.id, this.#clock.elapsed() - waited);
    this.#scheduler.add(task);
    this.#onAdded();
  }

  remove(taskId: string): void {
    this.#since.delete(taskId);
    this.#scheduler.remove(taskId);
  }

  /** Takes out the task that a worker starts next. */
  take(worker: WorkerCapacity): WaitingTask | undefined {
    const task = this.#scheduler.take(worker);
    if (task !== undefined) this.#since.delete(task.id);
    return task;
  }

  /** A worker takes no tasks for now: nothing waits for it in particular. */
  workerGone(name: string): void {
    this.#scheduler.workerGone(name);
  }
}
