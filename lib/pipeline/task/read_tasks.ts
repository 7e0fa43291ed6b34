import { nearest } from "../../diagnostics/nearest.ts";
import { limits } from "../limits.ts";
import { warnOfCloudInstance } from "../instance/cloud_instance.ts";
import { type Node, weigh, weighText } from "../node.ts";
import { isEnabled } from "../only_if.ts";
import { Problem } from "../problem.ts";
import { conditionFields, environmentFields, sharedFields } from "./common_fields.ts";
import { ordinaryTask } from "./ordinary_task.ts";
import type { TaskContext } from "./read_task.ts";
import type { TaskDraft } from "./task_draft.ts";
import type { TaskDrafts } from "./task_drafts.ts";
import { isTaskLike, readTaskLike } from "./task_kinds.ts";

/** What the root may say for all tasks. */
const rootFields = {
  ...environmentFields,
  ...ordinaryTask.instances,
  ...sharedFields,
  ...conditionFields,
};

/**
 * Reads the children of the root that are tasks.
 *
 * @throws {Problem} when there are more than `limits` allow, or they are too many for what they inherit.
 */
export function readTasks(root: readonly Node[], context: TaskContext): TaskDrafts {
  const enabled: TaskDraft[] = [];
  const disabled: TaskDraft[] = [];
  const inherited = weightOfInherited(context);
  const oneTooMany = root.filter(isTaskLike)[limits.tasks];
  if (oneTooMany) {
    throw new Problem(`Reading the file: it has more than ${limits.tasks} tasks`, oneTooMany.at);
  }
  let commands = 0;
  for (const node of root) {
    warnOfMisnamedTask(node, context);
    const id = enabled.length + disabled.length;
    const task = readTaskLike(node, { id, context });
    if (!task) {
      warnOfUnknownKey(node, context);
      continue;
    }
    commands += task.draft.commands.length;
    if (commands > limits.commands) {
      throw new Problem(
        `Reading the file: its tasks have more than ${limits.commands} commands in all; make fewer of them, or put several scripts into one`,
        node.at,
      );
    }
    if (id * inherited > limits.weight) {
      throw new Problem(
        "Reading the file: there are too many tasks for all that they inherit, variables from outside of it too; move it into those that need it",
        node.at,
      );
    }
    const isLeft = context.problems.attempt(() => isEnabled(task)) ?? true;
    (isLeft ? enabled : disabled).push(task.draft);
  }
  return { enabled, disabled, count: enabled.length + disabled.length };
}

/** How much every task gets from the root, and of variables from the host. */
function weightOfInherited(context: TaskContext): number {
  const { root, environment } = context;
  const nodes = namesAtRoot(context).flatMap((name) => root.get(name) ?? []).map(weigh);
  const variables = environment.values().map((value) => weighText(value)).toArray();
  return [...nodes, ...variables].reduce((sum, weight) => sum + weight, 0);
}

/** The keys of the root that hold for all tasks. */
function namesAtRoot({ properties, hostInstances }: TaskContext): string[] {
  const outside = Object.values(hostInstances).flatMap(({ outside = [] }) => outside);
  return [...Object.keys({ ...rootFields, ...properties, ...hostInstances }), ...outside];
}

/** Most keys of the root are templates; one that is nearly a known one is worth a word. */
function warnOfUnknownKey(node: Node, context: TaskContext): void {
  const { problems } = context;
  const { name, at } = node;
  const known = namesAtRoot(context);
  if (known.includes(name) || name.startsWith("task_") || warnOfCloudInstance(node, problems)) return;
  const meant = nearest(name, known) ?? misspeltTask(name);
  if (meant === undefined) return;
  problems.warn(
    `Reading the file: the key "${name}" is not known and has no effect; did you mean "${meant}"?`,
    at,
  );
}

/** The key that `x_tasks` or `x_tsak` was meant to be; undefined for one that is not nearly a task's. */
function misspeltTask(key: string): string | undefined {
  const end = key.slice(key.lastIndexOf("_") + 1);
  const meant = nearest(end, [ordinaryTask.suffix]);
  return meant && key.slice(0, -end.length) + meant;
}

function warnOfMisnamedTask({ name, at }: Node, { problems }: TaskContext): void {
  if (!name.startsWith("task_")) return;
  const meant = `${name.slice("task_".length)}_task`;
  problems.warn(`Reading the file: "${name}" does not begin a task; did you mean "${meant}"?`, at);
}
