import { dirname } from "node:path";
import { errorMessage } from "../../diagnostics/error_message.ts";
import { removeTree } from "../../machine/local/remove_tree.ts";
import { runCommand } from "../../process/run_command.ts";
import type { ResourceLedger } from "../isolation.ts";

/** A folder that was missing, with the ones above it that were missing, too, the innermost first. */
interface MadeFolder {
  readonly missing: readonly string[];
  /** How many VMs use it: the last one of them removes it. */
  users: number;
}

/** What this process has made, by path. */
const made = new Map<string, MadeFolder>();

/** Makes a folder for a VM to share where there is none (0755). Disposing it removes what was made, with its content. */
export async function provideSource(source: string, ledger: ResourceLedger): Promise<AsyncDisposable> {
  if (!made.has(source)) {
    const missing = await missingFolders(source);
    if (missing.length === 0) return { [Symbol.asyncDispose]: () => Promise.resolve() };
    if (!made.has(source)) made.set(source, { missing, users: 0 });
  }
  const folder = made.get(source) ?? { missing: [], users: 0 };
  folder.users++;
  const claim = await ledger.claim({ kind: "directory", path: source });
  const provided = {
    async [Symbol.asyncDispose]() {
      if (--folder.users === 0) {
        made.delete(source);
        if (await exists(source)) await removeTree(source);
        // Whoever has put something beside it meanwhile keeps it.
        for (const parent of folder.missing.slice(1)) await Deno.remove(parent).catch(() => {});
      }
      await claim[Symbol.asyncDispose]();
    },
  };
  try {
    // By a program, as the user that programs run as.
    await runCommand(["mkdir", "-p", "-m", "0755", "--", source], { timeoutMs: 30_000 });
  } catch (error) {
    await provided[Symbol.asyncDispose]();
    throw new Error(
      `Could not make the folder ${source} for a volume: ${errorMessage(error)}; ` +
        "make it by hand, or correct the volume's source",
      { cause: error },
    );
  }
  return provided;
}

/** The folders on the way to a path that do not exist, the innermost first. */
async function missingFolders(path: string): Promise<string[]> {
  const missing: string[] = [];
  for (let folder = path; !await exists(folder); folder = dirname(folder)) missing.push(folder);
  return missing;
}

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.stat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return false;
    throw error;
  }
}
