import assert from "node:assert/strict";
import { openWorkerEndpoints } from "../../../lib/cli/worker/worker_endpoints.ts";
import { WorkerTelemetry } from "../../../lib/cli/worker/worker_telemetry.ts";
import { Worker } from "../../../lib/worker/worker.ts";
import { temporaryDirectory } from "../../helpers/temporary_directory.ts";
import { RecordingLogger } from "../../worker/recording_logger.ts";

Deno.test("an address that cannot be had leaves none that was had before", async () => {
  await using state = await temporaryDirectory();
  const logger = new RecordingLogger();
  const io = { environment: new Map<string, string>() };
  await using telemetry = new WorkerTelemetry({ io, pull: true, logger });
  const worker = new Worker({
    name: "mini",
    version: "1.2.3",
    upstreams: [{ endpoint: "http://127.0.0.1:1", token: "x" }],
    stateDirectory: state.path,
  }, { logger });
  const hostname = "127.0.0.1";
  using taken = Deno.listen({ hostname, port: 0 });
  const config = {
    telemetry: { metrics: { listen: { hostname, port: 0 } } },
    health: { listen: { hostname, port: taken.addr.port } },
  };
  await assert.rejects(
    openWorkerEndpoints({ config, worker, telemetry, folders: [], io, logger }),
    /^Error: Could not listen on 127\.0\.0\.1:\d+: /,
  );
  const opened = /127\.0\.0\.1:(\d+)\/metrics/.exec(await logger.line(/^info metrics is at /))?.[1];
  // Its port is free again.
  using _listener = Deno.listen({ hostname, port: Number(opened) });
});
