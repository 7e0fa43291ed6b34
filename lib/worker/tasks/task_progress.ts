import { abortCause } from "../../async/abort_reason.ts";
import type { Observe, TaskFailureCause, TelemetryEvent } from "../../telemetry/telemetry_event.ts";

/** How far a task has come since it was assigned, for metrics. */
export class TaskProgress {
  readonly #isolation: string;
  readonly #observe: Observe;
  readonly #assignedAt = performance.now();
  #doing: TaskFailureCause = "security";
  #wrote = false;

  constructor(isolation: string, observe: Observe) {
    this.#isolation = isolation;
    this.#observe = observe;
  }

  /** The worker's security settings allow it. */
  allowed(): void {
    this.#doing = "preparation";
  }

  /** The place it runs in is there. */
  prepared(): void {
    this.#doing = "execution";
    this.#reached("prepared");
  }

  finished(): void {
    this.#reached("finished");
  }

  /** It failed although no script of it did. `signal` is what cancels the task. */
  failed(signal: AbortSignal): void {
    const cause = abortCause(signal) === "shutdown" ? "shutdown" : this.#doing;
    this.#observe({ kind: "task failed", isolation: this.#isolation, cause });
    this.finished();
  }

  /** Passes on what its agent observes. */
  readonly observe: Observe = (event: TelemetryEvent) => {
    if (event.kind === "log kept" && !this.#wrote) {
      this.#wrote = true;
      this.#reached("first_line");
    }
    this.#observe(event);
  };

  #reached(phase: "prepared" | "first_line" | "finished"): void {
    const seconds = (performance.now() - this.#assignedAt) / 1_000;
    this.#observe({ kind: "task reached", phase, isolation: this.#isolation, seconds });
  }
}
