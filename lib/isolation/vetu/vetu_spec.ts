import type { Isolation_Vetu } from "../../../proto/gen/cirrus_ci_service_pb.ts";
import { imageOf, loginOf, sizeSettings, type VmSpec } from "../vm/vm_spec.ts";
import type { VetuOptions } from "./vetu_options.ts";

/** How `vetu` is to be called for a task. Throws an error for a task that names no image. */
export function vetuSpec(message: Isolation_Vetu, { mtu }: VetuOptions): VmSpec {
  return {
    image: imageOf(message),
    login: loginOf(message),
    settings: sizeSettings(message),
    runArguments: [
      ...networkArguments(message),
      ...mtu === undefined ? [] : ["--net-host-mtu", String(mtu)],
    ],
    sharedFolders: [],
    syncTime: message.syncTimeOverSsh,
    logConsole: message.standardOutputToLogs,
  };
}

function networkArguments({ networking }: Isolation_Vetu): string[] {
  switch (networking.case) {
    case "bridged":
      return ["--net-bridged", networking.value.interface];
    case "host":
      return ["--net-host"];
    case undefined:
      return [];
  }
}
