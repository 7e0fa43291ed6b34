import { withGrace } from "../async/grace.ts";
import type { Logger } from "../logging/logger.ts";
import { explainFailure, isUnimplemented } from "./upstream_failure.ts";
import type { UpstreamSession, WorkerInfo } from "./upstream_session.ts";

const CALL_MS = 15_000;

/** What came of asking an upstream to give this worker no more tasks. */
export type DrainState =
  /** There was no need to ask. */
  | { readonly kind: "unasked" }
  /** It will give none. `ours`: because we said so, and it has to hear when we are done. */
  | { readonly kind: "disabled"; readonly ours: boolean }
  /** It does not know the calls, and may give tasks with every poll. */
  | { readonly kind: "unsupported" }
  /** It did not answer. `ours`: it may have heard us all the same. */
  | { readonly kind: "unreachable"; readonly ours: boolean };

/**
 * Asks an upstream to give this worker no more tasks, unless somebody else has done so already. Never
 * rejects; takes at most 30 s, and ends at once when `signal` aborts.
 */
export async function disable(
  session: UpstreamSession,
  options: { info: WorkerInfo; signal: AbortSignal; logger: Logger },
): Promise<DrainState> {
  const { info, signal, logger } = options;
  const bounded = <T>(what: string, call: (signal: AbortSignal) => Promise<T>) =>
    withGrace(what, CALL_MS, (expired) => call(AbortSignal.any([signal, expired])));
  let ours = false;
  try {
    const { status } = await bounded(
      "asking for the worker's status",
      (signal) => session.queryRunningTasks(info, signal),
    );
    if (status?.disabled) return { kind: "disabled", ours };
    ours = true;
    await bounded("disabling the worker", (signal) => session.setDisabled(true, signal));
    return { kind: "disabled", ours };
  } catch (error) {
    if (isUnimplemented(error)) return { kind: "unsupported" };
    if (!signal.aborted) {
      logger.warning(`could not tell the upstream to give no more tasks: ${explainFailure(error)}`);
    }
    return { kind: "unreachable", ours };
  }
}

/** Undoes what `disable` did, if it did anything. Never rejects; takes at most 15 s. */
export async function enableAgain(
  session: UpstreamSession,
  options: { state: DrainState | undefined; logger: Logger },
): Promise<void> {
  const { state, logger } = options;
  if (!state || !("ours" in state) || !state.ours) return;
  try {
    await withGrace("enabling the worker", CALL_MS, (signal) => session.setDisabled(false, signal));
  } catch (error) {
    logger.error(
      `could not enable the worker on the upstream again: ${explainFailure(error)}; ` +
        `run "cirrus worker resume" once it is reachable`,
    );
  }
}
