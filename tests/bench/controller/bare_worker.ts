import { abortable } from "../../../lib/async/abortable.ts";
import { delay } from "../../../lib/async/delay.ts";
import { Status } from "../../../proto/gen/cirrus_ci_service_pb.ts";
import { type RawTask, RawWorker } from "../../controller/raw_worker.ts";
import type { ControllerProcess } from "./controller_process.ts";

export interface BareWorkerOptions {
  readonly controller: ControllerProcess;
  readonly name: string;
  /** Ends the worker. */
  readonly signal: AbortSignal;
  /** What it does with a task; nothing but to say that it passed by default. */
  readonly run?: (task: RawTask) => Promise<void>;
  readonly onAssigned?: (taskId: string) => void;
}

/** Polls a controller and says of each task what a worker and its agent say, without running anything. */
export async function runBareWorker(options: BareWorkerOptions): Promise<void> {
  const { controller, name, signal, run = passAtOnce, onAssigned } = options;
  using worker = await RawWorker.connect(controller.endpoint, { name, token: controller.registrationToken });
  while (!signal.aborted) {
    const polledAt = performance.now();
    const answer = await abortable(worker.poll(), signal).catch((error) => {
      if (signal.aborted) return undefined;
      throw error;
    });
    if (answer === undefined) return;
    for (const assigned of answer.tasksToStart) onAssigned?.(assigned.taskId);
    for (const assigned of answer.tasksToStart) await run(worker.task(assigned));
    if (answer.tasksToStart.length > 0) continue;
    const leftMs = answer.pollIntervalInSeconds * 1_000 - (performance.now() - polledAt);
    if (leftMs > 0) await delay(leftMs, { signal }).catch(() => {});
  }
}

async function passAtOnce(task: RawTask): Promise<void> {
  await task.started();
  const { commands } = await task.agent.initialCommands({});
  for (const { name } of commands) {
    await task.agent.reportCommandUpdates({ updates: [{ name, status: Status.EXECUTING }] });
    await task.saveLog(name, ["done\n"]);
    await task.agent.reportCommandUpdates({ updates: [{ name, status: Status.COMPLETED }] });
  }
  await task.finished(commands.map(({ name }) => ({ name, status: Status.COMPLETED })));
  await task.stopped();
}
