import { runCli } from "../../lib/cli/cli.ts";
import { ServedController } from "../../lib/cli/controller/served_controller.ts";
import type { Controller } from "../../lib/controller/controller.ts";
import type { StartOptions } from "../../lib/controller/start_options.ts";
import { silentLogger } from "../../lib/logging/logger.ts";
import type { UpstreamOptions } from "../../lib/worker/options/worker_options.ts";
import { temporaryDirectory } from "../helpers/temporary_directory.ts";
import { TOKEN } from "../controller/raw_worker.ts";
import { startController } from "../controller/running_controller.ts";
import { TestedWorker } from "../worker/tested_worker.ts";
import { TestIo } from "./test_io.ts";

const API_TOKEN = "token-of-the-api";

/** How a command ended and what it printed. */
export interface CommandEnd {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command that runs: its streams so far, signals for it, and its end. */
export interface RunningCommand {
  readonly io: TestIo;
  readonly ended: Promise<CommandEnd>;
}

/** A controller with its HTTP API, a directory to stand in, and the command line between them. */
export interface ControllerSite extends AsyncDisposable {
  readonly controller: Controller;
  readonly httpEndpoint: string;
  /** Where commands are started; absolute path. */
  readonly directory: string;
  /** Starts a worker that ends with the site. */
  startWorker(name: string, upstream?: Partial<UpstreamOptions>): Promise<TestedWorker>;
  start(args: readonly string[], environment?: Readonly<Record<string, string>>): RunningCommand;
  /** Runs a command to its end. */
  cirrus(...args: string[]): Promise<CommandEnd>;
}

export async function controllerSite(
  options: Partial<StartOptions> & { readonly publicHttpUrl?: string } = {},
): Promise<ControllerSite> {
  await using resources = new AsyncDisposableStack();
  const { path: directory } = resources.use(await temporaryDirectory());
  const controller = resources.use(await startController(options));
  const served = resources.use(
    new ServedController(controller, {
      httpListen: { hostname: "127.0.0.1", port: 0 },
      certificate: options.certificate,
      publicHttpUrl: options.publicHttpUrl,
      apiToken: API_TOKEN,
      logger: silentLogger,
    }),
  );
  const start: ControllerSite["start"] = (args, changed = {}) => {
    const environment = { CIRRUS_CONTROLLER: served.httpEndpoint, CIRRUS_API_TOKEN: API_TOKEN, ...changed };
    const io = new TestIo({ environment, workingDirectory: directory });
    const end = async () => {
      const exitCode = await runCli(args, io);
      return { exitCode, stdout: io.stdout.text, stderr: io.stderr.text };
    };
    return { io, ended: end() };
  };
  const owned = resources.move();
  return {
    controller,
    httpEndpoint: served.httpEndpoint,
    directory,
    startWorker: async (name, upstream = {}) =>
      owned.use(
        await TestedWorker.start([{ endpoint: controller.endpoint, token: TOKEN, ...upstream }], { name }),
      ),
    start,
    cirrus: (...args) => start(args).ended,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
