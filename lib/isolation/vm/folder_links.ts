import { posix } from "node:path";
import { withGrace } from "../../async/grace.ts";
import { errorMessage } from "../../diagnostics/error_message.ts";
import type { Machine } from "../../machine/machine.ts";
import { runInGuest } from "./run_in_guest.ts";
import { type SharedFolder, sharedPath } from "./shared_folder.ts";

/** How long the links of a guest, which is about to be deleted, are worth waiting for. */
const UNLINK_MS = 3_000;

/** Links shared folders to where a task wants them in the guest. Disposing it removes the links again. */
export async function linkFolders(
  machine: Machine,
  { folders, signal }: { folders: readonly SharedFolder[]; signal: AbortSignal },
): Promise<AsyncDisposable> {
  const targets: string[] = [];
  for (const folder of folders) {
    if (folder.target === undefined) continue;
    const target = pathInGuest(folder.target, machine.environment);
    try {
      await runInGuest(machine, ["ln", "-s", sharedPath(folder), target], signal);
    } catch (error) {
      signal.throwIfAborted();
      throw new Error(
        `Could not link the volume ${JSON.stringify(folder.name)} to ${folder.target} in the VM: ` +
          `${errorMessage(error)}; correct the volume's target`,
        { cause: error },
      );
    }
    targets.push(target);
  }
  return {
    async [Symbol.asyncDispose]() {
      if (targets.length === 0) return;
      const unlink = (signal: AbortSignal) => runInGuest(machine, ["rm", "-f", ...targets], signal);
      // A guest that is gone, or has frozen, has no links to care for.
      await withGrace("removing links in the VM", UNLINK_MS, unlink).catch(() => {});
    },
  };
}

/** With the Go worker, whose targets a shell reads in the home folder, `$HOME/cache` and `cache` are the same. */
function pathInGuest(target: string, environment: ReadonlyMap<string, string>): string {
  const expanded = target.replaceAll(
    /\$(?:(\w+)|\{(\w+)\})/g,
    (_, bare, braced) => environment.get(bare ?? braced) ?? "",
  );
  return posix.resolve(environment.get("HOME") ?? "/", expanded);
}
