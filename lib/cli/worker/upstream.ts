import { errorMessage } from "../../diagnostics/error_message.ts";
import { parseEndpoint } from "../../rpc/endpoint.ts";
import { CLOUD_ENDPOINT } from "../../worker/cloud_endpoint.ts";
import { defaultWorkerName } from "../../worker/labels.ts";
import type { UpstreamOptions } from "../../worker/worker_options.ts";
import type { Io } from "../io.ts";
import { UsageError } from "../usage_error.ts";
import type { UpstreamFlags } from "./flags.ts";
import { registrationToken } from "./registration_token.ts";

/** A worker's name and the upstream that it belongs to, as the flags give them. Throws a `UsageError` where they do not. */
export async function upstreamFromFlags(
  flags: UpstreamFlags,
  io: Pick<Io, "environment">,
): Promise<{ readonly name: string; readonly upstream: UpstreamOptions }> {
  if (flags.file !== undefined) {
    throw new UsageError(
      "Cannot read the file of --file: configuration files are not supported yet; use the flags",
    );
  }
  if (flags.rpcEndpoint === undefined) {
    throw new UsageError(
      `No upstream to poll: the default, ${CLOUD_ENDPOINT}, is gone since 1 June 2026; ` +
        'start one of your own with "cirrus controller run", and name it with --rpc-endpoint',
    );
  }
  try {
    parseEndpoint(flags.rpcEndpoint);
  } catch (error) {
    throw new UsageError(`Cannot use --rpc-endpoint: ${errorMessage(error)}`, { cause: error });
  }
  const name = flags.name ?? defaultWorkerName(Deno.hostname());
  if (name === "") throw new UsageError("The worker's name is empty: give one by --name");
  const token = await registrationToken(flags, io);
  return {
    name,
    upstream: {
      endpoint: flags.rpcEndpoint,
      token,
      ...flags.caFile !== undefined && { caFile: flags.caFile },
    },
  };
}
