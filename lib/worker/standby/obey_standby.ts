import type { StandbyInstanceParameters } from "../../../proto/gen/cirrus_ci_service_pb.ts";
import { isolationName } from "../../isolation/isolation_name.ts";
import type { Logger } from "../../logging/logger.ts";
import type { Resources } from "../resources.ts";
import { hasRoom } from "./has_room.ts";
import type { Standby } from "./standby.ts";

/** Keeps what an upstream wants to be kept. This worker keeps one instance: the first one counts. */
export function obeyStandby(
  wanted: readonly StandbyInstanceParameters[],
  { standby, total, logger }: {
    standby: Pick<Standby, "update">;
    /** The worker's resources. */
    total: Resources;
    logger: Logger;
  },
): void {
  const [parameters, ...others] = wanted;
  if (others.length > 0) {
    logger.warning(
      `asked to keep ${wanted.length} standby instances: keeping the first one, there is room for one`,
    );
  }
  const kind = parameters?.isolation?.type.case;
  if (parameters === undefined || (kind !== "tart" && kind !== "vetu")) {
    logger.error(
      `asked to keep a standby instance with the isolation ${
        isolationName(parameters?.isolation)
      }: ignored, ` +
        "only machines of tart and vetu can be kept",
    );
    return;
  }
  if (!hasRoom(parameters.resources, { total, inUse: {}, running: 0 })) {
    logger.warning(
      `asked to keep a standby instance that takes ${
        JSON.stringify(parameters.resources)
      }: there will be none, ` +
        `this worker has ${JSON.stringify(total)}`,
    );
  }
  standby.update(parameters);
}
