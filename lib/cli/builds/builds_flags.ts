import type { ClientFlags } from "../controller_client/access_flags.ts";

/** The flags of `cirrus builds`. */
export interface BuildsFlags extends ClientFlags {
  readonly limit: number;
}
