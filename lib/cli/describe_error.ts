import { errorMessage } from "../diagnostics/error_message.ts";

/**
 * An error as a person reads it. Errors that only a fault of this program can be the cause of come with
 * their stack, for the report.
 */
export function describeError(error: unknown): string {
  // What went wrong first is the cause of what went wrong while cleaning up.
  if (error instanceof SuppressedError) return describeError(error.suppressed);
  const isFault = error instanceof TypeError || error instanceof ReferenceError ||
    error instanceof RangeError;
  if (isFault) return `This is a fault of cirrus, please report it: ${error.stack ?? error.message}`;
  return errorMessage(error);
}

/** An error with its stack, and those of its causes. */
export function describeFully(error: unknown): string {
  if (!(error instanceof Error)) return errorMessage(error);
  const own = error.stack ?? describeError(error);
  if (error instanceof SuppressedError) {
    return `${describeFully(error.suppressed)}\nWhile cleaning up after it: ${describeFully(error.error)}`;
  }
  return error.cause === undefined ? own : `${own}\nCaused by: ${describeFully(error.cause)}`;
}
