import { join } from "node:path";

const MAIN = join(import.meta.dirname ?? ".", "..", "..", "main.ts");

/** A worker in a process of its own, polling one upstream. Killed when disposed. */
export class WorkerProcess implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #stateDirectory: string;

  private constructor(child: Deno.ChildProcess, stateDirectory: string) {
    this.#child = child;
    this.#stateDirectory = stateDirectory;
  }

  static async start(
    options: { endpoint: string; token?: string; resources?: string },
  ): Promise<WorkerProcess> {
    const { endpoint, token = "bench", resources } = options;
    const stateDirectory = await Deno.makeTempDir({ prefix: "cirrus-bench-" });
    const child = new Deno.Command(Deno.execPath(), {
      args: [
        ...["run", "-A", MAIN, "worker", "run", "--name", "bench", "--rpc-endpoint", endpoint],
        ...["--state-dir", stateDirectory],
        ...(resources === undefined ? [] : ["--resources", resources]),
      ],
      env: { CIRRUS_WORKER_TOKEN: token },
      stdin: "null",
      stdout: "null",
      stderr: "inherit",
    }).spawn();
    return new WorkerProcess(child, stateDirectory);
  }

  /** Proportional set size in bytes: of the process, with its share of what it shares with others. */
  memory(): number {
    const rollup = Deno.readTextFileSync(`/proc/${this.#child.pid}/smaps_rollup`);
    return Number(/^Pss:\s+(\d+) kB$/m.exec(rollup)?.[1] ?? NaN) * 1024;
  }

  /** Starts to watch for the peak of the resident memory, and returns the bytes it has now. */
  resetPeakMemory(): number {
    // 5 resets the high-water mark: proc(5), /proc/pid/clear_refs.
    Deno.writeTextFileSync(`/proc/${this.#child.pid}/clear_refs`, "5");
    return this.#status("VmRSS");
  }

  /** The most resident memory since the last reset, in bytes. */
  peakMemory(): number {
    return this.#status("VmHWM");
  }

  /** Processor time used so far, in seconds, by the worker and the children it has waited for. */
  cpuSeconds(): number {
    const stat = Deno.readTextFileSync(`/proc/${this.#child.pid}/stat`);
    // Fields 14 to 17 of proc(5), after the name, which may hold spaces: user and system time in ticks of 10 ms.
    const [user, system, childUser, childSystem] = stat.slice(stat.lastIndexOf(")") + 2).split(" ").slice(
      11,
      15,
    );
    return [user, system, childUser, childSystem].reduce((sum, ticks) => sum + Number(ticks), 0) / 100;
  }

  #status(field: string): number {
    const status = Deno.readTextFileSync(`/proc/${this.#child.pid}/status`);
    return Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, "m").exec(status)?.[1] ?? NaN) * 1024;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#child.status;
    await Deno.remove(this.#stateDirectory, { recursive: true });
  }
}
