import type { Machine } from "../machine/machine.ts";

/** Where in a machine the project belongs. */
export interface ProjectTarget {
  readonly machine: Machine;
  /** Absolute path in the machine; it exists. */
  readonly directory: string;
}

/** Stands in for `clone`: brings the project of the person who runs the task, not a repository's commit. */
export interface ProjectSource {
  /** `log` takes lines for the command's log. Rejects with an error that says what failed and what to do. */
  deliver(
    target: ProjectTarget,
    options: { readonly log: (line: string) => void; readonly signal: AbortSignal },
  ): Promise<void>;
}
