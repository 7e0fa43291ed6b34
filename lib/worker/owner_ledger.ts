import type { OwnedResource, ResourceLedger } from "../isolation/isolation.ts";
import { errorMessage } from "../diagnostics/error_message.ts";
import {
  type OwnerFiles,
  ownerFiles,
  ownersDirectory,
  removeOwner,
  replaceFile,
  tryLock,
} from "./owner_files.ts";

/**
 * What one live worker owns on this host, written down before it is made. While the worker lives it holds a
 * lock; a list whose lock is free belongs to a killed one, and the next start removes what is in it.
 */
export class OwnerLedger implements ResourceLedger, AsyncDisposable {
  readonly files: OwnerFiles;
  readonly #lock: Disposable;
  readonly #resources = new Set<OwnedResource>();

  private constructor(files: OwnerFiles, lock: Disposable) {
    this.files = files;
    this.#lock = lock;
  }

  /** Starts a new list. Rejects with an error that says what to do when the state directory is of no use. */
  static async open(stateDirectory: string): Promise<OwnerLedger> {
    const files = ownerFiles(stateDirectory, crypto.randomUUID());
    try {
      await Deno.mkdir(ownersDirectory(stateDirectory), { recursive: true, mode: 0o700 });
      // Locked before it has a list: an owner with a list and a free lock counts as dead.
      const lock = await tryLock(files);
      if (!lock) throw new Error("somebody else holds its lock");
      const ledger = new OwnerLedger(files, lock);
      ledger.#save();
      return ledger;
    } catch (error) {
      throw new Error(
        `Could not use the state directory ${stateDirectory}: ${errorMessage(error)}; ` +
          "make it writable for the worker's user, or name another one with --state-dir",
        { cause: error },
      );
    }
  }

  claim(resource: OwnedResource): Promise<AsyncDisposable> {
    return Promise.try(() => {
      this.#resources.add(resource);
      try {
        this.#save();
      } catch (error) {
        this.#resources.delete(resource);
        throw error;
      }
      return { [Symbol.asyncDispose]: () => Promise.try(() => this.#release(resource)) };
    });
  }

  /** Leaves behind nothing but what could not be released, for the next start to remove. */
  async [Symbol.asyncDispose](): Promise<void> {
    using _lock = this.#lock;
    if (this.#resources.size === 0) await removeOwner(this.files);
  }

  #release(resource: OwnedResource): void {
    if (this.#resources.delete(resource)) this.#save();
  }

  #save(): void {
    replaceFile(this.files.list, JSON.stringify([...this.#resources]));
  }
}
