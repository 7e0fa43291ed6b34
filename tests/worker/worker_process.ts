import type { TaskUpstream } from "./task_upstream.ts";

const MAIN = new URL("../../main.ts", import.meta.url).href;

/** How a worker of another process is set up. */
export interface WorkerProcessOptions {
  readonly upstream: TaskUpstream;
  readonly stateDirectory: string;
  /** Where its tasks' directories are made. */
  readonly temporaryDirectory: string;
}

/** `cirrus worker run` as a process of its own. */
export class WorkerProcess implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;

  constructor(options: WorkerProcessOptions) {
    const { upstream, stateDirectory, temporaryDirectory } = options;
    this.#child = new Deno.Command(Deno.execPath(), {
      args: [
        ...["run", "--allow-all", "--no-check", MAIN, "worker", "run", "--name", "worker-1"],
        ...["--rpc-endpoint", upstream.endpoint, "--state-dir", stateDirectory],
      ],
      env: { CIRRUS_WORKER_TOKEN: upstream.token, TMPDIR: temporaryDirectory },
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
  }

  get pid(): number {
    return this.#child.pid;
  }

  /** Sends a signal; resolves when the process is over, with its exit code. */
  async end(signal: Deno.Signal): Promise<number> {
    this.signal(signal);
    return (await this.#child.status).code;
  }

  signal(signal: Deno.Signal): void {
    this.#child.kill(signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // It is over already.
    }
    await this.#child.status;
  }
}
