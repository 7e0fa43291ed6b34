/** A folder of the host that a VM sees. */
export interface SharedFolder {
  /** Unique in one VM; the guest finds the folder under this name. */
  readonly name: string;
  /** Absolute path on the host. */
  readonly source: string;
  /** Where the guest has a link to it; none when absent. */
  readonly target?: string;
  readonly readOnly: boolean;
  /** Whether it is removed, with all that is in it, once no VM uses it any more. */
  readonly cleanup: boolean;
}

/** Where macOS mounts what Tart shares, and we do in Linux. Source: tart.run, "Mounting directories". */
export const SHARED_FILES = "/Volumes/My Shared Files";

/** Where a guest finds a shared folder. */
export function sharedPath({ name }: Pick<SharedFolder, "name">): string {
  return `${SHARED_FILES}/${name}`;
}
