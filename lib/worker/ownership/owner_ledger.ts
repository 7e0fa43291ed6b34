import { errorMessage } from "../../diagnostics/error_message.ts";
import type { ResourceLedger, ResourceOwner } from "../../isolation/isolation.ts";
import { nameHome } from "./home.ts";
import type { OwnedEntry } from "./owned_entries.ts";
import {
  type OwnerFiles,
  ownerFiles,
  ownersDirectory,
  removeOwner,
  replaceFile,
  tryLock,
} from "./owner_files.ts";

/** What is worth a wait for the disk, because a crash of the host neither ends it nor leaves it small. */
const OUTLIVES_HOST: ReadonlySet<OwnedEntry["kind"]> = new Set(["container", "vm", "disabled worker"]);

/**
 * What one live worker owns on this host, written down before it is made. While the worker lives it holds a
 * lock; a list whose lock is free belongs to a killed one, and the next start undoes what is in it.
 */
export class OwnerLedger implements ResourceLedger, AsyncDisposable {
  readonly files: OwnerFiles;
  readonly #stateDirectory: string;
  readonly #lock: Disposable;
  readonly #entries = new Set<OwnedEntry>();

  private constructor(
    files: OwnerFiles,
    { stateDirectory, lock }: { stateDirectory: string; lock: Disposable },
  ) {
    this.files = files;
    this.#stateDirectory = stateDirectory;
    this.#lock = lock;
    this.#save({ durable: false });
  }

  /** Starts a new list. Rejects with an error that says what to do when the state directory is of no use. */
  static async open(stateDirectory: string): Promise<OwnerLedger> {
    const files = ownerFiles(stateDirectory, crypto.randomUUID());
    using cleanUp = new DisposableStack();
    try {
      await Deno.mkdir(ownersDirectory(stateDirectory), { recursive: true, mode: 0o700 });
      // Locked before it has a list: an owner with a list and a free lock counts as dead.
      const lock = cleanUp.use(await tryLock(files));
      if (!lock) throw new Error("somebody else holds its lock");
      const ledger = new OwnerLedger(files, { stateDirectory, lock });
      cleanUp.move();
      return ledger;
    } catch (error) {
      throw new Error(
        `Could not use the state directory ${stateDirectory}: ${errorMessage(error)}; ` +
          "make it writable for the worker's user, or name another one with --state-dir",
        { cause: error },
      );
    }
  }

  claim(entry: OwnedEntry): Promise<AsyncDisposable> {
    return Promise.try(() => {
      this.#entries.add(entry);
      try {
        this.#save({ durable: OUTLIVES_HOST.has(entry.kind) });
      } catch (error) {
        this.#entries.delete(entry);
        throw error;
      }
      return { [Symbol.asyncDispose]: () => Promise.try(() => this.#release(entry)) };
    });
  }

  identify(): ResourceOwner {
    return { id: this.files.id, home: nameHome(this.#stateDirectory) };
  }

  /** Leaves nothing behind but what could not be released, for the next start. */
  async [Symbol.asyncDispose](): Promise<void> {
    using _lock = this.#lock;
    if (this.#entries.size === 0) await removeOwner(this.files);
  }

  #release(entry: OwnedEntry): void {
    if (this.#entries.delete(entry)) this.#save({ durable: false });
  }

  #save(options: { durable: boolean }): void {
    replaceFile(this.files.list, JSON.stringify([...this.#entries]), options);
  }
}
