import type { Node } from "../node.ts";
import { dockerBuilder } from "./docker_builder.ts";
import { ordinaryTask } from "./ordinary_task.ts";
import { pipe } from "./pipe.ts";
import { type ReadTask, readTask, type TaskContext } from "./read_task.ts";

/** The kinds of tasks, in the order in which a key is compared with them. */
export const taskKinds = [ordinaryTask, dockerBuilder, pipe] as const;

/** Whether the key of a child of the root says that it is a task. */
export function isTaskLike({ name }: Node): boolean {
  return taskKinds.some(({ suffix }) => name.endsWith(suffix));
}

/** Reads a child of the root as a task; undefined when its key says that it is none. */
export function readTaskLike(
  node: Node,
  { id, context }: { id: number; context: TaskContext },
): ReadTask | undefined {
  if (node.name.endsWith(ordinaryTask.suffix)) {
    const kind = { ...ordinaryTask, instances: { ...ordinaryTask.instances, ...context.hostInstances } };
    return readTask(node, { kind, id, context });
  }
  if (node.name.endsWith(dockerBuilder.suffix)) return readTask(node, { kind: dockerBuilder, id, context });
  if (node.name.endsWith(pipe.suffix)) return readTask(node, { kind: pipe, id, context });
  return undefined;
}
