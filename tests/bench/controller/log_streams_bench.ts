import { Status } from "../../../proto/gen/cirrus_ci_service_pb.ts";
import type { RawTask } from "../../controller/raw_worker.ts";
import type { Figure } from "../figure.ts";
import { pause, startFleet } from "./fleet.ts";

const STREAMS = 50;
const CHUNK = new TextEncoder().encode(
  "a line of a log as long as that of a talkative compiler\n".repeat(1_200),
);
const CHUNKS = 150;

/** Many tasks that stream their logs at once. */
export async function logStreams(): Promise<Figure[]> {
  const begin = Promise.withResolvers<void>();
  const half = Promise.withResolvers<void>();
  let ready = 0;
  let sent = 0;
  let finished = 0;
  function* chunks() {
    for (let count = 0; count < CHUNKS; count++) {
      yield CHUNK;
      if (++sent === STREAMS * CHUNKS / 2) half.resolve();
    }
  }
  const run = async (task: RawTask) => {
    await task.started();
    await task.agent.initialCommands({});
    ready++;
    await begin.promise;
    await task.streamLog("main", chunks());
    finished++;
    await task.finished([{ name: "main", status: Status.COMPLETED }]);
    await task.stopped();
  };
  await using fleet = await startFleet(STREAMS, { run });
  const { controller } = fleet;
  await controller.submit(STREAMS);
  while (ready < STREAMS) await pause(20);
  controller.resetPeakMemory();
  const start = performance.now();
  begin.resolve();
  await half.promise;
  const firstPeak = controller.peakMemory();
  controller.resetPeakMemory();
  while (finished < STREAMS) await pause(5);
  const seconds = (performance.now() - start) / 1_000;
  const name = `${STREAMS} tasks that stream logs at once`;
  const megabytes = STREAMS * CHUNKS * CHUNK.length / 1e6;
  return [
    { name: `${name}: sum`, unit: "MB/s", values: [megabytes / seconds], target: { least: 40 } },
    {
      name: `${name}: the controller's peak of memory, second half over the first`,
      unit: "MB",
      values: [(controller.peakMemory() - firstPeak) / 1e6],
      target: { most: 20 },
    },
    { name: `${name}: that peak in the first half`, unit: "MB", values: [firstPeak / 1e6] },
  ];
}
