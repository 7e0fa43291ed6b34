import { AbortReason } from "../async/abort_reason.ts";
import { Backoff } from "../async/backoff.ts";
import type { Logger } from "../logging/logger.ts";
import type { PollResponse } from "../../proto/gen/cirrus_ci_service_pb.ts";
import { taskIdentification } from "../rpc/metadata.ts";
import { Alarm } from "./alarm.ts";
import { type Assignment, readAssignment } from "./assignment.ts";
import { disable, type DrainState, enableAgain } from "./drain.ts";
import { PollSchedule } from "./poll_schedule.ts";
import type { RunningTasks } from "./running_tasks.ts";
import { explainFailure, isSessionLost } from "./upstream_failure.ts";
import type { UpstreamSession, WorkerInfo } from "./upstream_session.ts";

/** How long a draining worker on which nothing runs waits for the answer to a poll that may carry a task. */
const LAST_POLL_MS = 30_000;

export interface UpstreamLoopOptions {
  readonly session: UpstreamSession;
  /** What runs on the worker, for every upstream. */
  readonly tasks: RunningTasks;
  /** Labels and totals, asked for anew with every call. */
  readonly info: () => WorkerInfo;
  /** Starts a task that does not run yet. */
  readonly start: (assignment: Assignment) => void;
  readonly onRegistered: () => void;
  /** The upstream wants the worker to end. */
  readonly onShutdown: () => void;
  readonly logger: Logger;
}

interface CallInFlight {
  readonly controller: AbortController;
  /** Whether the answer may carry a task. */
  readonly mayBringTask: boolean;
}

