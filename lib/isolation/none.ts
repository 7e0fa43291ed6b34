import { existsSync } from "node:fs";
import { errorMessage } from "../diagnostics/error_message.ts";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LocalMachine } from "../machine/local/local_machine.ts";
import { makePrivateDirectory } from "../machine/local/private_directory.ts";
import { removeTree } from "../machine/local/remove_tree.ts";
import type { Machine } from "../machine/machine.ts";
import type { Isolation, PrepareRequest, ResourceLedger } from "./isolation.ts";

export interface NoneIsolationOptions {
  /** What tasks see of this host's environment: no secret of the worker's. */
  readonly environment: ReadonlyMap<string, string>;
  /** Work in this existing directory and leave it as it is afterwards, instead of in one of the task's own. */
  readonly workingDirectory?: string;
  /** Where directories are made; the host's folder for temporary files (TMPDIR) when absent. */
  readonly parentDirectory?: string;
}

/**
 * Tasks run on the host itself, as the worker's user or the one that its programs run as, each in a directory that is
 * made and removed for it.
 */
export class NoneIsolation implements Isolation {
  readonly #options: NoneIsolationOptions;

  constructor(options: NoneIsolationOptions) {
    this.#options = options;
  }

  async prepare(request: PrepareRequest): Promise<Machine> {
    const { environment, parentDirectory = tmpdir() } = this.#options;
    const { ledger, signal } = request;
    signal.throwIfAborted();
    await using resources = new AsyncDisposableStack();
    const make = async (candidates: string[]) => {
      const directory = await makeDirectory(candidates, ledger);
      resources.use(directory);
      return directory.path;
    };
    // A stable path keeps the caches of compilers warm.
    const workingDirectory = this.#options.workingDirectory ??
      await make([join(parentDirectory, "cirrus-build"), freshPath(parentDirectory, "cirrus-build")]);
    const temporaryDirectory = await make([freshPath(parentDirectory, "cirrus-tmp")]);
    const mark = `cirrus/${crypto.randomUUID()}`;
    resources.use(await ledger.claim({ kind: "processes", mark }));
    signal.throwIfAborted();
    return new LocalMachine({
      workingDirectory,
      temporaryDirectory,
      environment,
      mark,
      resources: resources.move(),
    });
  }
}

function freshPath(parent: string, name: string): string {
  return join(parent, `${name}-${crypto.randomUUID().slice(0, 8)}`);
}

/** Makes the first of `candidates` that is free, for this user only. Disposing it removes it with all that is in it. */
async function makeDirectory(
  candidates: readonly string[],
  ledger: ResourceLedger,
): Promise<AsyncDisposable & { readonly path: string }> {
  for (const path of candidates) {
    if (existsSync(path)) continue;
    const claim = await ledger.claim({ kind: "directory", path });
    try {
      // Fails when somebody else was faster, or put a link there.
      await makePrivateDirectory(path);
    } catch (error) {
      await claim[Symbol.asyncDispose]();
      if (error instanceof Deno.errors.AlreadyExists) continue;
      throw cannotMake(path, error);
    }
    return {
      path,
      async [Symbol.asyncDispose]() {
        await removeTree(path);
        await claim[Symbol.asyncDispose]();
      },
    };
  }
  throw cannotMake(candidates.join(" or "), new Error("it exists already"));
}

function cannotMake(path: string, cause: unknown): Error {
  return new Error(
    `Making the directory ${path} for a task: ${errorMessage(cause)}; ` +
      "give the worker's user the right to, or set TMPDIR to a folder where it may",
    { cause },
  );
}
