import { resolve } from "node:path";
import { defaultDataDirectory } from "../controller/default_data_directory.ts";
import { hostStateDirectory } from "../controller/host_state_directory.ts";
import { findLocalController, type LocalController } from "../controller/local_controller.ts";
import type { Io } from "../io.ts";
import { readTokenOfFlag } from "../token_file.ts";
import { UsageError } from "../usage_error.ts";
import type { AccessFlags } from "./access_flags.ts";
import type { ControllerAccess } from "./http_caller.ts";

/**
 * The controller to ask: the one that the flags name, else the environment, else the one that was started last on this
 * host, by this user. Its own token is sent to that one only. Rejects with a `UsageError` where nothing names one, or
 * no token is there.
 */
export async function findController(
  flags: AccessFlags,
  io: Pick<Io, "environment" | "workingDirectory">,
): Promise<ControllerAccess> {
  const path = (given: string) => resolve(io.workingDirectory, given);
  const named = flags.endpoint ?? (io.environment.get("CIRRUS_CONTROLLER") || undefined);
  const givenToken = flags.apiTokenFile === undefined
    ? io.environment.get("CIRRUS_API_TOKEN")
    : await readTokenOfFlag(path(flags.apiTokenFile), { flag: "--api-token-file" });
  const local = named && givenToken ? undefined : await localController(io);
  const endpoint = named ?? local?.endpoint;
  if (endpoint === undefined) {
    throw new UsageError(
      "No controller to ask: this user has started none on this host; " +
        'name one by --endpoint or CIRRUS_CONTROLLER, or start one with "cirrus controller run"',
    );
  }
  checkEndpoint(endpoint);
  const access = { endpoint, ...flags.caFile !== undefined && { caFile: path(flags.caFile) } };
  if (givenToken) return { ...access, token: givenToken };
  if (local !== undefined && isSameOrigin(endpoint, local.endpoint)) {
    return { ...access, token: await readTokenOfFlag(local.apiTokenFile, { flag: "the API token" }) };
  }
  throw new UsageError(
    `The API token of ${endpoint} is missing: give it by --api-token-file or CIRRUS_API_TOKEN`,
  );
}

async function localController(io: Pick<Io, "environment">): Promise<LocalController | undefined> {
  let places: string[];
  try {
    places = [hostStateDirectory(io), defaultDataDirectory(io)];
  } catch {
    // Without a home there is no controller of this host to find; the flags may still name one.
    return undefined;
  }
  for (const place of places) {
    const found = await findLocalController(place);
    if (found !== undefined) return found;
  }
  return undefined;
}

function checkEndpoint(endpoint: string): void {
  const { protocol } = URL.parse(endpoint) ?? {};
  if (protocol === "http:" || protocol === "https:") return;
  throw new UsageError(
    `Cannot use ${
      JSON.stringify(endpoint)
    } as a controller's address: write it as http://host:port or https://host:port`,
  );
}

function isSameOrigin(left: string, right: string): boolean {
  return new URL(left).origin === new URL(right).origin;
}
