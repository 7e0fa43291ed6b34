import { AbortReason } from "../../async/abort_reason.ts";
import { Backoff } from "../../async/backoff.ts";
import type { StandbyInstanceParameters } from "../../../proto/gen/cirrus_ci_service_pb.ts";
import type { Logger } from "../../logging/logger.ts";
import { codeName } from "../../rpc/code.ts";
import { taskIdentification } from "../../rpc/metadata.ts";
import { RpcError } from "../../rpc/rpc_error.ts";
import type { Observe } from "../../telemetry/telemetry_event.ts";
import { Alarm } from "./alarm.ts";
import type { Assignment } from "../tasks/assignment.ts";
import type { Disabled, Disablement } from "./disablement.ts";
import { obeyAnswer } from "./poll_answer.ts";
import { PollSchedule } from "./poll_schedule.ts";
import type { RunningTasks } from "../tasks/running_tasks.ts";
import { explainFailure, isSessionLost } from "./upstream_failure.ts";
import type { StandbyInformation } from "../standby/standby.ts";
import type { UpstreamSession, WorkerInfo } from "./upstream_session.ts";

/**
 * How long a draining worker on which nothing runs waits for the answer to a poll that may carry a task, by
 * what the upstream said when it was told to give none. One that gives none has nothing to answer with but a
 * task that it had given before.
 */
const LAST_POLL_MS: Readonly<Record<Disabled | "unasked", number>> = {
  disabled: 10_000,
  unsupported: 30_000,
  unreachable: 0,
  unasked: 0,
};

export interface UpstreamLoopOptions {
  readonly session: UpstreamSession;
  readonly disablement: Disablement;
  /** What runs on the worker, for every upstream. */
  readonly tasks: RunningTasks;
  /** Labels and totals, asked for anew with every call. */
  readonly info: () => WorkerInfo;
  /** The warm standby instances, asked for anew with every poll. */
  readonly standby: () => readonly StandbyInformation[];
  /** Starts a task that does not run yet. */
  readonly start: (task: Assignment) => void;
  /** The upstream wants other standby instances to be kept; at least one. */
  readonly onStandby: (parameters: readonly StandbyInstanceParameters[]) => void;
  readonly onRegistered: () => void;
  /** The upstream wants the worker to end. */
  readonly onShutdown: () => void;
  readonly observe: Observe;
  readonly logger: Logger;
}

interface CallInFlight {
  readonly controller: AbortController;
  /** Whether the answer may carry a task. */
  readonly mayBringTask: boolean;
}

type Drain =
  | { readonly kind: "no" }
  /** The upstream is being told. */
  | { readonly kind: "begun" }
  /** `unasked`: there was no need to tell it. */
  | { readonly kind: "told"; readonly answer: Disabled | "unasked" };

