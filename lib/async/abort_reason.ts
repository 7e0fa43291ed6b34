/** Why something was stopped. The first reason wins: a signal keeps it. */
export type AbortCause =
  /** The upstream or a person asked for it. */
  | "cancelled"
  /** A time limit ran out. */
  | "timeout"
  /** The program is ending. */
  | "shutdown"
  /** What it was needed for is over. */
  | "finished"
  /** The place it ran in was lost. */
  | "lost";

/** The reason of every abort in this program: `controller.abort(new AbortReason("timeout", "..."))`. */
export class AbortReason extends Error {
  override readonly name = "AbortReason";

  constructor(readonly kind: AbortCause, message: string, options?: ErrorOptions) {
    super(message, options);
  }
}

/** The cause of an aborted signal, or undefined while it is not aborted; a foreign reason counts as `cancelled`. */
export function abortCause(signal: AbortSignal): AbortCause | undefined {
  if (!signal.aborted) return undefined;
  return signal.reason instanceof AbortReason ? signal.reason.kind : "cancelled";
}
