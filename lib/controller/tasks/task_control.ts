import type { Logger } from "../../logging/logger.ts";
import type { Clock } from "../clock.ts";
import type { ControllerMetrics } from "../metrics/controller_metrics.ts";
import type { CommandState, TaskOutcome } from "../records.ts";
import type { Settled, TaskStore } from "../store/task_store.ts";
import type { Assignment } from "../workers/assignment.ts";
import type { Assignments } from "../workers/assignments.ts";
import type { Dispatcher } from "../workers/dispatcher.ts";
import type { TaskQueue } from "../workers/task_queue.ts";
import { isComplete, outcomeOf } from "./outcome.ts";

export interface TaskControlOptions {
  readonly tasks: TaskStore;
  readonly queue: TaskQueue;
  readonly assignments: Assignments;
  readonly dispatcher: Dispatcher;
  readonly metrics: Pick<ControllerMetrics, "tasksFinished">;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Told when something of a build has changed. */
  readonly onMoved: (buildId: string) => void;
}

/** How much of a message from outside is kept as the reason of an outcome. */
const MAX_MESSAGE_LENGTH = 4_096;

/** How often a task whose worker was lost is queued again. */
const MAX_TIMES_LOST = 1;

/** What happens to tasks, one rule a method. A task's first outcome stays. */
export class TaskControl {
  readonly #options: TaskControlOptions;

  constructor(options: TaskControlOptions) {
    this.#options = options;
  }

  /** The worker has started a task. */
  async started(assignment: Assignment): Promise<void> {
    const { tasks, clock, onMoved } = this.#options;
    await tasks.start(assignment.record.id, clock.now());
    assignment.started = true;
    onMoved(assignment.record.buildId);
  }

  /** The worker could not run a task. One that it never started it does not have any more. */
  async failed(assignment: Assignment, message: string): Promise<void> {
    await this.#conclude(assignment, { status: "failed", cause: "infrastructure", message });
    if (!assignment.started) await this.#ended(assignment);
  }

  /** The worker has a task no more. */
  async stopped(assignment: Assignment): Promise<void> {
    if (!assignment.decided) await this.#conclude(assignment, await this.#outcomeWithoutAgent(assignment));
    await this.#ended(assignment);
  }

  /** The agent is through with a task's commands. */
  async agentFinished(assignment: Assignment, results: ReadonlyMap<string, CommandState>): Promise<void> {
    const { tasks } = this.#options;
    await this.recordCommands(assignment, results);
    await this.#conclude(assignment, outcomeOf(await tasks.commands(assignment.taskId)));
  }

  /** The agent tells where commands are. */
  async recordCommands(assignment: Assignment, commands: ReadonlyMap<string, CommandState>): Promise<void> {
    const { tasks, clock, onMoved } = this.#options;
    await tasks.recordCommands(assignment.record.id, commands, clock.now());
    onMoved(assignment.record.buildId);
  }

  /** A poll of the worker does not list a task that we gave it. */
  async notListed(assignment: Assignment): Promise<void> {
    const { tasks, clock, assignments, dispatcher } = this.#options;
    if (assignment.decided) {
      await tasks.release(assignment.record.id, "gone", clock.now());
      assignments.remove(assignment);
    } else if (assignment.started || assignment.listed) {
      await this.lost(assignment, "does not have it any more");
    } else await dispatcher.takeBack(assignment);
  }

  /** The worker that had a task is lost: once, the task is queued again. `why` completes "The worker NAME ...". */
  async lost(assignment: Assignment, why: string): Promise<void> {
    const { tasks, queue, assignments, clock, logger, onMoved } = this.#options;
    const { id, timesLost, buildId } = assignment.record;
    const message = `The worker ${assignment.worker.name} ${why}`;
    logger.warning(`task ${assignment.taskId}: ${message}`, { task: assignment.taskId });
    if (timesLost >= MAX_TIMES_LOST) {
      await this.decide(assignment.taskId, {
        status: "failed",
        cause: "infrastructure",
        message: `${message}; it was not the first worker that this task lost`,
      }, { stop: false });
    }
    const note = `${message}: the task was queued again and starts over`;
    const waiting = await tasks.takeBack(id, { release: "lost", note }, clock.now());
    assignments.remove(assignment);
    if (waiting) queue.add(waiting);
    onMoved(buildId);
  }

