import type { ImagePuller } from "../../isolation/vm/image_puller.ts";
import { observedPull } from "../../isolation/observed_pull.ts";
import type { Logger } from "../../logging/logger.ts";
import type { Observe } from "../../telemetry/telemetry_event.ts";
import { hostEnvironment } from "../tasks/host_environment.ts";
import { PrePull } from "./pre_pull.ts";
import type { ConfiguredPrePull } from "./pre_pull_options.ts";

/** A pre-pull by the `tart` of this host. `images` is the worker's one, so that it pulls nothing that a task does. */
export function createPrePull(
  options: ConfiguredPrePull,
  { images, observe, logger }: { images: ImagePuller; observe: Observe; logger: Logger },
): PrePull {
  return new PrePull(options, {
    async pull(image, signal) {
      const { VmCommands } = await import("../../isolation/vm/vm_commands.ts");
      const { TART } = await import("../../isolation/tart/tart_program.ts");
      const commands = await VmCommands.find(TART, { environment: hostEnvironment() });
      await observedPull(() => images.pull(image, commands, signal), { image, type: TART.name, observe });
    },
    logger,
  });
}
