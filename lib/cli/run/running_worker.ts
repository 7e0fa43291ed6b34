import { AbortReason } from "../../async/abort_reason.ts";
import { withGrace } from "../../async/grace.ts";
import { errorMessage } from "../../diagnostics/error_message.ts";
import type { Logger } from "../../logging/logger.ts";
import { Worker } from "../../worker/worker.ts";
import type { WorkerOptions } from "../../worker/options/worker_options.ts";

/** How long the worker may take to end once everything it runs was cancelled. */
const END_MS = 60_000;

/** A worker that runs; disposing it cancels what it still runs and waits for its end. */
export interface RunningWorker extends AsyncDisposable {
  /** Aborts when the worker ends by itself, with the reason: it could not start, or something broke. */
  readonly ended: AbortSignal;
  /** Resolves once what runs has ended. */
  drain(): Promise<void>;
}

/** Starts a worker in this process. When `forced` aborts, it cancels what it runs and ends. */
export function startWorker(
  options: WorkerOptions,
  { logger, forced }: { logger: Logger; forced: AbortSignal },
): RunningWorker {
  const drain = new AbortController();
  const cancel = new AbortController();
  const ended = new AbortController();
  const running = new Worker(options, { logger }).run({
    drain: drain.signal,
    cancel: AbortSignal.any([cancel.signal, forced]),
  });
  running.then(
    () => ended.abort(new AbortReason("lost", "The worker ended before the tasks did")),
    (error) => ended.abort(new AbortReason("lost", errorMessage(error), { cause: error })),
  );
  const over = new AbortReason("finished", "The run is over");
  return {
    ended: ended.signal,
    drain: () => {
      drain.abort(over);
      return running;
    },
    async [Symbol.asyncDispose]() {
      cancel.abort(over);
      drain.abort(over);
      await withGrace("the end of the worker", END_MS, () => running.catch(() => {}));
    },
  };
}
