import { UsageError } from "../usage_error.ts";
import type { ControllerSettings } from "./controller_settings.ts";

/**
 * How many bytes of the disk are for caches: half where nothing is said. They are a part of what is allowed in all, so
 * that builds are not forgotten for the sake of caches. Throws a `UsageError` where nothing would be left for builds.
 */
export function maxCacheBytes(
  { maxDisk, maxCaches }: Pick<ControllerSettings, "maxDisk" | "maxCaches">,
): number {
  if (maxCaches === undefined) return Math.floor(maxDisk / 2);
  if (maxCaches < maxDisk) return maxCaches;
  throw new UsageError(
    "--max-caches leaves nothing of --max-disk for builds, of which it is a part: give less, or more of --max-disk",
  );
}
