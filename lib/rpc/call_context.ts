/** What a handler may want to know of the call it answers. */
export interface CallContext {
  /**
   * Aborts when the caller goes away or its deadline passes before the answer; nobody reads the answer then.
   * Never aborts once the handler is done.
   */
  readonly signal: AbortSignal;
  /** Lower-case keys; the first value of each. */
  readonly metadata: ReadonlyMap<string, string>;
  /** The caller's address, `host:port`. */
  readonly peer: string;
}
