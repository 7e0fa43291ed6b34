import { errorMessage } from "../../diagnostics/error_message.ts";
import type { Logger } from "../../logging/logger.ts";
import { Code } from "../../rpc/code.ts";
import { RpcError } from "../../rpc/rpc_error.ts";
import type { CallContext } from "../../rpc/server.ts";
import { StoreFullError } from "../store/store_full_error.ts";

type Handler<Q, A> = (request: Q, context: CallContext) => Promise<A>;

/**
 * Makes handlers whose failures callers and operators can act on: a full disk is RESOURCE_EXHAUSTED, and what nobody
 * expected is INTERNAL to the caller and an error in our log.
 */
export function guarded(
  service: string,
  logger: Logger,
): <Q, A>(method: string, work: Handler<Q, A>) => Handler<Q, A> {
  return (method, work) => async (request, context) => {
    try {
      return await work(request, context);
    } catch (error) {
      if (error instanceof RpcError) throw error;
      const message = errorMessage(error);
      if (error instanceof StoreFullError) {
        throw new RpcError(Code.RESOURCE_EXHAUSTED, message, { cause: error });
      }
      // The caller went away in the middle of its stream.
      if (context.signal.aborted) throw new RpcError(Code.CANCELLED, message, { cause: error });
      logger.error(`could not answer ${service}.${method}: ${message}`);
      throw new RpcError(Code.INTERNAL, "The controller failed; its log says why", { cause: error });
    }
  };
}
