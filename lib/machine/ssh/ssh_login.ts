/** Where a VM's sshd listens, and who logs in there. */
export interface SshLogin {
  readonly hostname: string;
  /** 22 when absent. */
  readonly port?: number;
  readonly user: string;
  /** Goes to the VM's sshd and nowhere else. */
  readonly password: string;
}

/** `admin@192.0.2.7`, for messages. */
export function describeLogin({ user, hostname, port = 22 }: SshLogin): string {
  return `${user}@${hostname}${port === 22 ? "" : `:${port}`}`;
}
