/** Why a VM could not be connected to, in the ways that call for something different. */
export type ConnectProblem =
  /** Nothing listens, or nothing answers: it may still be booting. */
  | "unreachable"
  /** Its sshd refused the password. */
  | "password"
  /** It has another host key than before. */
  | "host key";

export class ConnectError extends Error {
  override readonly name = "ConnectError";

  constructor(readonly problem: ConnectProblem, message: string, options?: ErrorOptions) {
    super(message, options);
  }
}
