import { Buffer } from "node:buffer";
import type { FileDigests } from "./tar_contents.ts";

/** How many changes are listed by name. */
const LISTED = 20;

/** What differs between two states of a folder, as lines for a log; none when they are the same. */
export function cacheChanges(before: FileDigests, after: FileDigests): string[] {
  const changes: Array<readonly [path: string, what: string]> = [];
  for (const [path, digest] of after) {
    const old = before.get(path);
    if (old === undefined) changes.push([path, "added"]);
    else if (old !== digest) changes.push([path, "modified"]);
  }
  for (const path of before.keys()) {
    if (!after.has(path)) changes.push([path, "removed"]);
  }
  const lines = changes.sort(([a], [b]) => a < b ? -1 : 1).slice(0, LISTED)
    .map(([path, what]) => `  ${what}: ${Buffer.from(path, "latin1")}`);
  return changes.length <= LISTED
    ? lines
    : [...lines, `  and ${(changes.length - LISTED).toLocaleString("en")} more`];
}
