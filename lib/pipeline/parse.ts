import type { Task } from "../../proto/gen/cirrus_ci_service_pb.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { resolveDependencies } from "./dependencies.ts";
import { groups } from "./instruction/commands.ts";
import { UPLOAD_CACHES } from "./instruction/upload_caches.ts";
import { addUniqueLabels } from "./labels.ts";
import { limits } from "./limits.ts";
import { expandMatrices } from "./matrix.ts";
import type { MergeExempt } from "./merge.ts";
import { kindOf, type Node } from "./node.ts";
import { isEnabled, warnOfDifferingConditions } from "./only_if.ts";
import { Problem, Problems } from "./problem.ts";
import { toTask } from "./result.ts";
import { conditionFields, environmentFields, sharedFields } from "./task/common_fields.ts";
import { ordinaryTask } from "./task/ordinary_task.ts";
import type { TaskContext } from "./task/read_task.ts";
import { taskPropertyFields, type TaskPropertyType } from "./task/task_property.ts";
import { readTaskLike } from "./task/task_kinds.ts";
import type { TaskDraft } from "./task/task_draft.ts";
import { buildTree } from "./tree.ts";
import { readYaml } from "./yaml_source.ts";

/** The files of a project, by paths relative to its root; nothing outside of it can be reached. */
export interface ProjectFiles {
  /** @throws when there is no such file, or it cannot be read. */
  read(path: string): Promise<Uint8Array>;
}

export interface ParseOptions {
  /** What the host knows of the build; beats what the file says wherever the parser needs a value. */
  readonly environment: ReadonlyMap<string, string>;
  /** The files that changed, relative to the project's root, for `changesInclude` and `changesIncludeOnly`. */
  readonly affectedFiles: readonly string[];
  readonly files: ProjectFiles;
  /** What messages call the file. */
  readonly path: string;
  /** Properties of tasks on which the host acts; without, they are passed over. */
  readonly taskProperties?: ReadonlyMap<string, TaskPropertyType>;
  /** Whether a task may say nothing of what it runs on; it is then without `instance`. */
  readonly allowMissingInstances?: boolean;
}

export interface ParseResult {
  /** In the order of their ids; none when there is an error. */
  readonly tasks: Task[];
  /** In the order in which they were found. */
  readonly diagnostics: Diagnostic[];
}

/** Reads a `.cirrus.yml` into its tasks. What is wrong with it is in the result: this does not throw for it. */
export function parsePipeline(source: string, options: ParseOptions): Promise<ParseResult> {
  const problems = new Problems(options.path);
  const tasks = problems.attempt(() => readTasks(source, options, problems)) ?? [];
  return Promise.resolve({ tasks: problems.errors > 0 ? [] : tasks, diagnostics: problems.diagnostics });
}

function readTasks(source: string, options: ParseOptions, problems: Problems): Task[] {
  const properties = taskPropertyFields(options.taskProperties ?? new Map());
  const root = readRoot(source, exemptFromMerges(Object.keys(properties)), problems);
  const context: TaskContext = {
    root: Map.groupBy(root, ({ name }) => name),
    problems,
    environment: options.environment,
    affectedFiles: options.affectedFiles,
    properties,
    allowMissingInstances: options.allowMissingInstances ?? false,
  };
  const { enabled, disabled } = readDrafts(root, context);
  const dependencies = resolveDependencies({ enabled, disabled, problems });
  warnOfDifferingConditions(enabled, { dependencies, problems });
  for (const draft of enabled) problems.attempt(() => checkCommandNames(draft));
  const tasks = enabled.map((draft, index) => {
    const task = toTask(draft, { index, requiredGroups: dependencies.get(draft) ?? [] });
    return { task, instance: draft.instance?.message };
  });
  addUniqueLabels(tasks);
  return tasks.map(({ task }) => task);
}

/** The children of the root, aliases, merges and matrices resolved. */
function readRoot(source: string, exempt: MergeExempt, problems: Problems): readonly Node[] {
  const root = buildTree(readYaml(source), exempt);
  if (!root) return [];
  if (root.kind !== "map") {
    throw new Problem(
      `Reading the file: it must be a map with tasks such as "build_task", this is ${kindOf(root)}`,
      root.at,
    );
  }
  return expandMatrices(root.children, problems);
}

function exemptFromMerges(properties: readonly string[]): MergeExempt {
  return new Set([
    ...Object.keys(environmentFields),
    ...Object.keys(ordinaryTask.instances),
    ...Object.keys(sharedFields),
    ...Object.keys(conditionFields),
    ...properties,
    ...Object.keys(groups),
    UPLOAD_CACHES,
  ]);
}

function readDrafts(
  root: readonly Node[],
  context: TaskContext,
): { enabled: TaskDraft[]; disabled: TaskDraft[] } {
  const enabled: TaskDraft[] = [];
  const disabled: TaskDraft[] = [];
  for (const node of root) {
    const id = enabled.length + disabled.length;
    if (id > limits.tasks) {
      throw new Problem(`Reading the file: it has more than ${limits.tasks} tasks`, node.at);
    }
    const task = readTaskLike(node, id, context);
    if (!task) continue;
    const isLeft = context.problems.attempt(() => isEnabled(task)) ?? true;
    (isLeft ? enabled : disabled).push(task.draft);
  }
  return { enabled, disabled };
}

/** The agent and the upstream tell commands by their names. */
function checkCommandNames({ commands }: TaskDraft): void {
  const names = new Set<string>();
  for (const { command: { name }, at } of commands) {
    if (names.has(name)) {
      throw new Problem(
        `Reading instructions: the task has another one named "${name}"; name one of them otherwise`,
        at,
      );
    }
    names.add(name);
  }
}
