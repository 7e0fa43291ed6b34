import { errorMessage } from "../../diagnostics/error_message.ts";
import type { Logger } from "../../logging/logger.ts";
import { timeoutSecondsOf } from "../builds/task_definition.ts";
import type { Clock } from "../clock.ts";
import type { Assignment } from "../workers/assignment.ts";
import type { Assignments } from "../workers/assignments.ts";
import type { TaskQueue } from "../workers/task_queue.ts";
import type { TaskControl } from "./task_control.ts";

/** How long things may stay silent or wait. All in milliseconds. */
export interface WatchdogLimits {
  /** A worker that does not poll, with no sign of a task's agent either, has lost the task. */
  readonly workerTimeoutMs: number;
  /** An agent that does not call for so long has failed its task, even if its worker polls; never when absent. */
  readonly heartbeatTimeoutMs?: number;
  /** A task that no worker takes for so long fails. */
  readonly queueTimeoutMs: number;
}

export interface WatchdogOptions extends WatchdogLimits {
  readonly assignments: Assignments;
  readonly queue: TaskQueue;
  readonly control: TaskControl;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Why no worker takes a waiting task, for its message. */
  readonly explain: (taskId: string) => string;
}

/** An agent ends its task by itself when the time is up, and then has five minutes for the rest; this comes after. */
const OVERTIME_MS = 15 * 60_000;

/** A worker that took a task says so by its next poll, and it polls every second. */
const UNANSWERED_MS = 60_000;

/** A timer that comes so late says that this process stood still, not that everybody else was silent. */
const STANDSTILL_MS = 5_000;

/** How long workers get to come back after this process was away, before a task counts as one that nobody takes. */
const RETURN_MS = 5 * 60_000;

/** How long to wait after what could not be done, before it is tried again. */
const RETRY_MS = 5_000;

/** Looks after what should have happened and has not. It wakes only when something is due at the earliest. */
export class Watchdog implements Disposable {
  readonly #options: WatchdogOptions;
  #limits: WatchdogLimits;
  #timer: Disposable | undefined;
  #dueAt = Infinity;
  /** Since when this process runs without a standstill: it heard nobody before. */
  #attentiveSince: number;
  #sweeping = false;
  #closed = false;

  constructor(options: WatchdogOptions) {
    this.#options = options;
    this.#limits = options;
    this.#attentiveSince = options.clock.elapsed();
  }

  /** Something new is to be looked after. */
  watch(): void {
    this.#wakeAt(this.#options.clock.elapsed() + this.#shortestMs());
  }

  /** Keeps to other limits from now on. */
  change(limits: WatchdogLimits): void {
    this.#limits = limits;
    this.#wakeAt(this.#options.clock.elapsed());
  }

  [Symbol.dispose](): void {
    this.#closed = true;
    this.#timer?.[Symbol.dispose]();
  }

  /** Nothing new is due before that. */
  #shortestMs(): number {
    const { workerTimeoutMs, heartbeatTimeoutMs = Infinity, queueTimeoutMs } = this.#limits;
    return Math.min(workerTimeoutMs, heartbeatTimeoutMs, queueTimeoutMs, UNANSWERED_MS);
  }

  #wakeAt(at: number): void {
    if (this.#closed || this.#sweeping || at >= this.#dueAt) return;
    this.#timer?.[Symbol.dispose]();
    this.#dueAt = at;
    const { clock } = this.#options;
    this.#timer = clock.after(Math.max(0, at - clock.elapsed()), () => void this.#wake());
  }

  async #wake(): Promise<void> {
    const { clock, logger } = this.#options;
    const now = clock.elapsed();
    // Whoever wanted to call while we stood still gets as much time again.
    if (now - this.#dueAt > STANDSTILL_MS) this.#attentiveSince = now;
    this.#dueAt = Infinity;
    this.#sweeping = true;
    let next: number;
    try {
      next = await this.#sweep(now);
    } catch (error) {
      logger.error(`could not look after overdue tasks: ${errorMessage(error)}`);
      next = now + RETRY_MS;
    }
    this.#sweeping = false;
    this.#wakeAt(next);
  }

  /** Deals with what is due; resolves with when something will be next. */
  async #sweep(now: number): Promise<number> {
    const { assignments, queue } = this.#options;
    const { queueTimeoutMs } = this.#limits;
    let next = Infinity;
    for (const assignment of assignments) {
      for (const { at, act } of this.#duties(assignment)) {
        if (at > now) next = Math.min(next, at);
        else {
          await act();
          break;
        }
      }
    }
    const earliest = this.#attentiveSince + Math.min(RETURN_MS, queueTimeoutMs);
    for (const [taskId, since] of [...queue.since]) {
      const at = Math.max(since + queueTimeoutMs, earliest);
      if (at > now) next = Math.min(next, at);
      else await this.#giveUp(taskId);
    }
    // What came in meanwhile was not looked at.
    return assignments.size + queue.size > 0 ? Math.min(next, now + this.#shortestMs()) : next;
  }

  /** What is to be done about a task that a worker has, and when. */
  *#duties(assignment: Assignment): Iterable<{ at: number; act: () => Promise<void> }> {
    const { control } = this.#options;
    const { workerTimeoutMs, heartbeatTimeoutMs } = this.#limits;
    const { worker, agentSince, record } = assignment;
    const heard = Math.max(assignment.lastHeard, this.#attentiveSince);
    const seen = worker.polling ? this.#options.clock.elapsed() : worker.lastSeen;
    const silentSince = Math.max(heard, seen);
    if (!assignment.started && !assignment.listed) {
      yield { at: silentSince + UNANSWERED_MS, act: () => control.notListed(assignment) };
    }
    yield {
      at: silentSince + workerTimeoutMs,
      act: () => control.lost(assignment, `was silent for ${inWords(workerTimeoutMs)}`),
    };
    if (assignment.decided || agentSince === undefined) return;
    const fail = (message: string) => () =>
      control.decide(record.taskId, { status: "failed", cause: "infrastructure", message }, { stop: true });
    if (heartbeatTimeoutMs !== undefined) {
      yield {
        at: heard + heartbeatTimeoutMs,
        act: fail(`The agent was silent for ${inWords(heartbeatTimeoutMs)}`),
      };
    }
    const limitMs = timeoutSecondsOf(record.definition) * 1_000 + OVERTIME_MS;
    yield {
      at: agentSince + limitMs,
      act: fail(`The task did not end by itself within ${inWords(limitMs)}`),
    };
  }

  async #giveUp(taskId: string): Promise<void> {
    const { control, explain } = this.#options;
    const { queueTimeoutMs } = this.#limits;
    const message = `No worker took the task within ${inWords(queueTimeoutMs)}: ${explain(taskId)}`;
    await control.decide(taskId, { status: "failed", cause: "infrastructure", message }, { stop: false });
  }
}

function inWords(ms: number): string {
  const seconds = Math.round(ms / 1_000);
  if (seconds < 120) return `${seconds} s`;
  return seconds < 7_200 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3_600)} h`;
}
