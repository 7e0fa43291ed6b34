import type { Logger } from "../logging/logger.ts";
import type { ServerCertificate } from "../rpc/server_certificate.ts";
import type { FileArtifactStorageOptions } from "./blobs/file_artifact_storage.ts";
import { type Clock, systemClock } from "./clock.ts";
import type { RetentionLimits } from "./retention/retention.ts";
import type { WatchdogLimits } from "./tasks/watchdog.ts";

/** What a controller is started with. */
export interface StartOptions extends Partial<WatchdogLimits>, RetentionLimits {
  readonly hostname: string;
  /** 0 lets the system choose. */
  readonly port: number;
  /** Workers reach it by TLS with one, in plaintext without. */
  readonly certificate?: ServerCertificate;
  /** Where builds and logs are kept, by one controller at a time; `:memory:` keeps them until the controller ends. */
  readonly dataDirectory: string;
  /** What workers must know to join; any of several. */
  readonly registrationToken: string | readonly string[];
  /** How many tasks that ask for no resources a worker runs at once; 1 by default. */
  readonly maxTasksWithoutResources?: number;
  /** How many younger tasks may pass one that waits for room, on workers that could run it; 10 by default. */
  readonly maxPasses?: number;
  /** How long a poll is held when there is nothing to tell, in milliseconds; 5,000 by default. */
  readonly holdMs?: number;
  readonly logger: Logger;
  readonly clock?: Clock;
  readonly caches?: CacheOptions;
  /** Where artifacts go: a folder of the data directory by default. */
  readonly artifacts?: FileArtifactStorageOptions;
}

/** How caches of tasks are kept. */
export interface CacheOptions {
  /** Several controllers may share it; a folder of the data directory by default. */
  readonly directory?: string;
  /** What all of them may have together; 25 GB by default. */
  readonly maxBytes?: number;
  /** Where the caches of builds that name no repository belong: to this one. */
  readonly defaultRepository?: string;
}

/** The limits default to 5 minutes for a silent worker, 24 hours of waiting, and none for a silent agent. */
export const START_DEFAULTS = {
  maxTasksWithoutResources: 1,
  maxPasses: 10,
  holdMs: 5_000,
  workerTimeoutMs: 5 * 60_000,
  queueTimeoutMs: 24 * 3_600_000,
  clock: systemClock,
} as const;

/** What caches take where `CacheOptions` does not say. */
export const DEFAULT_CACHE_BYTES = 25e9;
