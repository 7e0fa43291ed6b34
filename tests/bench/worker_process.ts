import { join } from "node:path";
import { ProcessMeter } from "./process_meter.ts";

const MAIN = join(import.meta.dirname ?? ".", "..", "..", "main.ts");

/** A worker in a process of its own, polling one upstream. Killed when disposed. */
export class WorkerProcess extends ProcessMeter implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #stateDirectory: string;

  private constructor(child: Deno.ChildProcess, stateDirectory: string) {
    super(child.pid);
    this.#child = child;
    this.#stateDirectory = stateDirectory;
  }

  static async start(
    options: {
      readonly endpoint: string;
      readonly token?: string;
      readonly resources?: string;
      /** The text of a configuration file. */
      readonly config?: string;
      /** More flags of `cirrus worker run`. */
      readonly flags?: readonly string[];
      readonly environment?: Readonly<Record<string, string>>;
    },
  ): Promise<WorkerProcess> {
    const { endpoint, token = "bench", resources, config, flags = [], environment = {} } = options;
    const stateDirectory = await Deno.makeTempDir({ prefix: "cirrus-bench-" });
    const file = join(stateDirectory, "worker.yml");
    if (config !== undefined) await Deno.writeTextFile(file, config);
    const child = new Deno.Command(Deno.execPath(), {
      args: [
        ...["run", "-A", MAIN, "worker", "run", "--name", "bench", "--rpc-endpoint", endpoint],
        ...["--state-dir", stateDirectory],
        ...(resources === undefined ? [] : ["--resources", resources]),
        ...(config === undefined ? [] : ["--file", file]),
        ...flags,
      ],
      env: { ...environment, CIRRUS_WORKER_TOKEN: token },
      stdin: "null",
      stdout: "null",
      stderr: "inherit",
    }).spawn();
    return new WorkerProcess(child, stateDirectory);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#child.status;
    await Deno.remove(this.#stateDirectory, { recursive: true });
  }
}
