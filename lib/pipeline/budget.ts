import type { Position } from "../diagnostics/diagnostic.ts";
import { limits } from "./limits.ts";
import { Problem } from "./problem.ts";

/** Takes so many steps from a budget. */
export type Spend = (steps: number) => void;

/**
 * The work that the expressions and variables of one file may cost all together: each of them alone is bounded by its
 * length, but a file may have thousands of them for thousands of tasks. A step is what takes a pattern one character
 * further in one of its parts, some 30 ns.
 */
export class Budget {
  #left = limits.steps;
  #exceeded: Problem | undefined;

  /** @throws {Problem} once nothing is left: always the one for the place where that was, so it is told once. */
  spend(steps: number, at: Position): void {
    this.#left -= steps;
    if (this.#left >= 0) return;
    this.#exceeded ??= new Problem(
      "Reading the file: its expressions and variables up to here take too long; write fewer or simpler ones",
      at,
    );
    throw this.#exceeded;
  }
}
