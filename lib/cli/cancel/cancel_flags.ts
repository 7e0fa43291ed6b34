import type { ClientFlags } from "../controller_client/access_flags.ts";

/** The flags of `cirrus cancel`. */
export interface CancelFlags extends ClientFlags {
  readonly reason: string;
}
