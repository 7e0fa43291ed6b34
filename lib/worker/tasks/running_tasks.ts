import type { AbortReason } from "../../async/abort_reason.ts";
import type { Assignment } from "./assignment.ts";
import { type Resources, sumResources } from "../resources.ts";

/** Names an upstream; two are the same when they are the same object. */
export interface Upstream {
  readonly endpoint: string;
}

/** One task that this worker has taken and not yet reported as stopped. */
export interface RunningTask {
  readonly assignment: Assignment;
  /** Who gave it. */
  readonly upstream: Upstream;
  readonly since: Date;
  /** Settles when the task has been reported as stopped. */
  readonly done: Promise<void>;
  cancel(reason: AbortReason): void;
}

/** What runs on a worker, for all of its upstreams. Two upstreams may use the same id. */
export class RunningTasks {
  readonly #tasks = new Set<RunningTask>();
  readonly #listeners = new Set<(change: "started" | "ended") => void>();
  #ending: AbortReason | undefined;

  get size(): number {
    return this.#tasks.size;
  }

  [Symbol.iterator](): Iterator<RunningTask> {
    return this.#tasks.values();
  }

  of(upstream: Upstream): RunningTask[] {
    return [...this.#tasks].filter((task) => task.upstream === upstream);
  }

  find(upstream: Upstream, id: string): RunningTask | undefined {
    return this.of(upstream).find((task) => task.assignment.id === id);
  }

  resourcesInUse(): Resources {
    return sumResources([...this.#tasks].map((task) => task.assignment.resources));
  }

  /** Counts a task as running for as long as `work` takes. `work` must not reject. */
  start(assignment: Assignment, upstream: Upstream, work: (signal: AbortSignal) => Promise<void>): void {
    const controller = new AbortController();
    if (this.#ending) controller.abort(this.#ending);
    const task: RunningTask = {
      assignment,
      upstream,
      since: new Date(),
      done: work(controller.signal).finally(() => {
        this.#tasks.delete(task);
        this.#tell("ended");
      }),
      cancel: (reason) => controller.abort(reason),
    };
    this.#tasks.add(task);
    this.#tell("started");
  }

  /** Cancels every task, those that are yet to come included. */
  cancelAll(reason: AbortReason): void {
    this.#ending ??= reason;
    for (const task of this.#tasks) task.cancel(reason);
  }

  /** Calls `listener` after each task's start and end, until disposed. */
  onChange(listener: (change: "started" | "ended") => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => this.#listeners.delete(listener) };
  }

  #tell(change: "started" | "ended"): void {
    for (const listener of this.#listeners) listener(change);
  }
}
