import { MAX_MESSAGE_BYTES } from "./codec.ts";
import { Code } from "./code.ts";
import { RpcError } from "./rpc_error.ts";

/**
 * Makes an `RpcError` of whatever grpc-js, http2 or a socket threw, which stays its cause. What a server said
 * is kept as it is; what the transport says is told in words that name the endpoint and what to do.
 */
export function toRpcError(error: unknown, options: { readonly endpoint: string }): RpcError {
  if (error instanceof RpcError) return error;
  if (!(error instanceof Error)) return new RpcError(Code.UNKNOWN, String(error), { cause: error });
  const code = "code" in error && isCode(error.code) ? error.code : Code.UNKNOWN;
  const details = "details" in error && typeof error.details === "string" ? error.details : error.message;
  return new RpcError(code, explain(details, options.endpoint), { cause: error });
}

const CODES: ReadonlySet<unknown> = new Set(Object.values(Code));

function isCode(value: unknown): value is Code {
  return CODES.has(value);
}

/** The texts of grpc-js 1.14, node and rustls, and what they mean to a person. The first match counts. */
const MEANINGS: readonly (readonly [pattern: RegExp, meaning: (endpoint: string, text: string) => string])[] =
  [
    [
      /ECONNREFUSED/,
      (endpoint) =>
        `Could not reach ${endpoint}: nothing listens there; check the endpoint and that its server runs`,
    ],
  ];

function explain(details: string, endpoint: string): string {
  for (const [pattern, meaning] of MEANINGS) {
    const match = pattern.exec(details);
    if (match !== null) return meaning(endpoint, match[1] ?? match[0]);
  }
  return details;
}
void MAX_MESSAGE_BYTES;
