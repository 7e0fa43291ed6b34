import { equals } from "@bufbuild/protobuf";
import {
  type Isolation,
  IsolationSchema,
  type StandbyInstanceParameters,
  StandbyInstanceParametersSchema,
} from "../../../proto/gen/cirrus_ci_service_pb.ts";
import { AbortReason } from "../../async/abort_reason.ts";
import { Backoff } from "../../async/backoff.ts";
import { within } from "../../async/within.ts";
import { errorMessage } from "../../diagnostics/error_message.ts";
import type { Logger } from "../../logging/logger.ts";
import type { Machine } from "../../machine/machine.ts";
import type { Resources } from "../resources.ts";
import { FailureLog } from "./failure_log.ts";
import { answers } from "./answers.ts";

/** How long a task waits for the end of an instance that does not fit. */
const END_WITHIN_MS = 15_000;

/** Whether a warm instance was what a task needed. */
export type StandbyOutcome = "hit" | "miss";

/** What a poll tells of a warm instance. */
export interface StandbyInformation {
  readonly parameters: StandbyInstanceParameters;
  readonly ageSeconds: bigint;
}

/** A machine that is booted and warmed up. */
export interface WarmMachine {
  readonly machine: Machine;
  /** Whether it has what a task gets that asks for these resources, and nothing else of the kind. */
  readonly suits: (resources: Resources) => boolean;
}

/** What a task asks for, as far as it matters here. */
export interface StandbyRequest {
  readonly isolation?: Isolation | undefined;
  readonly resources: Resources;
}

export interface StandbyOptions {
  /** What to keep; nothing when absent. */
  readonly parameters?: StandbyInstanceParameters | undefined;
  /** Makes a warm instance. Leaves nothing behind when it rejects. */
  readonly prepare: (parameters: StandbyInstanceParameters, signal: AbortSignal) => Promise<WarmMachine>;
  /** Whether an instance that takes these resources can be kept beside the tasks that run now. */
  readonly hasRoom: (resources: Resources) => boolean;
  /**
   * Told what came of a warm instance when a task began, and what it was made of. As the Go worker counts, so that its
   * dashboards go on: a task that found none is neither.
   */
  readonly onOutcome?: (outcome: StandbyOutcome, isolation: Isolation) => void;
  readonly backoff?: Backoff;
  readonly logger: Logger;
}

type State =
  | { readonly kind: "empty" }
  /** After a failure. */
  | { readonly kind: "waiting"; readonly timer: ReturnType<typeof setTimeout> }
  | { readonly kind: "preparing"; readonly stop: AbortController; readonly done: Promise<void> }
  | {
    readonly kind: "warm";
    readonly parameters: StandbyInstanceParameters;
    readonly machine: Machine;
    readonly suits: WarmMachine["suits"];
    /** Milliseconds of `performance.now()`. */
    readonly since: number;
  }
  | { readonly kind: "closed" };

/**
 * Keeps one machine booted and warmed up for the next task that asks for just such a one. All that takes time
 * happens in the background; only `take` and `close` wait, for the end of what is in the way.
 */
export class Standby {
  readonly #options: StandbyOptions;
  readonly #backoff: Backoff;
  readonly #failures: FailureLog;
  #parameters: StandbyInstanceParameters | undefined;
  #state: State = { kind: "empty" };
  /** The end of the last instance that was not taken: there is never another one beside it. */
  #ending: Promise<void> = Promise.resolve();

  constructor(options: StandbyOptions) {
    this.#options = options;
    this.#backoff = options.backoff ?? new Backoff();
    this.#failures = new FailureLog(options.logger);
    this.#parameters = options.parameters;
  }

