import type { RunEvent } from "../output/run_event.ts";

/** Counts how the tasks of a run ended. */
export class RunTally {
  readonly #counts = { passed: 0, failed: 0, allowed: 0, cancelled: 0, skipped: 0 };
  /** What tasks said of their failure, where no command of theirs did. */
  readonly failureMessages: string[] = [];

  count(event: RunEvent): void {
    if (event.kind !== "task finished") return;
    const { outcome } = event;
    if (outcome.kind === "failed" && outcome.message !== undefined) {
      this.failureMessages.push(outcome.message);
    }
    this.#counts[outcome.kind === "failed" && outcome.tolerated ? "allowed" : outcome.kind]++;
  }

  /** Whether a task failed that was not allowed to, or did not come to its end. */
  get failed(): boolean {
    return this.#counts.failed > 0 || this.#counts.cancelled > 0;
  }

  /** Such as `2 passed, 1 failed`. */
  toString(): string {
    const { passed, failed, allowed, cancelled, skipped } = this.#counts;
    const parts: ReadonlyArray<readonly [number, string]> = [
      [passed, "passed"],
      [failed, "failed"],
      [allowed, "failed as allowed"],
      [cancelled, "cancelled"],
      [skipped, "skipped"],
    ];
    return parts.filter(([count]) => count > 0).map(([count, word]) => `${count} ${word}`).join(", ");
  }
}
