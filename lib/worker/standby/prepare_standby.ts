import type { StandbyInstanceParameters } from "../../../proto/gen/cirrus_ci_service_pb.ts";
import type { ResourceLedger } from "../../isolation/isolation.ts";
import type { IsolationOptions } from "../../isolation/registry.ts";
import type { Logger } from "../../logging/logger.ts";
import type { Observe } from "../../telemetry/telemetry_event.ts";
import { allowedIsolation } from "../tasks/allowed_isolation.ts";
import type { HeldModifier, Modifiers } from "../modifiers/modifiers.ts";
import type { SecurityPolicy } from "../options/worker_options.ts";
import type { Resources } from "../resources.ts";
import type { WarmMachine } from "./standby.ts";
import { warmUp } from "./warm_up.ts";

export interface PrepareStandbyOptions {
  readonly isolations: IsolationOptions;
  readonly modifiers: Modifiers;
  /** Whether something else looks after an image of Tart, so that it is pulled only when it is missing. */
  readonly isPulled: (image: string) => boolean;
  readonly security: SecurityPolicy;
  readonly ledger: ResourceLedger;
  readonly signal: AbortSignal;
  readonly observe: Observe;
  readonly logger: Logger;
}

/**
 * Boots a machine and runs the warm-up script in it. The security settings hold for it as for the tasks that may take
 * it. Rejects, leaving nothing behind, when the machine cannot be had or the script fails.
 */
export async function prepareStandby(
  { isolation: asked, warmup, resources }: StandbyInstanceParameters,
  options: PrepareStandbyOptions,
): Promise<WarmMachine> {
  const { modifiers, ledger, signal, observe, logger } = options;
  const startedAt = performance.now();
  const isPulled = asked?.type.case === "tart" && options.isPulled(asked.type.value.image);
  const { tart, vetu } = options.isolations;
  let modifier: HeldModifier | undefined;
  const isolations = {
    ...options.isolations,
    tart: { ...tart, ...isPulled && { lazyPull: true } },
    vetu: { ...vetu, takeArguments: () => modifier = modifiers.take(resources) },
  };
  const isolation = await allowedIsolation(asked, { ...options, isolations });
  const log = (line: string) => logger.info(`standby instance: ${line}`);
  const machine = await isolation.prepare({ taskId: "standby", progress: log, log, signal, ledger, observe });
  try {
    if (warmup && warmup.script !== "") await warmUp(machine, { warmup, signal, logger });
    observe({ kind: "standby booted", seconds: (performance.now() - startedAt) / 1_000 });
    const suits = (wanted: Resources) => asked?.type.case !== "vetu" || modifiers.suits(modifier, wanted);
    return { machine, suits };
  } catch (error) {
    await machine[Symbol.asyncDispose]();
    throw error;
  }
}
