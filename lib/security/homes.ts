/** Where hosts keep the folders of their users. */
const HOME = /^(?:\/(?:home|Users)\/[^/]+|\/root|(?:\/private)?\/var\/root)(?=\/|$)/;

/** What holds such folders. */
const FOLDERS_OF_HOMES: ReadonlySet<string> = new Set(["/", "/home", "/Users"]);

/** It is everybody's on macOS. */
const SHARED = "/Users/Shared";

/**
 * The home that a clean path lies in, where that is not `own`: `/Users/alice` for `/Users/alice/.ssh`; the path
 * itself where it holds everybody's homes; undefined where it has nothing to do with anybody else's.
 */
export function otherHome(path: string, own: string | undefined): string | undefined {
  if (FOLDERS_OF_HOMES.has(path)) return path;
  const home = HOME.exec(path)?.[0];
  return home === own || home === SHARED ? undefined : home;
}
