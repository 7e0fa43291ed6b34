import type { ImagePuller } from "../isolation/vm/image_puller.ts";
import type { Logger } from "../logging/logger.ts";
import type { Observe } from "../telemetry/telemetry_event.ts";
import type { Modifiers } from "./modifiers/modifiers.ts";
import type { WorkerOptions } from "./options/worker_options.ts";
import type { PrePull } from "./pre_pull/pre_pull.ts";
import type { RunningTasks } from "./tasks/running_tasks.ts";

/** What the parts of one worker share. */
export interface WorkerTools {
  /** As they are now: a reload changes them. */
  readonly options: () => WorkerOptions;
  readonly tasks: RunningTasks;
  readonly images: ImagePuller;
  readonly modifiers: Modifiers;
  readonly prePull: PrePull | undefined;
  readonly observe: Observe;
  readonly logger: Logger;
}
