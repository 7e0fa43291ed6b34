import type { Isolation } from "../../../proto/gen/cirrus_ci_service_pb.ts";
import type { ObservedInstance } from "../../telemetry/telemetry_event.ts";

/** What a task's place is made from, for metrics; undefined for the bare host. */
export function observedInstance(isolation: Isolation | undefined): ObservedInstance | undefined {
  if (isolation === undefined) return undefined;
  const { type } = isolation;
  switch (type.case) {
    case "tart":
    case "vetu":
    case "container":
      return { image: type.value.image, type: type.case, cpus: type.value.cpu };
    default:
      return undefined;
  }
}
