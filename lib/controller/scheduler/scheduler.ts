import { fit, type FitOptions, isBusy, type WorkerCapacity } from "./fit.ts";
import { WaitingQueue, type WaitingTask } from "./waiting_queue.ts";

export interface SchedulerOptions extends FitOptions {
  /** How many younger tasks may start before a task on workers that could run it, had they room. */
  readonly maxPasses: number;
  /** Whether a task that has the lock is with a worker; no task with it starts then. */
  readonly isLocked?: (lock: string) => boolean;
}

/**
 * Decides which waiting task a worker starts next: first come first served, with bounded backfill.
 *
 * The oldest task that fits is taken. Where an older one only lacks room on that worker, it has been passed; once a
 * task has been passed `maxPasses` times, the next worker on which that would happen again is held for it: it starts
 * nothing else until the task starts, there or elsewhere. So a big task waits at most for what runs on that worker.
 *
 * Knows no clock and does no I/O: the same calls give the same answers.
 */
export class Scheduler {
  readonly #options: SchedulerOptions;
  readonly #queue = new WaitingQueue();
  readonly #passes = new Map<string, number>();
  /** Which task a worker is held for, by the worker's name. */
  readonly #holds = new Map<string, WaitingTask>();

  constructor(options: SchedulerOptions) {
    this.#options = options;
  }

  /** How many tasks wait. */
  get size(): number {
    return this.#queue.size;
  }

  find(id: string): WaitingTask | undefined {
    return this.#queue.find(id);
  }

  /** Which task a worker is held for, by the worker's name. */
  get holds(): ReadonlyMap<string, WaitingTask> {
    return this.#holds;
  }

  /** A task waits, from now on or again; it keeps the place of its age. */
  add(task: WaitingTask): void {
    this.#queue.add(task);
  }

  /** A task waits no more. */
  remove(id: string): void {
    this.#queue.remove(id);
    this.#passes.delete(id);
    for (const [worker, task] of this.#holds) if (task.id === id) this.#holds.delete(worker);
  }

  /** A worker that takes no tasks for now: nothing is held for it. */
  workerGone(name: string): void {
    this.#holds.delete(name);
  }

  /** Takes the task that this worker starts next out of the queue; undefined when there is none for it. */
  take(worker: WorkerCapacity): WaitingTask | undefined {
    const chosen = this.#choose(worker);
    if (chosen !== undefined) this.remove(chosen.id);
    return chosen;
  }

  #choose(worker: WorkerCapacity): WaitingTask | undefined {
    const held = this.#holds.get(worker.name);
    if (held !== undefined && !this.#isLocked(held)) {
      const result = fit(held.requirements, worker, this.#options);
      if (result.kind === "fits") return held;
      if (isBusy(result)) return undefined;
      this.#holds.delete(worker.name);
    }
    const passed: WaitingTask[] = [];
    for (const task of this.#queue.heads()) {
      if (this.#isLocked(task)) continue;
      const result = fit(task.requirements, worker, this.#options);
      if (isBusy(result)) passed.push(task);
      if (result.kind === "fits") return this.#mayPass(passed, worker.name) ? task : undefined;
    }
    return undefined;
  }

  #isLocked({ requirements: { lock } }: WaitingTask): boolean {
    return lock !== undefined && (this.#options.isLocked?.(lock) ?? false);
  }

  /** Counts one more pass for each of the tasks, unless one of them has waited through enough and gets the worker. */
  #mayPass(tasks: readonly WaitingTask[], worker: string): boolean {
    const held = new Set([...this.#holds.values()].map((task) => task.id));
    const due = tasks.find(({ id }) => !held.has(id) && this.#count(id) >= this.#options.maxPasses);
    if (due !== undefined) {
      this.#holds.set(worker, due);
      return false;
    }
    for (const { id } of tasks) this.#passes.set(id, this.#count(id) + 1);
    return true;
  }

  #count(id: string): number {
    return this.#passes.get(id) ?? 0;
  }
}
