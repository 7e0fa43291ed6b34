import type { EngineChoice } from "../../machine/container/engine_name.ts";

/** What containers of this program have in common. */
export interface ContainerIsolationOptions {
  /** The variable `CIRRUS_CONTAINER_ENGINE` chooses when absent. */
  readonly engine?: EngineChoice;
  /** Pull an image only when the engine does not have it; always when absent. */
  readonly lazyPull?: boolean;
  /** Where tasks work; absolute path in the container. */
  readonly workingDirectory?: string;
  /** The project of the person who runs tasks on this very host. */
  readonly project?: {
    /** Absolute path. Dockerfiles are found and built in it. */
    readonly directory: string;
    /** Where images are built that are built elsewhere: absolute paths, by the names of the images. */
    readonly buildContexts: ReadonlyMap<string, string>;
    /** True mounts it at the working directory. */
    readonly mounted: boolean;
  };
}
