import type { OwnedResource } from "../isolation/isolation.ts";
import { removeTree } from "../machine/local/remove_tree.ts";
import { endMarkedProcesses } from "../process/end_marked_processes.ts";

/** Removes what a killed worker left behind, whether it still exists or not. Rejects with why it could not. */
export async function removeResource(resource: OwnedResource): Promise<void> {
  switch (resource.kind) {
    case "directory":
      return await removeTree(resource.path);
    case "processes":
      return await endMarkedProcesses(resource.mark);
    case "container":
    case "vm":
      throw new Error("this version of the worker cannot remove it; remove it by hand");
  }
}
