import type { ImagePuller } from "./image_puller.ts";
import type { VmBounds } from "./vm_bounds.ts";

/** What the isolations that run VMs are told. */
export interface VmOptions {
  /** What their programs see of this host's environment: no secret of the worker's. */
  readonly environment: ReadonlyMap<string, string>;
  /** One for all tasks of the worker, so that nothing is pulled twice at once. */
  readonly images: ImagePuller;
  /** True pulls an image only when the host does not have it. */
  readonly lazyPull?: boolean;
  /** Where tasks work when they do not name a place themselves; `cirrus-ci-build` in `/tmp` when absent. */
  readonly workingDirectory?: string;
  /** Called for each VM that is to be made, for what its `run` gets beyond the task's wishes, such as a device. */
  readonly takeArguments?: () => TakenArguments | undefined;
  /** Other bounds than the usual ones. */
  readonly bounds?: Partial<VmBounds>;
}

/** Arguments for `run` that are one VM's alone for as long as there is that VM. Disposing it gives them back. */
export interface TakenArguments extends Disposable {
  readonly runArguments: readonly string[];
}
