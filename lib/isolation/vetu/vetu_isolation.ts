import type { Isolation_Vetu } from "../../../proto/gen/cirrus_ci_service_pb.ts";
import type { Isolation } from "../isolation.ts";
import { VmIsolation } from "../vm/vm_isolation.ts";
import type { VetuOptions } from "./vetu_options.ts";
import { VETU } from "./vetu_program.ts";
import { vetuSpec } from "./vetu_spec.ts";

/** Tasks run in VMs of Vetu. */
export function vetuIsolation(message: Isolation_Vetu, options: VetuOptions): Isolation {
  return new VmIsolation(VETU, vetuSpec(message, options), options);
}
