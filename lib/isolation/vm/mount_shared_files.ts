import { errorMessage } from "../../diagnostics/error_message.ts";
import type { Machine } from "../../machine/machine.ts";
import { runInGuest } from "./run_in_guest.ts";
import { SHARED_FILES } from "./shared_folder.ts";

/** What Tart calls all that it shares. Source: tart.run, "Accessing mounted directories in Linux guests". */
const TAG = "com.apple.virtio-fs.automount";

/** `$1`: the tag; `$2`: where; `$3`: the same as /proc/mounts writes it. An image may have mounted it by itself. */
const MOUNT = 'grep -qsF " $3 " /proc/mounts && exit; ' +
  'as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi; }; ' +
  'as_root mkdir -p "$2" && as_root mount -t virtiofs "$1" "$2"';

/** Makes what Tart shares visible in a guest of Linux, which does not do so by itself, at the same place as in macOS. */
export async function mountSharedFiles(machine: Machine, signal: AbortSignal): Promise<void> {
  const asInTable = SHARED_FILES.replaceAll(" ", "\\040");
  try {
    await runInGuest(machine, ["/bin/sh", "-c", MOUNT, "sh", TAG, SHARED_FILES, asInTable], signal);
  } catch (error) {
    signal.throwIfAborted();
    throw new Error(
      `Could not mount the volumes in the VM: ${errorMessage(error)}; let its user run sudo without a ` +
        `password, or let the image mount ${TAG} at ${SHARED_FILES}`,
      { cause: error },
    );
  }
}
