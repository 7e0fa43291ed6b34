import type { StandbyInstanceParameters } from "../../../proto/gen/cirrus_ci_service_pb.ts";
import { isolationName } from "../../isolation/isolation_name.ts";
import type { Logger } from "../../logging/logger.ts";
import type { Standby } from "./standby.ts";

/** Keeps what an upstream wants to be kept. This worker keeps one instance: the first one counts. */
export function obeyStandby(
  wanted: readonly StandbyInstanceParameters[],
  { standby, logger }: { standby: Pick<Standby, "update">; logger: Logger },
): void {
  const [parameters, ...others] = wanted;
  if (others.length > 0) {
    logger.warning(
      `asked to keep ${wanted.length} standby instances: keeping the first one, there is room for one`,
    );
  }
  const kind = parameters?.isolation?.type.case;
  if (kind !== "tart" && kind !== "vetu") {
    logger.error(
      `asked to keep a standby instance with the isolation ${
        isolationName(parameters?.isolation)
      }: ignored, ` +
        "only machines of tart and vetu can be kept",
    );
    return;
  }
  standby.update(parameters);
}
