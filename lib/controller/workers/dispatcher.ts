import { errorMessage } from "../../diagnostics/error_message.ts";
import type { Clock } from "../clock.ts";
import type { Logger } from "../../logging/logger.ts";
import type { ControllerMetrics } from "../metrics/controller_metrics.ts";
import type { WaitingTask } from "../scheduler/waiting_queue.ts";
import { digestOf, newSecret } from "../secrets.ts";
import type { TaskStore } from "../store/task_store.ts";
import { Assignment } from "./assignment.ts";
import type { Assignments } from "./assignments.ts";
import { type Gift, HeldPoll } from "./held_poll.ts";
import type { PoolWorker } from "./pool_worker.ts";
import type { TaskQueue } from "./task_queue.ts";

export interface DispatcherOptions {
  readonly tasks: Pick<TaskStore, "give" | "takeBack">;
  readonly queue: TaskQueue;
  readonly assignments: Assignments;
  readonly metrics: Pick<ControllerMetrics, "queueWait">;
  readonly clock: Clock;
  readonly logger: Logger;
  /** How long a poll is held when there is nothing to answer, in milliseconds. */
  readonly holdMs: number;
  /** Told when a task of a build was given to a worker or taken back. */
  readonly onMoved: (buildId: string) => void;
}

/**
 * Brings waiting tasks and polling workers together. Tasks are given out one after another, by one pass at a time, so
 * that no worker gets more than it has room for however many calls come in at once.
 */
export class Dispatcher {
  readonly #options: DispatcherOptions;
  /** The polls that wait for an answer, the one that waits longest first. */
  readonly #polls = new Map<PoolWorker, HeldPoll>();
  #running = false;
  #again = false;
  #closed = false;
  #failing = false;

  constructor(options: DispatcherOptions) {
    this.#options = options;
  }

  /**
   * Holds a worker's poll until there is something to tell it, for `holdMs` at most. Resolves with the tasks to start,
   * which are stored as given by then. A poll that the worker sent before is answered with nothing.
   */
  async hold(
    worker: PoolWorker,
    options: { signal: AbortSignal; urgent: boolean },
  ): Promise<readonly Gift[]> {
    const { signal, urgent } = options;
    const poll = new HeldPoll();
    if (urgent) poll.hurry();
    this.release(worker);
    this.#polls.set(worker, poll);
    worker.polling = true;
    const leave = () => poll.answer([]);
    signal.addEventListener("abort", leave);
    using _timer = this.#options.clock.after(this.#options.holdMs, leave);
    if (signal.aborted || this.#closed) leave();
    this.wake();
    try {
      const gifts = await poll.answered;
      if (!signal.aborted) return gifts;
      for (const { assignment } of gifts) await this.takeBack(assignment);
      return [];
    } finally {
      signal.removeEventListener("abort", leave);
      if (this.#polls.get(worker) === poll) this.release(worker);
    }
  }

  /** Answers a worker's poll, if it has one open, with nothing: it is not there any more. */
  release(worker: PoolWorker): void {
    this.#polls.get(worker)?.answer([]);
    this.#polls.delete(worker);
    worker.polling = false;
  }

  /** Answers a worker's poll at once, with whatever there is for it. */
  hurry(worker: PoolWorker): void {
    this.#polls.get(worker)?.hurry();
    this.wake();
  }

  /** Looks whether tasks can start now; to be called after anything has changed that may let one. */
  wake(): void {
    this.#again = true;
    if (this.#running || this.#closed) return;
    this.#running = true;
    queueMicrotask(() => void this.#run());
  }

  /** Lets a task wait again that its worker never took. */
  async takeBack(assignment: Assignment): Promise<void> {
    const { tasks, assignments, queue, clock, logger, onMoved } = this.#options;
    const waiting = await tasks.takeBack(assignment.record.id, { release: "unanswered" }, clock.now());
    assignments.remove(assignment);
    const { taskId, worker: { name } } = assignment;
    logger.warning(`task ${taskId} waits again: worker ${name} never took it`, {
      task: taskId,
      worker: name,
    });
    if (waiting) queue.add(waiting);
    onMoved(assignment.record.buildId);
  }

  /** Gives out nothing any more and answers every poll. */
  close(): void {
    this.#closed = true;
    for (const poll of this.#polls.values()) poll.answer([]);
  }

  async #run(): Promise<void> {
    const { logger } = this.#options;
    try {
      while (this.#again && !this.#closed) {
        this.#again = false;
        await this.#pass();
      }
      if (this.#failing) logger.info("tasks are given out again");
      this.#failing = false;
    } catch (error) {
      if (!this.#failing) {
        logger.error(`could not give out tasks, trying again with each poll: ${errorMessage(error)}`);
      }
      this.#failing = true;
    }
    this.#running = false;
  }

  /** Offers polling workers one task each, again and again, so that tasks spread over workers with room for many. */
  async #pass(): Promise<void> {
    const waiting = this.#options.queue.size > 0;
    const offers = [...this.#polls]
      .filter(([, poll]) => poll.open && (waiting || poll.urgent))
      .map(([worker, poll]) => ({ worker, poll, gifts: new Array<Gift>() }));
    try {
      for (let left = offers; left.length > 0;) {
        const taking = [];
        for (const offer of left) if (await this.#offer(offer)) taking.push(offer);
        left = taking;
      }
    } finally {
      for (const { poll, gifts } of offers) {
        const answered = (gifts.length > 0 || poll.urgent) && poll.answer(gifts);
        if (!answered) { for (const { assignment } of gifts) await this.takeBack(assignment); }
      }
    }
  }

  /** Gives a worker its next task; false when there is none for it. */
  async #offer({ worker, gifts }: { worker: PoolWorker; gifts: Gift[] }): Promise<boolean> {
    const task = this.#next(worker);
    if (task === undefined) return false;
    const gift = await this.#give(task, worker);
    if (gift) gifts.push(gift);
    return true;
  }

  #next(worker: PoolWorker): WaitingTask | undefined {
    const { queue } = this.#options;
    return this.#closed || queue.size === 0 ? undefined : queue.take(worker.capacity());
  }

  /** Undefined when somebody else has moved the task meanwhile. */
  async #give(task: WaitingTask, worker: PoolWorker): Promise<Gift | undefined> {
    const { tasks, queue, assignments, metrics, clock, logger, onMoved } = this.#options;
    const clientSecret = newSecret();
    let record;
    try {
      record = await tasks.give(task.id, {
        worker: worker.name,
        clientSecretDigest: digestOf(clientSecret),
        serverSecret: newSecret(),
        at: clock.now(),
      });
    } catch (error) {
      queue.add(task);
      throw error;
    }
    if (record === undefined) return undefined;
    const assignment = new Assignment(record, { worker, elapsed: clock.elapsed() });
    assignments.add(assignment);
    metrics.queueWait.observe(Math.max(0, clock.now() - task.queuedAt) / 1_000);
    logger.info(`task ${task.id} given to worker ${worker.name}`, { task: task.id, worker: worker.name });
    onMoved(record.buildId);
    return { assignment, clientSecret };
  }
}
