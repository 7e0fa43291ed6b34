import { join } from "node:path";
import type { ResourceLedger } from "../../isolation/isolation.ts";
import { removeTree } from "../../machine/local/remove_tree.ts";
import { errorMessage } from "../../diagnostics/error_message.ts";

/** A folder of the worker's host for what of a task's logs does not fit into memory. Disposing it removes it. */
export interface SpoolDirectory extends AsyncDisposable {
  readonly path: string;
}

/** Makes a spool directory that only the worker's user can read. Rejects with an error that says what to do. */
export async function makeSpoolDirectory(parent: string, ledger: ResourceLedger): Promise<SpoolDirectory> {
  const path = join(parent, `cirrus-spool-${crypto.randomUUID()}`);
  const claim = await ledger.claim({ kind: "directory", path });
  try {
    await Deno.mkdir(path, { mode: 0o700 });
  } catch (error) {
    await claim[Symbol.asyncDispose]();
    throw new Error(
      `Could not make the directory ${path} for logs: ${
        errorMessage(error)
      }; make room there, or point TMPDIR of the worker elsewhere`,
      { cause: error },
    );
  }
  return {
    path,
    async [Symbol.asyncDispose]() {
      await removeTree(path);
      await claim[Symbol.asyncDispose]();
    },
  };
}
