import type { CommandsResponse } from "../../proto/gen/cirrus_ci_service_pb.ts";
import { abortCause } from "../async/abort_reason.ts";
import { withGrace } from "../async/grace.ts";
import { errorMessage } from "../diagnostics/error_message.ts";
import { taskIdentification } from "../rpc/metadata.ts";
import type { AgentOptions } from "./agent_options.ts";
import type { AgentOutcome } from "./agent_outcome.ts";
import { type AgentTimings, DEFAULT_TIMINGS } from "./agent_timings.ts";
import { BackgroundScripts } from "./background_scripts.ts";
import { serveCaches } from "./caches/serve_caches.ts";
import { CommandLoop } from "./command_loop.ts";
import { Deadline } from "./deadline.ts";
import { maskText } from "./logs/masker.ts";
import { SecretSet } from "./logs/secret_set.ts";
import { TaskLogs } from "./logs/task_logs.ts";
import { asMachineLost } from "./machine_lost.ts";
import { type PreparedTask, prepareTask } from "./prepare_task.ts";
import { reportFinished } from "./reports/finish_report.ts";
import { Heartbeat } from "./reports/heartbeat.ts";
import { fetchInitialCommands } from "./reports/initial_commands.ts";
import { ProblemReporter } from "./reports/problem_reporter.ts";
import { UpdateReporter } from "./reports/update_reporter.ts";
import { ResourceRecorder } from "./resources/resource_recorder.ts";
import { isSameSecret } from "./same_secret.ts";
import { offerTerminal } from "./terminal/offer_terminal.ts";
import type { TaskUpstream } from "./task_upstream.ts";

/**
 * Runs the commands of one task in its machine and reports on them to the task's upstream. When `signal`
 * aborts, what runs is ended at once, and the last reports go out under bounds of their own. The machine stays
 * the caller's; nothing else is left behind. Rejects only when there is a fault in the agent itself.
 */
export async function runAgent(options: AgentOptions, signal: AbortSignal): Promise<AgentOutcome> {
  return await new Agent(options, signal).run();
}

class Agent {
  readonly #options: AgentOptions & AgentTimings;
  readonly #signal: AbortSignal;
  readonly #upstream: TaskUpstream;
  readonly #secrets = new SecretSet();
  readonly #problems: ProblemReporter;

  constructor(options: AgentOptions, signal: AbortSignal) {
    this.#options = { ...DEFAULT_TIMINGS, ...options };
    this.#signal = signal;
    this.#upstream = {
      client: options.client,
      transfers: options.transfers,
      taskIdentification: taskIdentification(options.taskId, options.clientSecret),
    };
    this.#problems = new ProblemReporter(this.#upstream, { ...this.#options, secrets: this.#secrets });
  }

  async run(): Promise<AgentOutcome> {
    const { heartbeatMs, commandsRetryMs, serverSecret, logger } = this.#options;
    const signal = this.#signal;
    using _heartbeat = new Heartbeat(this.#upstream, { everyMs: heartbeatMs, logger });
    let response: CommandsResponse;
    try {
      response = await fetchInitialCommands(this.#upstream, { retryMs: commandsRetryMs, logger, signal });
    } catch (error) {
      if (signal.aborted) return this.#interrupted();
      throw error;
    }
    if (!isSameSecret(response.serverToken, serverSecret)) {
      return await this.#fail(
        "rejected",
        "The upstream showed a wrong server token: nothing of the task was run",
      );
    }
    this.#secrets.add(...response.secretsToMask);

    let task: PreparedTask;
    try {
      task = await prepareTask(response, { ...this.#options, secrets: this.#secrets, signal });
    } catch (error) {
      if (signal.aborted) return this.#interrupted();
      const lost = asMachineLost(error);
      return await this.#fail(lost ? "machineLost" : "unprepared", errorMessage(lost ?? error));
    }
    return await this.#runCommands(response, task);
  }

  async #runCommands(response: CommandsResponse, task: PreparedTask): Promise<AgentOutcome> {
    const { machine, compressLogs, extraMs, logger } = this.#options;
    const signal = this.#signal;
    const updates = new UpdateReporter(this.#upstream, this.#options);
    const logs = new TaskLogs({
      ...this.#options,
      upstream: this.#upstream,
      compress: compressLogs,
      secrets: this.#secrets,
      onWarning: (message) => void this.#problems.warning(message),
    });
    const background = new BackgroundScripts({ signal, onEnded: (delivery) => logs.finish(delivery) });
    using deadline = new Deadline({ timeoutSeconds: Number(response.timeoutInSeconds), extraMs, signal });
    using resources = new ResourceRecorder(machine, { logger });
    await using served = await serveCaches(this.#upstream, {
      ...this.#options,
      environment: task.environment,
    });
    if (served.problem !== undefined) await this.#problems.warning(served.problem);
    await using terminal = await offerTerminal(response.commands, {
      ...this.#options,
      ...task,
      upstream: this.#upstream,
    });
    const loop = new CommandLoop({
      ...this.#options,
      ...task,
      caches: served.caches,
      terminal,
      upstream: this.#upstream,
      mask: (text) => this.#mask(text),
      deadline,
      background,
      logs,
      updates,
      failedBefore: response.failedAtLeastOnce,
    });
    await loop.run(response.commands, signal);

    await Promise.all([background.stop(), terminal?.[Symbol.asyncDispose]()]);
    await Promise.all([this.#flush(logs), updates.flush(), this.#removeScratch(task)]);
    await reportFinished(this.#upstream, {
      ...this.#options,
      commandResults: updates.results,
      cacheRetrievalAttempts: served.caches.attempts,
      resourceUtilization: resources.utilization,
      retryMs: this.#options.finishRetryMs,
    });
    if (loop.machineLost) return { kind: "machineLost", message: this.#mask(loop.machineLost.message) };
    if (signal.aborted) return this.#interrupted();
    return { kind: "finished", passed: !loop.failed };
  }

  /** A task that is cancelled does not wait long for a slow upstream. */
  async #flush(logs: TaskLogs): Promise<void> {
    const { flushMs, cancelledFlushMs } = this.#options;
    const shorten = () => void logs.flush(cancelledFlushMs);
    this.#signal.addEventListener("abort", shorten, { once: true });
    await logs.flush(this.#signal.aborted ? cancelledFlushMs : flushMs);
    this.#signal.removeEventListener("abort", shorten);
  }

  async #removeScratch({ scratch }: PreparedTask): Promise<void> {
    const { reportMs, logger } = this.#options;
    await withGrace("removing the task's scripts", reportMs, () => scratch.remove()).catch((error) => {
      logger.warning(`Removing the task's scripts: ${errorMessage(error)}`);
    });
  }

  async #fail(kind: "rejected" | "unprepared" | "machineLost", message: string): Promise<AgentOutcome> {
    await this.#problems.error(message);
    return { kind, message: this.#mask(message) };
  }

  #interrupted(): AgentOutcome {
    if (abortCause(this.#signal) !== "lost") return { kind: "cancelled" };
    return { kind: "machineLost", message: this.#mask(errorMessage(this.#signal.reason)) };
  }

  #mask(message: string): string {
    return maskText(message, this.#secrets);
  }
}
