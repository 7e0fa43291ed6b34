/** How a call is made. */
export interface CallOptions {
  /** Cancels the call, which then rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** How long the whole call may take, in milliseconds; 900,000 for unary calls, unbounded for streams. */
  readonly timeoutMs?: number;
  /** Lower-case keys, values of printable ASCII. */
  readonly metadata?: Readonly<Record<string, string>>;
  /** Whether to send with gzip; no by default. Answers may come with gzip either way. */
  readonly compress?: boolean;
  /** Whether to wait for a server that cannot be reached instead of failing at once; no by default. */
  readonly waitForReady?: boolean;
}
