import { connect, type Socket } from "node:net";
import { errorMessage } from "../../diagnostics/error_message.ts";
import { ConnectError } from "./connect_error.ts";

/** Opens a TCP connection. Rejects with a `ConnectError`, or with the signal's reason when that aborts. */
export async function connectTcp(
  address: { hostname: string; port: number },
  { withinMs, signal }: { withinMs: number; signal: AbortSignal },
): Promise<Socket> {
  const { hostname, port } = address;
  signal.throwIfAborted();
  const { promise, resolve, reject } = Promise.withResolvers<Socket>();
  const socket = connect({ host: hostname, port, noDelay: true });
  const onAbort = () => reject(signal.reason);
  signal.addEventListener("abort", onAbort, { once: true });
  const fail = (problem: string, cause?: unknown) =>
    reject(
      new ConnectError("unreachable", `Connecting to ${hostname}, port ${port}: ${problem}`, { cause }),
    );
  const timer = setTimeout(() => fail(`no answer within ${withinMs / 1000} s`), withinMs);
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