  /** Decides a task, unless it is decided. With `stop`, a worker that has it is told to stop it. */
  async decide(taskId: string, outcome: TaskOutcome, options: { readonly stop: boolean }): Promise<void> {
    const { tasks, metrics, clock, logger } = this.#options;
    const settled = await tasks.decide(taskId, bounded(outcome), { at: clock.now(), stop: options.stop });
    if (!settled) return;
    logger.info(`task ${taskId} ${outcome.status}`, { task: taskId, build: settled.buildId });
    metrics.tasksFinished.add(1, { status: outcome.status });
    // Those that could not run without it.
    metrics.tasksFinished.add(settled.decided.length - 1, { status: "aborted" });
    this.#settle(settled, options);
  }

  /** Runs a task again, as a new one in its place. False when it was not run, or cannot be run again. */
  async rerun(taskId: string, newId: string): Promise<boolean> {
    const { tasks, clock } = this.#options;
    const settled = await tasks.rerun(taskId, newId, clock.now());
    if (settled) this.#settle(settled, { stop: false });
    return settled !== undefined;
  }

  /** Aborts whatever of a build is not decided. */
  async abortBuild(buildId: string, message: string): Promise<void> {
    const { tasks, metrics, clock } = this.#options;
    const settled = await tasks.abortBuild(buildId, message, clock.now());
    metrics.tasksFinished.add(settled.decided.length, { status: "aborted" });
    this.#settle(settled, { stop: true });
  }

  /** Decides a task by what its worker or its agent says, unless another worker has it by now. */
  async #conclude(assignment: Assignment, outcome: TaskOutcome): Promise<void> {
    if (this.#options.assignments.find(assignment.taskId) !== assignment) return;
    await this.decide(assignment.taskId, outcome, { stop: false });
  }

  #settle(settled: Settled, options: { readonly stop: boolean }): void {
    const { queue, assignments, dispatcher, onMoved } = this.#options;
    for (const taskId of settled.decided) {
      queue.remove(taskId);
      const assignment = assignments.find(taskId);
      if (!assignment) continue;
      assignment.decided = true;
      if (!options.stop) continue;
      assignment.stop = true;
      dispatcher.hurry(assignment.worker);
    }
    for (const task of settled.triggered) queue.add(task);
    onMoved(settled.buildId);
  }

  async #ended(assignment: Assignment): Promise<void> {
    const { tasks, assignments, clock, dispatcher } = this.#options;
    await tasks.release(assignment.record.id, "stopped", clock.now());
    assignments.remove(assignment);
    assignment.worker.ended(assignment.taskId, assignment.resources);
    dispatcher.hurry(assignment.worker);
  }

  /** How a task ended whose agent never said that it was through. */
  async #outcomeWithoutAgent(assignment: Assignment): Promise<TaskOutcome> {
    const { tasks } = this.#options;
    const commands = await tasks.commands(assignment.taskId);
    if (isComplete(commands)) return outcomeOf(commands);
    const error = await tasks.lastError(assignment.record.id);
    const message = `The worker ${assignment.worker.name} stopped the task before its commands were through`;
    return {
      status: "failed",
      cause: "infrastructure",
      message: error === undefined ? message : `${message}: ${error}`,
    };
  }
}

function bounded(outcome: TaskOutcome): TaskOutcome {
  return outcome.status === "completed"
    ? outcome
    : { ...outcome, message: outcome.message.slice(0, MAX_MESSAGE_LENGTH) };
}
