import type { ExitStatus } from "../../machine/machine.ts";

/** A script that was started. */
export interface RunningScript {
  /** How it ended, once all it wrote is in its log. Rejects with `MachineLost` when its machine was lost. */
  readonly ended: Promise<ExitStatus>;
}
