import { type Code, codeName } from "./code.ts";

/** A call that failed, on either side: a handler throws it, a client rejects with it. */
export class RpcError extends Error {
  override readonly name = "RpcError";

  constructor(readonly code: Code, readonly details: string, options?: ErrorOptions) {
    super(`${codeName(code)}: ${details}`, options);
  }
}
