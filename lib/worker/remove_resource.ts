import type { OwnedResource } from "../isolation/isolation.ts";
import { isEngineName } from "../machine/container/engine_name.ts";
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
      return await removeContainer(resource);
    case "vm":
      throw new Error("this version of the worker cannot remove it; remove it by hand");
  }
}

async function removeContainer({ engine, name }: { engine: string; name: string }): Promise<void> {
  if (!isEngineName(engine)) {
    throw new Error(`this version of the worker knows no engine ${engine}; remove it by hand`);
  }
  const { ContainerEngine } = await import("../machine/container/container_engine.ts");
  await new ContainerEngine(engine).remove(name);
}
