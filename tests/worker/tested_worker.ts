import { AbortReason } from "../../lib/async/abort_reason.ts";
import { Worker } from "../../lib/worker/worker.ts";
import type {
  ChangeableOptions,
  UpstreamOptions,
  WorkerOptions,
} from "../../lib/worker/options/worker_options.ts";

import { temporaryDirectory } from "../helpers/temporary_directory.ts";
import { RecordingLogger } from "./recording_logger.ts";

/** A whole worker in this process, in directories of its own. */
export class TestedWorker implements AsyncDisposable {
  readonly log = new RecordingLogger();
  readonly stateDirectory: string;
  /** Where the tasks' directories are made. */
  readonly temporaryDirectory: string;
  /** Settles when the worker has ended. */
  readonly over: Promise<void>;
  readonly #drain = new AbortController();
  readonly #cancel = new AbortController();
  readonly #resources: AsyncDisposableStack;
  readonly #worker: Worker;
  readonly #options: WorkerOptions;

  private constructor(
    options: WorkerOptions & { temporaryDirectory: string },
    resources: AsyncDisposableStack,
  ) {
    this.stateDirectory = options.stateDirectory;
    this.temporaryDirectory = options.temporaryDirectory;
    this.#resources = resources;
    this.#options = options;
    this.#worker = new Worker(options, { logger: this.log });
    this.over = this.#worker.run({ drain: this.#drain.signal, cancel: this.#cancel.signal });
    this.over.catch(() => {});
  }

  static async start(
    upstreams: readonly UpstreamOptions[],
    changed: Partial<WorkerOptions> = {},
  ): Promise<TestedWorker> {
    await using resources = new AsyncDisposableStack();
    const state = resources.use(await temporaryDirectory());
    const temporary = resources.use(await temporaryDirectory());
    const options = {
      name: "worker-1",
      version: "1.2.3",
      upstreams,
      stateDirectory: state.path,
      temporaryDirectory: temporary.path,
      ...changed,
    };
    return new TestedWorker(options, resources.move());
  }

  /** As reading a changed configuration does. */
  async reload(changed: Partial<ChangeableOptions>): Promise<void> {
    const { labels = {}, resources = {}, security = {}, standby, tuning = {}, upstreams } = this.#options;
    await this.#worker.reload({ labels, resources, security, standby, tuning, upstreams, ...changed });
  }

  /** As the first signal does. */
  drain(): void {
    this.#drain.abort(new AbortReason("shutdown", "first signal"));
  }

  /** As the second signal does. */
  cancel(): void {
    this.#cancel.abort(new AbortReason("shutdown", "second signal"));
  }

  /** The names of what tasks have left behind on this host. */
  leftovers(): string[] {
    return [...Deno.readDirSync(this.temporaryDirectory)].map((entry) => entry.name);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.cancel();
    await this.over.catch(() => {});
    await this.#resources.disposeAsync();
  }
}
