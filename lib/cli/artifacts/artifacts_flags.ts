import type { ClientFlags } from "../controller_client/access_flags.ts";

/** The flags of `cirrus artifacts`. */
export interface ArtifactsFlags extends ClientFlags {
  readonly download?: string;
}