/** Registers with one upstream and polls it for as long as the worker needs it. */
export class UpstreamLoop {
  readonly #options: UpstreamLoopOptions;
  readonly #schedule = new PollSchedule(new Backoff());
  readonly #alarm = new Alarm();
  /** Whether a poll has succeeded in this session: one that never was good is not worth a new one at once. */
  #established = false;
  #call: CallInFlight | undefined;
  #drain: Drain = { kind: "no" };
  /** Whether the worker goes on without this upstream. */
  #leaving = false;
  #registersAgain = false;
  #giveUpTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: UpstreamLoopOptions) {
    this.#options = options;
  }

  /**
   * Polls until `cancel` aborts, which gives up the call in flight, or until the upstream has nothing more for this
   * worker once `drain` has aborted, with which the worker ends, or `leave`, with which it goes on without this upstream.
   */
  async run(signals: { drain: AbortSignal; leave: AbortSignal; cancel: AbortSignal }): Promise<void> {
    const { drain, leave, cancel } = signals;
    using cleanUp = new DisposableStack();
    const on = (signal: AbortSignal, listener: () => void) => {
      signal.addEventListener("abort", listener);
      cleanUp.defer(() => signal.removeEventListener("abort", listener));
      if (signal.aborted) listener();
    };
    cleanUp.defer(() => clearTimeout(this.#giveUpTimer));
    cleanUp.use(this.#options.tasks.onChange((change) => {
      if (change === "ended") this.#schedule.outdated();
      this.#reconsider();
    }));
    on(cancel, () => {
      this.#call?.controller.abort(cancel.reason);
      this.#alarm.ring();
    });
    let told: Promise<void> | undefined;
    on(leave, () => {
      this.#leaving = true;
      told ??= this.#tell(cancel);
    });
    on(drain, () => told ??= this.#tell(cancel));

    while (!cancel.aborted && !this.#over()) {
      const waitMs = this.#needed() ? this.#waitMs() : undefined;
      const registered = this.#options.session.registered && !this.#registersAgain;
      if (waitMs === 0) await this.#attempt(registered ? "poll" : "register");
      else await this.#alarm.sleep(waitMs);
    }
    await told;
  }

  /** Registers the worker anew, at once or after the call in flight. */
  registerAgain(): void {
    this.#registersAgain = true;
    this.#alarm.ring();
  }

  /** Tells the upstream soon what has changed in what the worker says of itself. */
  infoChanged(): void {
    this.#schedule.outdated();
    this.#alarm.ring();
  }

  #waitMs(): number {
    return this.#registersAgain ? 0 : this.#schedule.waitMs(performance.now());
  }

  async #tell(cancel: AbortSignal): Promise<void> {
    const { session, tasks, info, disablement } = this.#options;
    this.#drain = { kind: "begun" };
    const idle = this.#awaited() === 0 && !this.#call?.mayBringTask;
    const unknown = !session.registered && tasks.of(session).length === 0;
    const answer = idle || unknown ? "unasked" : await disablement.disable(info(), cancel);
    this.#drain = { kind: "told", answer };
    this.#reconsider();
  }

  /** Whether another poll may bring something that the worker wants. */
  #needed(): boolean {
    const { session, tasks } = this.#options;
    if (this.#drain.kind === "no" || tasks.of(session).length > 0) return true;
    // Where it gives no tasks, polls go on for as long as the worker lives: they show that it does.
    return this.#isDisabled() && this.#awaited() > 0;
  }

  /** How many tasks have to end before the loop may. */
  #awaited(): number {
    const { session, tasks } = this.#options;
    return this.#leaving ? tasks.of(session).length : tasks.size;
  }

  #isDisabled(): boolean {
    return this.#drain.kind === "told" && this.#drain.answer === "disabled";
  }

  #over(): boolean {
    return this.#drain.kind === "told" && !this.#needed();
  }

  /** Looks again whether there is anything to wait for, after what runs or the state of draining has changed. */
  #reconsider(): void {
    this.#alarm.ring();
    clearTimeout(this.#giveUpTimer);
    if (!this.#call || this.#drain.kind !== "told" || this.#needed()) return;
    const { controller, mayBringTask } = this.#call;
    this.#giveUpTimer = setTimeout(
      () => controller.abort(new AbortReason("finished", "The worker needs no more tasks")),
      mayBringTask ? LAST_POLL_MS[this.#drain.answer] : 0,
    );
  }

  /** Makes a call that can be given up. What failed is logged and scheduled anew. */
  async #attempt(method: "register" | "poll"): Promise<void> {
    const controller = new AbortController();
    // An upstream that has said that it gives no more tasks does not answer a later poll with one.
    this.#call = { controller, mayBringTask: method === "poll" && !this.#isDisabled() };
    try {
      if (method === "register") await this.#register(controller.signal);
      else await this.#poll(controller.signal);
    } catch (error) {
      if (!controller.signal.aborted) this.#failed(method, error);
    } finally {
      this.#call = undefined;
    }
  }

  async #register(signal: AbortSignal): Promise<void> {
    const { session, info, disablement, onRegistered, logger } = this.#options;
    this.#established = false;
    this.#registersAgain = false;
    await session.register(info(), signal);
    logger.info(`worker successfully registered on upstream ${session.endpoint}`);
    this.#options.observe({ kind: "registered", upstream: session.endpoint });
    onRegistered();
    if (this.#drain.kind === "no") await disablement.undo();
  }

  async #poll(signal: AbortSignal): Promise<void> {
    const { session, tasks, info, standby, onStandby, onShutdown, logger } = this.#options;
    const runningTasks = tasks.of(session).map((task) => task.assignment.id);
    const numeric = runningTasks.map((id) => taskIdentification(id, "")?.taskId);
    this.#schedule.pollStarted(performance.now());
    const answer = await this.#observed(session.poll({
      workerInfo: info(),
      runningTasks,
      oldRunningTasks: numeric.filter((id) => id !== undefined),
      resourcesInUse: tasks.resourcesInUse(),
      availableStandbyInstancesInformation: [...standby()],
    }, signal));
    this.#call = undefined;
    this.#established = true;
    const broughtTask = obeyAnswer(answer, { ...this.#options, upstream: session });
    if (answer.updatedStandbyInstances.length > 0) onStandby(answer.updatedStandbyInstances);
    this.#schedule.pollAnswered({ intervalSeconds: answer.pollIntervalInSeconds, broughtTask });
    logger.debug("the upstream answered a poll", { intervalSeconds: answer.pollIntervalInSeconds });
    if (answer.shutdown) {
      logger.info(`received shutdown signal from the upstream ${session.endpoint}, terminating...`);
      onShutdown();
    }
  }

  async #observed<T>(poll: Promise<T>): Promise<T> {
    const { session: { endpoint: upstream }, observe } = this.#options;
    const startedAt = performance.now();
    const seconds = () => (performance.now() - startedAt) / 1_000;
    try {
      const answer = await poll;
      observe({ kind: "polled", upstream, seconds: seconds() });
      return answer;
    } catch (error) {
      // What this worker gave up itself says nothing of its upstream.
      if (error instanceof RpcError) {
        observe({ kind: "polled", upstream, seconds: seconds(), failure: codeName(error.code) });
      }
      throw error;
    }
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
