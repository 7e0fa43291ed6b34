import { dirname } from "node:path";
import { errorMessage } from "../../diagnostics/error_message.ts";
import { removeAsUser } from "../../machine/local/remove_as_user.ts";
import { runCommand } from "../../process/run_command.ts";
import type { ResourceLedger } from "../isolation.ts";

/** A folder that VMs of this process share. */
interface Source {
  /** What was missing of it, with the folders above that were, too, the innermost first. */
  readonly missing: readonly string[];
  /** Whether the last of its users removes it. */
  isTemporary: boolean;
  users: number;
}

/** What VMs share now, by path. */
const sources = new Map<string, Source>();

/**
 * Makes a folder for a VM to share where there is none (0755). Disposing it removes what was made, and with `cleanup`
 * what was there, too, with its content, once no other VM shares it.
 */
export async function provideSource(
  path: string,
  { ledger, cleanup = false }: { ledger: ResourceLedger; cleanup?: boolean },
): Promise<AsyncDisposable> {
  const source = await useSource(path);
  source.isTemporary ||= cleanup;
  let claim: AsyncDisposable | undefined;
  let real: string | undefined;
  const provided = {
    async [Symbol.asyncDispose]() {
      if (--source.users === 0) {
        sources.delete(path);
        if (source.isTemporary) await remove(path, { real, missing: source.missing });
      }
      // What could not be removed stays written down, for the next start.
      await claim?.[Symbol.asyncDispose]();
    },
  };
  try {
    if (source.missing.length > 0) {
      // Only what is made here: the next start may be root, and removes what is written down.
      claim = await ledger.claim({ kind: "directory", path });
      await make(path);
    }
    real = await Deno.realPath(path);
    return provided;
  } catch (error) {
    await provided[Symbol.asyncDispose]();
    throw error;
  }
}

async function useSource(path: string): Promise<Source> {
  const missing = sources.has(path) ? [] : await missingFolders(path);
  // Another VM may have been faster.
  const source = sources.get(path) ?? { missing, isTemporary: missing.length > 0, users: 0 };
  sources.set(path, source);
  source.users++;
  return source;
}

/** By a program, as the user that programs run as. */
async function make(path: string): Promise<void> {
  try {
    await runCommand(["mkdir", "-p", "-m", "0755", "--", path], { timeoutMs: 30_000 });
  } catch (error) {
    throw new Error(
      `Could not make the folder ${path} for a volume: ${errorMessage(error)}; ` +
        "make it by hand, or correct the volume's source",
      { cause: error },
    );
  }
}

/** `real` is what it was when VMs got it, if they did: one that has a folder above may have put a link in the way. */
async function remove(
  path: string,
  { real, missing }: { real: string | undefined; missing: readonly string[] },
): Promise<void> {
  const now = await realPath(path);
  if (now !== undefined && real !== undefined) {
    if (now !== real) {
      throw new Error(
        `Could not remove the folder ${path} of a volume: it was ${real} and leads to ${now} now; remove it by hand`,
      );
    }
    await removeAsUser(path);
  }
  // Whoever has put something beside it meanwhile keeps it.
  for (const parent of missing.slice(1)) await Deno.remove(parent).catch(() => {});
}

/** The folders on the way to a path that do not exist, the innermost first. */
async function missingFolders(path: string): Promise<string[]> {
  const missing: string[] = [];
  for (let folder = path; await realPath(folder) === undefined; folder = dirname(folder)) {
    missing.push(folder);
  }
  return missing;
}

/** Undefined where there is nothing. */
async function realPath(path: string): Promise<string | undefined> {
  try {
    return await Deno.realPath(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return undefined;
    throw error;
  }
}
