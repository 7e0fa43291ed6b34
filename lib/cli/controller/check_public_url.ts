import { errorMessage } from "../../diagnostics/error_message.ts";
import { parseEndpoint } from "../../rpc/endpoint.ts";
import { UsageError } from "../usage_error.ts";

/** Refuses a `--public-url` under which no worker could reach anything. Throws a `UsageError`. */
export function checkPublicUrl(url: string | undefined): void {
  if (url === undefined) return;
  try {
    parseEndpoint(url);
  } catch (error) {
    throw new UsageError(`Cannot use --public-url: ${errorMessage(error)}`, { cause: error });
  }
}
