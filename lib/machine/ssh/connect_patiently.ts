import { AbortReason } from "../../async/abort_reason.ts";
import { delay } from "../../async/delay.ts";
import { ConnectError } from "./connect_error.ts";
import { type ConnectOptions, SshConnection } from "./ssh_connection.ts";
import { describeLogin, type SshLogin } from "./ssh_login.ts";

/** An image may set the password while it boots; one that is refused so often in a row is wrong. */
const REFUSALS = 3;

/**
 * Connects to a VM that may still be booting: tries again and again. Rejects with a `ConnectError` when it refuses
 * the password three times in a row or changes its host key, and when the time is over; with the signal's reason
 * when that aborts.
 */
export async function connectPatiently(login: SshLogin, options: ConnectOptions): Promise<SshConnection> {
  const { bounds: { bootMs, retryMs }, signal } = options;
  const late = AbortSignal.timeout(bootMs);
  const bounded = { ...options, signal: AbortSignal.any([signal, late]) };
  let last: unknown;
  for (let refusals = 0;;) {
    try {
      return await SshConnection.open(login, bounded);
    } catch (error) {
      if (!(error instanceof ConnectError)) throw tooLate(error);
      refusals = error.problem === "password" ? refusals + 1 : 0;
      if (error.problem === "host key" || refusals === REFUSALS) throw error;
      last = error;
    }
    await delay(retryMs, bounded).catch((error) => {
      throw tooLate(error);
    });
  }

  function tooLate(error: unknown): unknown {
    if (signal.aborted || !late.aborted) return error;
    const why = last instanceof Error ? `; at last: ${last.message}` : "";
    return new AbortReason(
      "timeout",
      `Logging in to ${describeLogin(login)}: not possible within ${bootMs / 1000} s of its start${why}; ` +
        "look whether sshd runs in the image",
      { cause: last },
    );
  }
}