  /** The warm instance and its age, as polls tell it; undefined while there is none. */
  get information(): StandbyInformation | undefined {
    if (this.#state.kind !== "warm") return undefined;
    const { parameters, since } = this.#state;
    return { parameters, ageSeconds: BigInt(Math.floor((performance.now() - since) / 1000)) };
  }

  /** Keeps an instance of these parameters from now on. One of others is ended. */
  update(parameters: StandbyInstanceParameters | undefined): void {
    const old = this.#parameters;
    if (old === parameters) return;
    if (old && parameters && equals(StandbyInstanceParametersSchema, old, parameters)) return;
    this.#options.logger.info("the parameters of the standby instance have changed");
    this.#parameters = parameters;
    this.renew();
  }

  /** Replaces what there is, because what it was made by has changed. */
  renew(): void {
    this.#failures.worked();
    this.#backoff.reset();
    this.#end();
    this.#wake();
  }

  /** Starts an instance where there is none and there is room for one. To be called whenever a task has ended. */
  reconsider(): void {
    const parameters = this.#parameters;
    if (this.#state.kind !== "empty" || parameters === undefined) return;
    if (!this.#options.hasRoom(parameters.resources)) return;
    const stop = new AbortController();
    this.#state = { kind: "preparing", stop, done: this.#prepare(parameters, stop.signal) };
  }

  /**
   * Hands over the warm instance where a task asks for just such a one. Ends what there is otherwise, as it holds what
   * the task may need; a task with a VM of its own waits for that, for a host may run only so many. The task owns what
   * it gets.
   */
  async take(request: StandbyRequest): Promise<Machine | undefined> {
    const { isolation } = request;
    const warm = this.#state.kind === "warm" ? this.#state.parameters.isolation : undefined;
    const machine = await this.#takeWarm(request);
    if (machine === undefined) this.#end();
    if (warm) this.#options.onOutcome?.(machine ? "hit" : "miss", warm);
    const isVm = isolation?.type.case === "tart" || isolation?.type.case === "vetu";
    if (isVm && machine === undefined) await within(this.#ending, END_WITHIN_MS);
    if (machine) {
      // One that was ready but breaks down before anybody takes it is a failure like others.
      this.#backoff.reset();
      this.#failures.worked();
      this.reconsider();
    }
    return machine;
  }

  /** Ends what there is, and keeps nothing any more. */
  async close(): Promise<void> {
    this.#end();
    if (this.#state.kind === "waiting") clearTimeout(this.#state.timer);
    this.#state = { kind: "closed" };
    await this.#ending;
  }

  async #takeWarm({ isolation, resources }: StandbyRequest): Promise<Machine | undefined> {
    const state = this.#state;
    if (state.kind !== "warm" || isolation === undefined || state.parameters.isolation === undefined) {
      return undefined;
    }
    if (!equals(IsolationSchema, state.parameters.isolation, isolation)) return undefined;
    if (!state.suits(resources)) return undefined;
    this.#state = { kind: "empty" };
    if (await answers(state.machine)) return state.machine;
    this.#options.logger.warning("the standby instance does not answer any more: ending it");
    this.#endedBy(this.#remove(state.machine));
    return undefined;
  }

  async #prepare(parameters: StandbyInstanceParameters, signal: AbortSignal): Promise<void> {
    const { prepare, logger } = this.#options;
    try {
      await this.#ending;
      signal.throwIfAborted();
      const { machine, suits } = await prepare(parameters, signal);
      if (signal.aborted) return await this.#remove(machine);
      this.#state = { kind: "warm", parameters, machine, suits, since: performance.now() };
      logger.info("a standby instance is ready");
      if (machine.lost?.aborted) this.#lose(machine);
      machine.lost?.addEventListener("abort", () => this.#lose(machine), { once: true });
    } catch (error) {
      if (!signal.aborted) this.#failed("could not make a standby instance", error);
    }
  }

  #failed(what: string, error: unknown): void {
    this.#failures.failed(what, error);
    this.#state = { kind: "waiting", timer: setTimeout(() => this.#wake(), this.#backoff.next()) };
  }

  /** The machine has broken down, which is of no concern here once a task has it. */
  #lose(machine: Machine): void {
    if (this.#state.kind !== "warm" || this.#state.machine !== machine) return;
    this.#failed("the standby instance was lost", machine.lost?.reason);
    this.#endedBy(this.#remove(machine));
  }

  /** Waits for no next try any more. */
  #wake(): void {
    if (this.#state.kind === "waiting") {
      clearTimeout(this.#state.timer);
      this.#state = { kind: "empty" };
    }
    this.reconsider();
  }

  /** Ends the instance that there is, or is to be, in the background. */
  #end(): void {
    const state = this.#state;
    if (state.kind === "preparing") {
      state.stop.abort(new AbortReason("finished", "The standby instance is not needed any more"));
      this.#endedBy(state.done);
    } else if (state.kind === "warm") {
      this.#options.logger.info("ending the standby instance");
      this.#endedBy(this.#remove(state.machine));
    } else {
      return;
    }
    this.#state = { kind: "empty" };
  }

  #endedBy(over: Promise<void>): void {
    this.#ending = Promise.all([this.#ending, over]).then(() => {});
  }

  async #remove(machine: Machine): Promise<void> {
    try {
      await machine[Symbol.asyncDispose]();
    } catch (error) {
      this.#options.logger.error(`could not remove the standby instance: ${errorMessage(error)}`);
    }
  }
}
