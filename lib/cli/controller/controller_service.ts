import type { Io } from "../io.ts";
import { givenArguments, type GivenFlags, givenValue, isGiven } from "../service/given_flags.ts";
import { installService, uninstallService } from "../service/install_service.ts";
import { ownProgram } from "../service/own_program.ts";
import { serviceManager } from "../service/service_manager.ts";
import { CONTROLLER_RUN_FLAGS } from "./controller_flags.ts";

const DEFAULT_NAME = "cirrus-controller";

/** `cirrus controller install` */
export async function installController(flags: GivenFlags, io: Io): Promise<number> {
  const manager = serviceManager({ os: Deno.build.os, uid: Deno.uid(), environment: io.environment });
  return await installService(manager, {
    name: givenValue(flags, "serviceName") ?? DEFAULT_NAME,
    description: "Controller of Cirrus CI's persistent workers",
    argv: [...ownProgram(), "controller", "run", ...givenArguments(flags, CONTROLLER_RUN_FLAGS)],
  }, { dryRun: isGiven(flags, "dryRun"), replace: isGiven(flags, "replace"), io });
}

/** `cirrus controller uninstall` */
export async function uninstallController(flags: GivenFlags, io: Io): Promise<number> {
  const manager = serviceManager({ os: Deno.build.os, uid: Deno.uid(), environment: io.environment });
  const name = givenValue(flags, "serviceName") ?? DEFAULT_NAME;
  return await uninstallService(manager, name, { dryRun: isGiven(flags, "dryRun"), io });
}
