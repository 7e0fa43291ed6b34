import type { OwnerLedger } from "./ownership/owner_ledger.ts";
import { hasRoom } from "./standby/has_room.ts";
import { Standby } from "./standby/standby.ts";
import { isolationOptions } from "./tasks/isolation_options.ts";
import { observedInstance } from "./tasks/observed_instance.ts";
import type { WorkerTools } from "./worker_tools.ts";

/** The standby instance of a worker, prepared and counted as its tasks are. */
export function workerStandby(tools: WorkerTools, ledger: OwnerLedger): Standby {
  const { options, tasks, observe, logger } = tools;
  return new Standby({
    parameters: options().standby,
    prepare: async (parameters, signal) => {
      const { prepareStandby } = await import("./standby/prepare_standby.ts");
      return await prepareStandby(parameters, {
        isolations: isolationOptions(options(), { images: tools.images }),
        modifiers: tools.modifiers,
        isPulled: (image) => tools.prePull?.has(image) ?? false,
        security: options().security ?? {},
        ledger,
        signal,
        observe,
        logger,
      });
    },
    onOutcome: (outcome, isolation) => {
      const instance = observedInstance(isolation);
      if (instance) observe({ kind: "standby taken", hit: outcome === "hit", instance });
    },
    hasRoom: (wanted) =>
      hasRoom(wanted, {
        total: options().resources ?? {},
        inUse: tasks.resourcesInUse(),
        running: tasks.size,
      }),
    logger,
  });
}
