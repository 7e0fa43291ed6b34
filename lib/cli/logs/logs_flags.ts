import type { ClientFlags } from "../controller_client/access_flags.ts";

/** The flags of `cirrus logs`. */
export interface LogsFlags extends ClientFlags {
  readonly follow: boolean;
}
