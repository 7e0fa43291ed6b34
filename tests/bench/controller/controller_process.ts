import { join } from "node:path";
import { findLocalController } from "../../../lib/cli/controller/local_controller.ts";
import { ControllerClient } from "../../../lib/cli/controller_client/controller_client.ts";
import { ProcessMeter } from "../process_meter.ts";

const MAIN = join(import.meta.dirname ?? ".", "..", "..", "..", "main.ts");

export interface ControllerProcessOptions {
  /** Kept when the process ends. */
  readonly dataDirectory: string;
  /** Lets it run on one core only. */
  readonly oneCore?: boolean;
}

/** `cirrus controller run` in a process of its own. Killed when disposed. */
export class ControllerProcess extends ProcessMeter implements AsyncDisposable {
  /** Where workers reach it. */
  readonly endpoint: string;
  readonly registrationToken: string;
  /** Of its HTTP API. */
  readonly client: ControllerClient;
  readonly #child: Deno.ChildProcess;

  private constructor(
    child: Deno.ChildProcess,
    reached: { endpoint: string; registrationToken: string; client: ControllerClient },
  ) {
    super(child.pid);
    this.#child = child;
    this.endpoint = reached.endpoint;
    this.registrationToken = reached.registrationToken;
    this.client = reached.client;
  }

  /** Resolves once it listens. */
  static async start(
    { dataDirectory, oneCore = false }: ControllerProcessOptions,
  ): Promise<ControllerProcess> {
    const prefix = oneCore ? ["taskset", "--cpu-list", "0"] : [];
    const [program = "", ...args] = [
      ...prefix,
      ...[Deno.execPath(), "run", "-A", MAIN, "controller", "run", "--data-dir", dataDirectory],
      ...["--listen=127.0.0.1:0", "--http-listen=127.0.0.1:0"],
    ];
    const child = new Deno.Command(program, { args, stdin: "null", stdout: "piped", stderr: "null" }).spawn();
    let printed = "";
    for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
      printed += text;
      if (printed.includes("--token-file=")) break;
    }
    const [, endpoint] = /^Workers +(\S+)$/m.exec(printed) ?? [];
    const local = await findLocalController(dataDirectory);
    if (endpoint === undefined || local === undefined) {
      throw new Error(`The controller did not start: ${printed}`);
    }
    const read = async (path: string) => (await Deno.readTextFile(path)).trim();
    const access = { endpoint: local.endpoint, token: await read(local.apiTokenFile) };
    return new ControllerProcess(child, {
      endpoint,
      registrationToken: await read(join(dataDirectory, "registration-token")),
      client: await ControllerClient.open(access, { signal: new AbortController().signal }),
    });
  }

  /** Makes a build of so many tasks, each of one script `true`; resolves with their ids. */
  async submit(tasks: number): Promise<string[]> {
    const names = Array.from({ length: tasks }, (_, index) => `t${index}_task:\n  main_script: "true"`);
    const { tasks: made } = await this.client.createBuild({
      definition: ["persistent_worker: {}", ...names].join("\n"),
    });
    return made.map(({ id }) => id);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.client[Symbol.dispose]();
    this.#child.kill("SIGKILL");
    await this.#child.status;
  }
}
