import { isDeepStrictEqual } from "node:util";
import { equals } from "@bufbuild/protobuf";
import { StandbyInstanceParametersSchema } from "../../../proto/gen/cirrus_ci_service_pb.ts";
import type { WorkerOptions } from "../options/worker_options.ts";
import type { Standby } from "./standby.ts";

/**
 * Takes over what concerns the standby instance of a worker's changed options. One that an upstream wanted stays where
 * the options say the same as before.
 */
export function reloadStandby(
  standby: Pick<Standby, "update" | "renew" | "reconsider">,
  { before, now }: { before: WorkerOptions; now: WorkerOptions },
): void {
  if (!sameParameters(before.standby, now.standby)) standby.update(now.standby);
  else if (!isDeepStrictEqual([before.security, before.tuning], [now.security, now.tuning])) standby.renew();
  // There may be room now.
  else standby.reconsider();
}

function sameParameters(one: WorkerOptions["standby"], other: WorkerOptions["standby"]): boolean {
  if (one === undefined || other === undefined) return one === other;
  return equals(StandbyInstanceParametersSchema, one, other);
}
