import type { Isolation_Tart } from "../../../proto/gen/cirrus_ci_service_pb.ts";
import type { Isolation } from "../isolation.ts";
import { VmIsolation } from "../vm/vm_isolation.ts";
import type { TartOptions } from "./tart_options.ts";
import { TART } from "./tart_program.ts";
import { PROJECT_PATH, tartSpec } from "./tart_spec.ts";

/** Tasks run in VMs of Tart. Throws an error that names what of the task is of no use. */
export function tartIsolation(message: Isolation_Tart, options: TartOptions): Isolation {
  const workingDirectory = options.project === undefined ? {} : { workingDirectory: PROJECT_PATH };
  return new VmIsolation(TART, tartSpec(message, options), { ...options, ...workingDirectory });
}
