import type { EngineChoice } from "../../machine/container/engine_name.ts";
import type { OutputFormat } from "./output_format.ts";

/** The flags of `cirrus run`. */
export interface RunFlags {
  readonly dirty: boolean;
  readonly env?: readonly string[];
  /** The name that the Go program has for `env`. */
  readonly environment?: readonly string[];
  readonly envFile?: readonly string[];
  readonly output: OutputFormat;
  readonly verbose: boolean;
  readonly jobs?: number;
  /** Milliseconds. */
  readonly heartbeatTimeout?: number;
  readonly noCache: boolean;
  /** Bytes. */
  readonly maxCaches: number;
  readonly containerBackend?: EngineChoice;
  readonly lazyPull: boolean;
  readonly artifactsDir?: string;
  readonly tartLazyPull: boolean;
  readonly vetuLazyPull: boolean;
  readonly stateDir?: string;
  readonly affectedFiles?: readonly string[];
  readonly affectedFilesGit?: string;
  readonly affectedFilesGitCached?: string;
}
