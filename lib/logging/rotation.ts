import { basename, dirname, join } from "node:path";

/**
 * Renames a file to `PATH.20261124T042000.123Z`, after this moment in UTC, and returns the new path. The name
 * sorts behind those of all earlier renames, also where the clock was set back, so none is ever replaced.
 */
export function setAside(path: string): string {
  const newest = momentsOf(path).at(-1);
  const now = Temporal.Now.instant().round("millisecond");
  const moment = newest && Temporal.Instant.compare(newest, now) >= 0 ? newest.add({ milliseconds: 1 }) : now;
  const aside = asidePath(path, moment);
  Deno.renameSync(path, aside);
  return aside;
}

/** Removes the oldest of the files that `setAside` made of `path`, down to `keep` of them. */
export function removeOldest(path: string, keep: number): void {
  const moments = momentsOf(path);
  for (const moment of moments.slice(0, Math.max(0, moments.length - keep))) {
    Deno.removeSync(asidePath(path, moment));
  }
}

function asidePath(path: string, moment: Temporal.Instant): string {
  const stamp = moment.toString({ fractionalSecondDigits: 3 }).replace(/[-:]/g, "");
  return join(dirname(path), `${basename(path)}.${stamp}`);
}

/** When the files were renamed that `setAside` made of `path`, in order. */
function momentsOf(path: string): Temporal.Instant[] {
  const prefix = `${basename(path)}.`;
  return [...Deno.readDirSync(dirname(path))].map(({ name }) => name)
    .filter((name) => name.startsWith(prefix) && /^\d{8}T\d{6}\.\d{3}Z$/.test(name.slice(prefix.length)))
    .sort()
    .map((name) => Temporal.Instant.from(name.slice(prefix.length)));
}
