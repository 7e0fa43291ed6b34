/** How long the steps on the way into a VM, and what is done there, may take, in milliseconds. */
export interface SshBounds {
  /** From the first try until it lets us in. */
  readonly bootMs: number;
  /** Between two tries. */
  readonly retryMs: number;
  /** A VM is in reach of its host: one that takes longer to accept a connection is not there yet. */
  readonly connectMs: number;
  /** For the handshake and the login together: a refused password takes sshd 2 s. */
  readonly loginMs: number;
  /** A shell comes up at once; what takes longer waits for something. */
  readonly shellMs: number;
  /** A login profile that takes longer waits for something. */
  readonly profileMs: number;
  /** What is cancelled has so long to end once it was asked to. */
  readonly graceMs: number;
  /** How often a silent VM is asked whether it is there; it is lost five times as long after its last answer. */
  readonly keepaliveMs: number;
}

export const SSH_BOUNDS: SshBounds = {
  bootMs: 600_000,
  retryMs: 1_000,
  connectMs: 1_000,
  loginMs: 10_000,
  shellMs: 10_000,
  profileMs: 30_000,
  graceMs: 3_000,
  keepaliveMs: 11_000,
};
