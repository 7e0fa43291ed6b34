import type { SshBounds } from "../../machine/ssh/ssh_bounds.ts";

/** How long the steps in the life of a VM may take, in milliseconds. */
export interface VmBounds {
  /** Images of macOS have tens of gigabytes. */
  readonly pullMs: number;
  /** A clone shares the image's blocks, but first pulls an image whose own pull has failed. */
  readonly cloneMs: number;
  readonly setMs: number;
  /** From the start of `run` to an address. */
  readonly addressMs: number;
  /** From the address on, where other than usual. */
  readonly ssh: Partial<SshBounds>;
  /** For what is only looked up: `list`, `get`. */
  readonly lookMs: number;
  /** `stop` gives the guest 5 s. */
  readonly stopMs: number;
  readonly deleteMs: number;
}

export const VM_BOUNDS: VmBounds = {
  pullMs: 4 * 3_600_000,
  cloneMs: 4 * 3_600_000,
  setMs: 60_000,
  addressMs: 600_000,
  ssh: {},
  lookMs: 30_000,
  stopMs: 10_000,
  deleteMs: 60_000,
};
