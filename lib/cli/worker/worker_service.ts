import type { Io } from "../io.ts";
import { givenArguments, type GivenFlags, givenValue, isGiven } from "../service/given_flags.ts";
import { installService, secretPath, uninstallService } from "../service/install_service.ts";
import { ownProgram } from "../service/own_program.ts";
import { serviceManager } from "../service/service_manager.ts";
import { WORKER_RUN_FLAGS } from "./flags.ts";
import { registrationToken } from "./registration_token.ts";

const DEFAULT_NAME = "cirrus-worker";

/** `cirrus worker install` */
export async function installWorker(flags: GivenFlags, io: Io): Promise<number> {
  const manager = serviceManager({ os: Deno.build.os, uid: Deno.uid(), environment: io.environment });
  const name = givenValue(flags, "serviceName") ?? DEFAULT_NAME;
  const secret = await secretOf(flags, io);
  const { token: _secret, ...open } = WORKER_RUN_FLAGS;
  return await installService(manager, {
    name,
    description: "Persistent worker of Cirrus CI tasks",
    argv: [
      ...ownProgram(),
      "worker",
      "run",
      ...givenArguments(flags, open),
      ...(secret === undefined ? [] : [`--token-file=${secretPath(manager, name)}`]),
    ],
  }, {
    dryRun: isGiven(flags, "dryRun"),
    replace: isGiven(flags, "replace"),
    ...(secret === undefined ? {} : { secret }),
    io,
  });
}

/** The token that has to be kept for the service: undefined where a file that was named has it. */
async function secretOf(flags: GivenFlags, io: Io): Promise<string | undefined> {
  const token = givenValue(flags, "token");
  const tokenFile = givenValue(flags, "tokenFile");
  if (isGiven(flags, "file") && token === undefined && tokenFile === undefined) return undefined;
  const found = await registrationToken({
    ...(token === undefined ? {} : { token }),
    ...(tokenFile === undefined ? {} : { tokenFile }),
  }, io);
  return tokenFile === undefined ? found : undefined;
}

/** `cirrus worker uninstall` */
export async function uninstallWorker(flags: GivenFlags, io: Io): Promise<number> {
  const manager = serviceManager({ os: Deno.build.os, uid: Deno.uid(), environment: io.environment });
  const name = givenValue(flags, "serviceName") ?? DEFAULT_NAME;
  return await uninstallService(manager, name, { dryRun: isGiven(flags, "dryRun"), io });
}
