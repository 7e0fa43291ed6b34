import { Code } from "./code.ts";
import { RpcError } from "./rpc_error.ts";

/** Makes an `RpcError` of whatever grpc-js, http2 or a socket threw, kept as its cause. */
export function toRpcError(error: unknown, options: { readonly endpoint: string }): RpcError {
  if (error instanceof RpcError) return error;
  if (!(error instanceof Error)) return new RpcError(Code.INTERNAL, String(error));
  const code = "code" in error && isCode(error.code) ? error.code : Code.INTERNAL;
  const details = "details" in error && typeof error.details === "string" ? error.details : error.message;
  return new RpcError(code, explain(details, options.endpoint), { cause: error });
}

const CODES: ReadonlySet<unknown> = new Set(Object.values(Code));

function isCode(value: unknown): value is Code {
  return CODES.has(value);
}

function explain(details: string, endpoint: string): string {
  if (details.includes("ECONNREFUSED")) {
    return `Could not reach ${endpoint}: the connection was refused; check the endpoint and that its server runs`;
  }
  return details;
}
