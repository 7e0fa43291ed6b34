import { AbortReason } from "../../async/abort_reason.ts";
import { abortable } from "../../async/abortable.ts";
import type { VmCommands } from "./vm_commands.ts";

interface SharedPull {
  readonly done: Promise<void>;
  readonly controller: AbortController;
  waiting: number;
}

/** Pulls images of VMs for all who want them on this host: an image that is being pulled is not pulled twice at once. */
export class ImagePuller {
  readonly #pulls = new Map<string, SharedPull>();

  /**
   * Pulls an image, or waits for the pull of it that is under way. Rejects as `VmCommands.pull` does. When `signal`
   * aborts, the pull goes on as long as somebody else waits for it.
   */
  async pull(image: string, commands: VmCommands, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const key = `${commands.program.name} ${image}`;
    const pull = this.#pulls.get(key) ?? this.#start(key, (stop) => commands.pull(image, stop));
    pull.waiting++;
    try {
      await abortable(pull.done, signal);
    } finally {
      if (--pull.waiting === 0) {
        this.#forget(key, pull);
        pull.controller.abort(new AbortReason("cancelled", "Nobody waits for the image any more"));
        await pull.done.catch(() => {});
      }
    }
  }

  #start(key: string, work: (stop: AbortSignal) => Promise<void>): SharedPull {
    const controller = new AbortController();
    const pull = { done: work(controller.signal), controller, waiting: 0 };
    this.#pulls.set(key, pull);
    const over = () => this.#forget(key, pull);
    pull.done.then(over, over);
    return pull;
  }

  #forget(key: string, pull: SharedPull): void {
    if (this.#pulls.get(key) === pull) this.#pulls.delete(key);
  }
}
