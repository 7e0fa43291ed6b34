import type { Repository } from "../../lib/controller/builds/repository.ts";
import type { Controller } from "../../lib/controller/controller.ts";
import type { StartOptions } from "../../lib/controller/start_options.ts";
import { Status } from "../../proto/gen/cirrus_ci_service_pb.ts";
import { task } from "./builds.ts";
import { type RawTask, RawWorker } from "./raw_worker.ts";
import { startController } from "./running_controller.ts";

/** A controller whose files are served, and a worker. */
export interface ServingController extends AsyncDisposable {
  readonly controller: Controller;
  /** Has the worker take the task of a new build. */
  takeTask(repository?: Repository): Promise<RawTask>;
  /** Ends a task, so that the worker can take another one. */
  release(taken: RawTask): Promise<void>;
}

export async function startServing(options: Partial<StartOptions> = {}): Promise<ServingController> {
  await using resources = new AsyncDisposableStack();
  const controller = resources.use(await startController(options));
  const stop = new AbortController();
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, signal: stop.signal, onListen: () => {} },
    controller.blobs.fetch,
  );
  resources.defer(async () => {
    stop.abort();
    await server.finished;
  });
  controller.blobs.address = { port: server.addr.port, encrypted: false };
  const worker = resources.use(await RawWorker.connect(controller.endpoint, { name: "w" }));
  const kept = resources.move();
  return {
    controller,
    async takeTask(repository = {}) {
      await controller.builds.create({ tasks: [task()], repository });
      return await worker.takeTask();
    },
    async release(taken) {
      await taken.started();
      await taken.finished([{ name: "main", status: Status.COMPLETED }]);
      await taken.stopped();
    },
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}
