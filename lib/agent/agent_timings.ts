/** The agent's bounds and waits, all in milliseconds. */
export interface AgentTimings {
  /** Between two heartbeats. */
  readonly heartbeatMs: number;
  /** Between two tries to get the commands. */
  readonly commandsRetryMs: number;
  /** How long HashiCorp Vault may take to answer. */
  readonly vaultMs: number;
  /** Before Vault is asked again that did not answer; doubles then. */
  readonly vaultRetryMs: number;
  /** Between two tries to reach a terminal server. */
  readonly terminalRetryMs: number;
  /** What `ALWAYS` and `ON_TIMEOUT` commands get, from the first of them on. */
  readonly extraMs: number;
  /** How long a command may go on once it is to end; a machine that takes longer with it is lost. */
  readonly endMs: number;
  /** How long one report may take. */
  readonly reportMs: number;
  /** Before the second try to report the end. */
  readonly finishRetryMs: number;
  /** How long the rest of a command's live log may make no progress once the command is over. */
  readonly liveRestMs: number;
  /** How long a log may make no progress at all on its way to an upstream that is there before it is given up. */
  readonly logStallMs: number;
  /** How long the end of a task waits for its logs. */
  readonly flushMs: number;
  /** The same, once the task is cancelled. */
  readonly cancelledFlushMs: number;
}

export const DEFAULT_TIMINGS: AgentTimings = {
  heartbeatMs: 60_000,
  commandsRetryMs: 5_000,
  vaultMs: 60_000,
  vaultRetryMs: 1_000,
  terminalRetryMs: 5_000,
  extraMs: 5 * 60_000,
  endMs: 30_000,
  reportMs: 15_000,
  finishRetryMs: 10_000,
  liveRestMs: 10_000,
  logStallMs: 60_000,
  flushMs: 5 * 60_000,
  cancelledFlushMs: 10_000,
};
