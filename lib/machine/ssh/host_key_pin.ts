import { Buffer } from "node:buffer";

/** The host key of one VM: the first one seen is its own for as long as it lives. */
export class HostKeyPin {
  #pinned: Buffer | undefined;

  /** Whether a host key, in SSH's wire format, is that of the VM. */
  accepts(key: Uint8Array): boolean {
    this.#pinned ??= Buffer.from(key);
    return this.#pinned.equals(key);
  }
}
