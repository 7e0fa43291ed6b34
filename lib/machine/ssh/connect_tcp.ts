import { connect, type Socket } from "node:net";
import { errorMessage } from "../../diagnostics/error_message.ts";
import { ConnectError } from "./connect_error.ts";

/** A VM is in reach of its host: one that takes longer is not there yet. */
const WITHIN_MS = 1_000;

/** Opens a TCP connection within 1 s. Rejects with a `ConnectError`, or with the signal's reason when that aborts. */
export async function connectTcp(
  address: { hostname: string; port: number },
  options: { signal: AbortSignal },
): Promise<Socket> {
  const { hostname, port } = address;
  const { signal } = options;
  signal.throwIfAborted();
  const { promise, resolve, reject } = Promise.withResolvers<Socket>();
  const socket = connect({ host: hostname, port, noDelay: true });
  const onAbort = () => reject(signal.reason);
  signal.addEventListener("abort", onAbort, { once: true });
  const fail = (problem: string, cause?: unknown) =>
    reject(
      new ConnectError("unreachable", `Connecting to ${hostname}, port ${port}: ${problem}`, { cause }),
    );
  const timer = setTimeout(() => fail(`no answer within ${WITHIN_MS / 1000} s`), WITHIN_MS);
  socket.on("connect", () => resolve(socket));
  socket.on("error", (error) => fail(describe(error), error));
  try {
    return await promise;
  } catch (error) {
    socket.destroy();
    throw error;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", onAbort);
  }
}

/** In words, where the system's own error is but a code. */
function describe(error: Error): string {
  switch ("code" in error && error.code) {
    case "ECONNREFUSED":
      return "nothing listens there";
    case "EHOSTUNREACH":
    case "ENETUNREACH":
      return "there is no way to it";
    default:
      return errorMessage(error);
  }
}
