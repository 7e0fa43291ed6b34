import { idleKeys } from "../../config/reading/idle_keys.ts";
import type { WorkerFile } from "../../config/worker/worker_file.ts";
import type { ConfiguredUpstreams } from "../../config/worker/worker_upstreams.ts";
import { errorMessage } from "../../diagnostics/error_message.ts";
import { parseEndpoint } from "../../rpc/endpoint.ts";
import { CLOUD_ENDPOINT } from "../../worker/options/cloud_endpoint.ts";
import { defaultWorkerName } from "../../worker/labels.ts";
import { TOKEN_VARIABLE } from "../../worker/options/token_variable.ts";
import type { UpstreamOptions } from "../../worker/options/worker_options.ts";
import { holdingConfig } from "../holding_config.ts";
import type { Io } from "../io.ts";
import { UsageError } from "../usage_error.ts";
import type { UpstreamFlags } from "./flags.ts";
import { registrationToken } from "./registration_token.ts";

/** Who a worker is and where it works, as its flags, its file and the environment say. */
export interface WorkerSettings {
  readonly name: string;
  readonly upstreams: readonly UpstreamOptions[];
  /** What is not wrong, and worth a line in the log. */
  readonly warnings: readonly string[];
  /** Absent where no file was given. */
  readonly file?: WorkerFile;
}

/** Flags give defaults and the file's values override them. Rejects with a `UsageError` that says what is wrong. */
export async function readSettings(
  flags: UpstreamFlags,
  io: Pick<Io, "environment">,
): Promise<WorkerSettings> {
  checkTokenFlags(flags);
  const file = flags.file === undefined ? undefined : await readFile(flags.file);
  const name = file?.config.value.name ?? flags.name ?? defaultWorkerName(Deno.hostname());
  if (name === "") throw new UsageError("The worker's name is empty: give one by --name");
  const upstreams = file?.upstreams.kind === "several"
    ? severalUpstreams(file.upstreams, { flags, path: file.config.path })
    : [await oneUpstream(flags, { io, configured: file?.upstreams })];
  return { name, upstreams, warnings: warningsOf(upstreams, { io, file }), ...file && { file } };
}

function checkTokenFlags({ token, tokenFile }: UpstreamFlags): void {
  if (token === undefined || tokenFile === undefined) return;
  throw new UsageError("Both --token and --token-file give a token: remove one of them");
}

async function readFile(path: string): Promise<WorkerFile> {
  // What reads files is as much as all the rest of a worker's start.
  const { readWorkerFile } = await import("../../config/worker/worker_file.ts");
  return await holdingConfig(readWorkerFile(path));
}

function severalUpstreams(
  { upstreams, node: { at } }: ConfiguredUpstreams & { readonly kind: "several" },
  { flags, path }: { readonly flags: UpstreamFlags; readonly path: string },
): readonly UpstreamOptions[] {
  const given = {
    "--token": flags.token,
    "--token-file": flags.tokenFile,
    "--ca-file": flags.caFile,
    "--rpc-endpoint": flags.rpcEndpoint === CLOUD_ENDPOINT ? undefined : flags.rpcEndpoint,
  };
  for (const [flag, value] of Object.entries(given)) {
    if (value === undefined) continue;
    throw new UsageError(
      `${flag} and "upstreams" (${path}:${at.line}:${at.column}) exclude each other: remove one of them`,
    );
  }
  return upstreams;
}

async function oneUpstream(
  flags: UpstreamFlags,
  { io, configured }: {
    readonly io: Pick<Io, "environment">;
    readonly configured: ConfiguredUpstreams & { readonly kind: "one" } | undefined;
  },
): Promise<UpstreamOptions> {
  const endpoint = configured?.endpoint ?? flags.rpcEndpoint;
  const caFile = configured?.caFile ?? flags.caFile;
  if (endpoint === undefined) {
    throw new UsageError(
      `No upstream to poll: the default, ${CLOUD_ENDPOINT}, is gone since 1 June 2026; ` +
        'start one of your own with "cirrus controller run", and name it with --rpc-endpoint ' +
        'or, in the file of --file, "rpc: {endpoint: URL}"',
    );
  }
  try {
    parseEndpoint(endpoint);
  } catch (error) {
    throw new UsageError(`Cannot use --rpc-endpoint: ${errorMessage(error)}`, { cause: error });
  }
  const token = configured?.token ?? await registrationToken(flags, io);
  return { endpoint, token, ...caFile !== undefined && { caFile } };
}

function warningsOf(
  upstreams: readonly UpstreamOptions[],
  { io, file }: { readonly io: Pick<Io, "environment">; readonly file: WorkerFile | undefined },
): string[] {
  const warnings: string[] = [];
  if (upstreams.some(({ endpoint }) => endpoint === CLOUD_ENDPOINT)) {
    warnings.push(
      `${CLOUD_ENDPOINT} is gone since 1 June 2026: name an upstream of your own, such as one that ` +
        '"cirrus controller run" starts',
    );
  }
  if (file?.upstreams.kind === "several" && io.environment.get(TOKEN_VARIABLE)) {
    warnings.push(`${TOKEN_VARIABLE} is ignored: the upstreams of ${file.config.path} have their own tokens`);
  }
  if (file) warnings.push(...idleKeys(file.config.root, file.config));
  return warnings;
}