/** Registers with one upstream and polls it for as long as the worker needs it. */
export class UpstreamLoop {
  readonly #options: UpstreamLoopOptions;
  readonly #schedule = new PollSchedule(new Backoff());
  readonly #alarm = new Alarm();
  /** Whether a poll has succeeded in this session: one that never was good is not worth a new one at once. */
  #established = false;
  #call: CallInFlight | undefined;
  #draining = false;
  #drainState: DrainState | undefined;
  #giveUpTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: UpstreamLoopOptions) {
    this.#options = options;
  }

  /**
   * Polls until `cancel` aborts, which gives up the call in flight, or until `drain` has aborted and the
   * upstream has nothing more for this worker.
   */
  async run(signals: { drain: AbortSignal; cancel: AbortSignal }): Promise<void> {
    const { drain, cancel } = signals;
    using cleanUp = new DisposableStack();
    const on = (signal: AbortSignal, listener: () => void) => {
      signal.addEventListener("abort", listener);
      cleanUp.defer(() => signal.removeEventListener("abort", listener));
      if (signal.aborted) listener();
    };
    cleanUp.defer(() => clearTimeout(this.#giveUpTimer));
    cleanUp.use(this.#options.tasks.onChange((change) => {
      if (change === "ended") this.#schedule.taskEnded();
      this.#reconsider();
    }));
    on(cancel, () => {
      this.#call?.controller.abort(cancel.reason);
      this.#alarm.ring();
    });
    let drained: Promise<void> | undefined;
    on(drain, () => drained = this.#drain(cancel));

    while (!cancel.aborted && !this.#over()) {
      const waitMs = this.#needed() ? this.#schedule.waitMs(performance.now()) : undefined;
      if (waitMs === 0) await this.#turn();
      else await this.#alarm.sleep(waitMs);
    }
    await drained;
  }

  /** Undoes what draining changed at the upstream; to be called when the worker's last task has ended. */
  async enableAgain(): Promise<void> {
    const { session, logger } = this.#options;
    await enableAgain(session, { state: this.#drainState, logger });
  }

  async #drain(cancel: AbortSignal): Promise<void> {
    const { session, tasks, info, logger } = this.#options;
    this.#draining = true;
    const unused = tasks.size === 0 && !this.#call?.mayBringTask;
    this.#drainState = unused
      ? { kind: "unasked" }
      : await disable(session, { info: info(), signal: cancel, logger });
    this.#reconsider();
  }

  /** Whether another poll may bring something that the worker wants. */
  #needed(): boolean {
    const { session, tasks } = this.#options;
    if (!this.#draining || tasks.of(session).length > 0) return true;
    // Where it gives no tasks, polls go on for as long as the worker lives: they show that it does.
    return this.#drainState?.kind === "disabled" && tasks.size > 0;
  }

  #over(): boolean {
    return this.#drainState !== undefined && !this.#needed();
  }

  /** Looks again whether there is anything to wait for, after what runs or the state of draining has changed. */
  #reconsider(): void {
    this.#alarm.ring();
    clearTimeout(this.#giveUpTimer);
    if (!this.#call || !this.#over()) return;
    const { controller, mayBringTask } = this.#call;
    const waits = mayBringTask && this.#drainState?.kind !== "unreachable";
    this.#giveUpTimer = setTimeout(
      () => controller.abort(new AbortReason("finished", "The worker needs no more tasks")),
      waits ? LAST_POLL_MS : 0,
    );
  }

  async #turn(): Promise<void> {
    if (
      !this.#options.session.registered &&
      !await this.#attempt("register", (signal) => this.#register(signal))
    ) {
      return;
    }
    await this.#attempt("poll", (signal) => this.#poll(signal));
  }

  /** Makes a call that can be given up. Returns whether it succeeded; what failed is logged and scheduled anew. */
  async #attempt(
    method: "register" | "poll",
    call: (signal: AbortSignal) => Promise<void>,
  ): Promise<boolean> {
    const controller = new AbortController();
    // What said that it gives no more tasks before a poll has begun does not answer that poll with one.
    const mayBringTask = method === "poll" && this.#drainState?.kind !== "disabled";
    this.#call = { controller, mayBringTask };
    try {
      await call(controller.signal);
      return true;
    } catch (error) {
      if (!controller.signal.aborted) this.#failed(method, error);
      return false;
    } finally {
      this.#call = undefined;
    }
  }

  async #register(signal: AbortSignal): Promise<void> {
    const { session, info, onRegistered, logger } = this.#options;
    this.#established = false;
    await session.register(info(), signal);
    logger.info(`worker successfully registered on upstream ${session.endpoint}`);
    onRegistered();
  }

  async #poll(signal: AbortSignal): Promise<void> {
    const { session, tasks, info } = this.#options;
    const runningTasks = tasks.of(session).map((task) => task.assignment.id);
    const numeric = runningTasks.map((id) => taskIdentification(id, "")?.taskId);
    this.#schedule.pollStarted(performance.now());
    const answer = await session.poll({
      workerInfo: info(),
      runningTasks,
      oldRunningTasks: numeric.filter((id) => id !== undefined),
      resourcesInUse: tasks.resourcesInUse(),
    }, signal);
    this.#established = true;
    this.#call = undefined;
    this.#apply(answer);
  }

  #apply(answer: PollResponse): void {
    const { session, onShutdown, logger } = this.#options;
    for (const id of new Set([...answer.tasksToStop, ...answer.oldTaskIdsToStop.map(String)])) this.#stop(id);
    const started = answer.tasksToStart.map(readAssignment).map((assignment) => this.#start(assignment));
    this.#schedule.pollAnswered({
      intervalSeconds: answer.pollIntervalInSeconds,
      broughtTask: started.includes(true),
    });
    logger.debug("the upstream answered a poll", {
      tasksToStart: answer.tasksToStart.length,
      tasksToStop: answer.tasksToStop.length,
    });
    if (answer.shutdown) {
      logger.info(`received shutdown signal from the upstream ${session.endpoint}, terminating...`);
      onShutdown();
    }
  }

  #stop(id: string): void {
    const { session, tasks, logger } = this.#options;
    const task = tasks.find(session, id);
    if (!task) return logger.debug(`asked to stop task ${id}, which does not run here`);
    task.cancel(new AbortReason("cancelled", "The upstream asked to stop the task"));
    logger.info(`sent cancellation signal to task ${id}`, { task: id });
  }

  /** Returns whether the task is new. */
  #start(assignment: Assignment | undefined): boolean {
    const { session, tasks, start, logger } = this.#options;
    if (!assignment) {
      logger.error("the upstream assigned a task without an id: ignored");
      return false;
    }
    if (tasks.find(session, assignment.id)) {
      const { id } = assignment;
      logger.warning(`attempted to run task ${id} which is already running: ignored`, { task: id });
      return false;
    }
    start(assignment);
    return true;
  }

  #failed(method: "register" | "poll", error: unknown): void {
    const { session, logger } = this.#options;
    if (method === "poll" && isSessionLost(error)) {
      session.forget();
      if (this.#established) {
        this.#schedule.sessionLost();
        return logger.warning("the upstream no longer knows this worker's session, registering again");
      }
    }
    const waitMs = this.#schedule.pollFailed(performance.now());
    const seconds = (waitMs / 1_000).toFixed(1);
    const what = method === "poll" ? "poll" : "register with";
    logger.error(
      `could not ${what} the upstream ${session.endpoint}: ${
        explainFailure(error)
      } (next try in ${seconds} s)`,
    );
  }
}
