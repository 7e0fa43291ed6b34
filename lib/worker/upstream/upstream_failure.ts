import { Code } from "../../rpc/code.ts";
import { RpcError } from "../../rpc/rpc_error.ts";
import { errorMessage } from "../../diagnostics/error_message.ts";

/** The codes by which an upstream says that it does not know a session: it ended, or the upstream lost it. */
const SESSION_LOST: ReadonlySet<Code> = new Set([
  Code.UNAUTHENTICATED,
  Code.PERMISSION_DENIED,
  Code.NOT_FOUND,
]);

/** Whether a failed poll means that the worker has to register again. */
export function isSessionLost(error: unknown): boolean {
  return error instanceof RpcError && SESSION_LOST.has(error.code);
}

/** Whether an upstream does not know a method at all. */
export function isUnimplemented(error: unknown): boolean {
  return error instanceof RpcError && error.code === Code.UNIMPLEMENTED;
}

/** What went wrong with a call, and what to do where that is known. */
export function explainFailure(error: unknown): string {
  const advice = error instanceof RpcError ? ADVICE.get(error.code) : undefined;
  return advice ? `${errorMessage(error)}; ${advice}` : errorMessage(error);
}

const CHECK_TOKEN = "check that the registration token is the one of this upstream's pool";

const ADVICE: ReadonlyMap<Code, string> = new Map([
  [Code.UNAUTHENTICATED, CHECK_TOKEN],
  [Code.PERMISSION_DENIED, CHECK_TOKEN],
  [Code.UNIMPLEMENTED, "check the endpoint: what answers there is not an upstream for workers"],
  [Code.DEADLINE_EXCEEDED, "check that the endpoint is right and its server is not stuck"],
]);
