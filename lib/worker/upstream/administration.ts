import { delay } from "../../async/delay.ts";
import { withGrace } from "../../async/grace.ts";
import { Code } from "../../rpc/code.ts";
import { retryCall } from "../../rpc/retry.ts";
import { RpcError } from "../../rpc/rpc_error.ts";
import { explainFailure } from "./upstream_failure.ts";
import { UpstreamSession } from "./upstream_session.ts";
import type { UpstreamOptions } from "../options/worker_options.ts";

const CALL_MS = 15_000;
const WAIT_INTERVAL_MS = 1_000;
const MAX_ATTEMPTS = 5;

/** Which worker to pause or resume, and where. */
export interface AdministrationOptions {
  /** The worker's name. */
  readonly name: string;
  readonly upstreams: readonly UpstreamOptions[];
  readonly signal: AbortSignal;
}

/** What an upstream made of it; one that does not know the worker is not an error. */
export interface AdministrationResult {
  readonly endpoint: string;
  readonly outcome: "done" | "unknown worker";
}

/**
 * Stops every upstream from giving tasks to a worker; with `wait`, resolves once none runs there. Needs no
 * session, so it works from any process and host. Rejects with one error that names every upstream on which
 * it failed.
 */
export function pauseWorker(
  options: AdministrationOptions & { wait: boolean },
): Promise<AdministrationResult[]> {
  return onEveryUpstream("pause", options, async (session) => {
    await setDisabled(session, { disabled: true, signal: options.signal });
    if (options.wait) await untilIdle(session, options);
  });
}

/** Undoes `pauseWorker`. */
export function resumeWorker(options: AdministrationOptions): Promise<AdministrationResult[]> {
  return onEveryUpstream(
    "resume",
    options,
    (session) => setDisabled(session, { disabled: false, signal: options.signal }),
  );
}

async function onEveryUpstream(
  verb: "pause" | "resume",
  options: AdministrationOptions,
  work: (session: UpstreamSession) => Promise<void>,
): Promise<AdministrationResult[]> {
  const results = await Promise.allSettled(options.upstreams.map(async (upstream) => {
    using session = await UpstreamSession.open(upstream, options.name);
    try {
      await work(session);
      return { endpoint: upstream.endpoint, outcome: "done" } as const;
    } catch (error) {
      if (!(error instanceof RpcError) || error.code !== Code.NOT_FOUND) throw error;
      return { endpoint: upstream.endpoint, outcome: "unknown worker" } as const;
    }
  }));
  options.signal.throwIfAborted();
  const failures = results.flatMap((result, index) =>
    result.status === "rejected"
      ? [`${options.upstreams[index]?.endpoint}: ${explainFailure(result.reason)}`]
      : []
  );
  if (failures.length > 0) {
    throw new Error(`Could not ${verb} worker "${options.name}" on ${failures.join("; on ")}`);
  }
  return results.flatMap((result) => result.status === "fulfilled" ? [result.value] : []);
}

async function setDisabled(
  session: UpstreamSession,
  options: { disabled: boolean; signal: AbortSignal },
): Promise<void> {
  const { disabled } = options;
  const answer = await call(options.signal, (signal) => session.setDisabled(disabled, signal));
  if (answer !== disabled) {
    throw new Error(
      `the upstream keeps the worker ${answer ? "disabled" : "enabled"}; see its own log for why`,
    );
  }
}

async function untilIdle(session: UpstreamSession, options: AdministrationOptions): Promise<void> {
  const info = { labels: { name: options.name } };
  for (;;) {
    const answer = await call(options.signal, (signal) => session.queryRunningTasks(info, signal));
    if (answer.runningTasks.length === 0 && answer.oldRunningTasks.length === 0) return;
    await delay(WAIT_INTERVAL_MS, { signal: options.signal });
  }
}

/** One call, bounded, and tried again for a while where that may help. */
function call<T>(signal: AbortSignal, attempt: (signal: AbortSignal) => Promise<T>): Promise<T> {
  return retryCall(
    () =>
      withGrace(
        "waiting for the upstream",
        CALL_MS,
        (expired) => attempt(AbortSignal.any([signal, expired])),
      ),
    { signal, maxAttempts: MAX_ATTEMPTS },
  );
}
