import { startController } from "./running_controller.ts";

/** A controller in a process of its own, which can be killed as the kernel or a power cut would. */
export class ControllerProcess implements AsyncDisposable {
  readonly endpoint: string;
  readonly #child: Deno.ChildProcess;

  private constructor(child: Deno.ChildProcess, endpoint: string) {
    this.#child = child;
    this.endpoint = endpoint;
  }

  get port(): number {
    return Number(new URL(this.endpoint).port);
  }

  /** Resolves once it listens. */
  static async start(options: { dataDirectory: string; port: number }): Promise<ControllerProcess> {
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", import.meta.filename ?? "", options.dataDirectory, String(options.port)],
      stdin: "null",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
    const { value } = await reader.read();
    await reader.cancel();
    if (value === undefined) throw new Error("The controller ended before it listened");
    return new ControllerProcess(child, value.trim());
  }

  signal(signal: Deno.Signal): void {
    this.#child.kill(signal);
  }

  async kill(): Promise<void> {
    try {
      this.#child.kill("SIGKILL");
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
    }
    await this.#child.status;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
  }
}

if (import.meta.main) {
  const [dataDirectory = "", port = "0"] = Deno.args;
  const controller = await startController({ dataDirectory, port: Number(port) });
  console.log(controller.endpoint);
}
