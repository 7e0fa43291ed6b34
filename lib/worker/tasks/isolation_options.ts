import { tmpdir } from "node:os";
import type { IsolationOptions } from "../../isolation/registry.ts";
import type { ImagePuller } from "../../isolation/vm/image_puller.ts";
import { hostEnvironment } from "./host_environment.ts";
import type { WorkerOptions } from "../options/worker_options.ts";

/** What the isolations of a worker's tasks are told. `images` is the worker's one. */
export function isolationOptions(
  options: WorkerOptions,
  { images }: { images: ImagePuller },
): IsolationOptions {
  const { noneWorkingDirectory, temporaryDirectory = tmpdir(), container, tart, vetu, tuning } = options;
  const mtu = tuning?.vetu?.mtu;
  const environment = hostEnvironment();
  return {
    none: {
      environment,
      parentDirectory: temporaryDirectory,
      ...noneWorkingDirectory !== undefined && { workingDirectory: noneWorkingDirectory },
    },
    ...container && { container },
    tart: { environment, images, ...tart },
    vetu: { environment, images, ...vetu, ...mtu !== undefined && { mtu } },
  };
}
